// Checkpoints on disk: what a run can resume from, never half of one. Layout and guarantees: README.md here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"

namespace cutlink::train {

// Named byte strings, e.g. "client", "server", "run". A name is a file name: [a-z0-9_.-]+.
using StateBlobs = std::map<std::string, ByteVector>;

struct StoredCheckpoint {
  std::uint32_t step = 0;  // steps done
  std::filesystem::path path;
  StateBlobs blobs;
};

// Writes DIRECTORY/step-NNNNNNNN: the files in a temporary directory, each fsynced and for its owner
// only (one may hold the token of a session), then the rename, then a
// marker with every file's size and XXH3. Afterwards keeps this checkpoint and the newest complete one before
// it, and removes all others. Throws Error(run); an earlier complete checkpoint stays intact then.
void write_checkpoint(const std::filesystem::path& directory, std::uint32_t step, const StateBlobs& blobs);

// The newest complete checkpoint: one whose marker exists and fits every file. Broken ones are skipped. None
// where there is none, or no such directory.
[[nodiscard]] std::optional<StoredCheckpoint> find_latest(const std::filesystem::path& directory);
// The complete one of exactly this step.
[[nodiscard]] std::optional<StoredCheckpoint> find_step(const std::filesystem::path& directory,
                                                        std::uint32_t step);
// Steps of all complete ones that have each of these blobs, ascending. Reads every file.
[[nodiscard]] std::vector<std::uint32_t> complete_steps(const std::filesystem::path& directory,
                                                        std::span<const std::string_view> blobs = {});

// Removes those of later steps. Throws Error(run).
void remove_after(const std::filesystem::path& directory, std::uint32_t step);

}  // namespace cutlink::train
