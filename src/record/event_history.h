// What a run that goes back to a checkpoint keeps of its events: its files are cut back with its state, but
// what happened to its connections did happen. It is history, not state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cutlink::record {

// Of `events` (lines of events.jsonl): the first `offset` bytes, and of the rest the lines that tell of
// connections and of going back. A last line that is not whole is dropped. events has at least `offset`
// bytes.
[[nodiscard]] std::string cut_events(std::string_view events, std::uint64_t offset);

// The same of a file, whole or not at all; returns its new length. A file that is shorter is left as it is.
std::uint64_t cut_event_file(const std::filesystem::path& file, std::uint64_t offset);

}  // namespace cutlink::record
