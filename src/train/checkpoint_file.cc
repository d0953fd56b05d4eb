#include "train/checkpoint_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/file_io.h"
#include "base/text/nul_byte.h"

namespace cutlink::train {
namespace {

namespace fs = std::filesystem;

constexpr int layout_version = 1;
constexpr const char* marker_name = "complete.json";
constexpr std::string_view prefix = "step-";
constexpr std::size_t kept = 2;                                     // complete checkpoints
constexpr std::uint64_t max_marker_bytes = std::uint64_t{1} << 20;  // a few hundred bytes are usual

std::string digest_of(ByteSpan bytes) {
  return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size()));
}

bool is_blob_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name != marker_name &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string_view::npos;
}

std::optional<std::uint32_t> step_of(const fs::path& path) {
  const std::string name = path.filename().string();
  std::uint32_t step = 0;
  if (!name.starts_with(prefix)) {
    return std::nullopt;
  }
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, step);
  return error == std::errc{} && stop == end ? std::optional(step) : std::nullopt;
}

// Directories of checkpoints, complete or not, newest first.
std::vector<StoredCheckpoint> list_newest_first(const fs::path& directory) {
  std::vector<StoredCheckpoint> found;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (const auto step = step_of(it->path())) {
      found.push_back({*step, it->path(), {}});
    }
  }
  std::ranges::sort(found, std::greater{}, &StoredCheckpoint::step);
  return found;
}

// Fills the blobs; false where the marker is missing or does not fit the files.
bool load_complete(StoredCheckpoint& checkpoint) {
  try {
    const std::string text = read_text_file(checkpoint.path / marker_name, max_marker_bytes);
    refuse_nul(text, checkpoint.path.string());
    const auto marker = nlohmann::json::parse(text);
    if (marker.at("layout") != layout_version || marker.at("step") != checkpoint.step) {
      return false;
    }
    for (const auto& [name, facts] : marker.at("files").items()) {
      if (!is_blob_name(name)) {
        return false;
      }
      const auto size = facts.at("bytes").get<std::uint64_t>();
      ByteVector bytes = read_file(checkpoint.path / name, size);
      if (bytes.size() != size || digest_of(bytes) != facts.at("xxh3").get<std::string>()) {
        return false;
      }
      checkpoint.blobs.emplace(name, std::move(bytes));
    }
    return true;
  } catch (const Error&) {
    return false;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

[[noreturn]] void fail(const fs::path& path, const char* what, const std::error_code& error) {
  run_error(fmt::format("{}: cannot {}: {}; free space or choose another --output", path.string(), what,
                        error.message()));
}

// Everything but `newest` and the newest complete one before it goes.
void remove_old(const fs::path& directory, std::uint32_t newest) {
  std::size_t complete = 0;
  std::error_code ignored;  // what cannot be removed now is removed next time
  for (StoredCheckpoint& old : list_newest_first(directory)) {
    if (old.step == newest || (old.step < newest && complete + 1 < kept && load_complete(old))) {
      complete += old.step == newest ? 0 : 1;
      continue;
    }
    fs::remove_all(old.path, ignored);
  }
}

}  // namespace

void write_checkpoint(const fs::path& directory, std::uint32_t step, const StateBlobs& blobs) {
  const fs::path final_path = directory / fmt::format("{}{:08}", prefix, step);
  const fs::path partial = directory / fmt::format(".partial-{:08}", step);
  std::error_code error;
  fs::remove_all(partial, error);
  make_directories(partial);
  nlohmann::json files = nlohmann::json::object();
  for (const auto& [name, bytes] : blobs) {
    assert(is_blob_name(name));
    replace_file(partial / name, ByteSpan(bytes), FileReaders::owner);
    files[name] = {{"bytes", bytes.size()}, {"xxh3", digest_of(bytes)}};
  }
  // A checkpoint of the same step (a run resumed and stopped again) makes room; the one before it still
  // stands.
  fs::remove_all(final_path, error);
  fs::rename(partial, final_path, error);
  if (error) {
    fail(final_path, "rename the checkpoint", error);
  }
  FileDescriptor(directory, O_RDONLY | O_DIRECTORY, ErrorKind::run).sync();  // the rename, before its marker
  const nlohmann::json marker = {{"layout", layout_version}, {"step", step}, {"files", files}};
  replace_file(final_path / marker_name, marker.dump(2) + "\n");
  remove_old(directory, step);
}

std::optional<StoredCheckpoint> find_latest(const fs::path& directory) {
  for (StoredCheckpoint& checkpoint : list_newest_first(directory)) {
    if (load_complete(checkpoint)) {
      return std::move(checkpoint);
    }
  }
  return std::nullopt;
}

std::optional<StoredCheckpoint> find_step(const fs::path& directory, std::uint32_t step) {
  for (StoredCheckpoint& checkpoint : list_newest_first(directory)) {
    if (checkpoint.step == step && load_complete(checkpoint)) {
      return std::move(checkpoint);
    }
  }
  return std::nullopt;
}

std::vector<std::uint32_t> complete_steps(const fs::path& directory,
                                          std::span<const std::string_view> blobs) {
  std::vector<std::uint32_t> steps;
  for (StoredCheckpoint& checkpoint : list_newest_first(directory)) {
    const auto is_there = [&](std::string_view blob) { return checkpoint.blobs.contains(std::string(blob)); };
    if (load_complete(checkpoint) && std::ranges::all_of(blobs, is_there)) {
      steps.insert(steps.begin(), checkpoint.step);
    }
  }
  return steps;
}

void remove_after(const fs::path& directory, std::uint32_t step) {
  for (const StoredCheckpoint& checkpoint : list_newest_first(directory)) {
    if (checkpoint.step <= step) {
      continue;
    }
    std::error_code error;
    fs::remove_all(checkpoint.path, error);
    if (error) {
      fail(checkpoint.path, "remove the checkpoint", error);
    }
  }
}

}  // namespace cutlink::train
