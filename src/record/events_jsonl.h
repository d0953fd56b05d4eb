// events.jsonl: one JSON object a line, {"step":…,"level":"note"|"warning","name":…,"message":…}.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/records.h"
#include "record/append_file.h"

namespace cutlink::record {

[[nodiscard]] std::string event_line(const Event& event);  // with its line feed

// Failures as AppendFile has them.
class EventsJsonl {
 public:
  [[nodiscard]] static EventsJsonl create(const std::filesystem::path& path) {
    return EventsJsonl(AppendFile::create(path));
  }
  [[nodiscard]] static EventsJsonl open_at(const std::filesystem::path& path, std::uint64_t offset) {
    return EventsJsonl(AppendFile::open_at(path, offset));
  }

  void write(const Event& event);  // in the file at once, so that one can follow a run
  void sync() { file_.sync(); }
  [[nodiscard]] std::uint64_t offset() const { return file_.offset(); }

 private:
  explicit EventsJsonl(AppendFile file) : file_(std::move(file)) {}

  AppendFile file_;
};

}  // namespace cutlink::record
