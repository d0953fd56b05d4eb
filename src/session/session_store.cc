#include "session/session_store.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/directory_lock.h"
#include "base/error.h"
#include "base/file_io.h"
#include "train/checkpoint_file.h"

namespace cutlink::session {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_owner_bytes = 1000;
constexpr std::size_t max_steps = 16;                                              // as SESSION.md has it
constexpr std::array<std::string_view, 2> needed_blobs = {"agreement", "server"};  // of a checkpoint
constexpr std::string_view gone_prefix = ".gone-";

// What a server left that was killed while it removed a session.
void finish_removals(const fs::path& directory) {
  std::vector<fs::path> left;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().filename().string().starts_with(gone_prefix)) {
      left.push_back(entry.path());
    }
  }
  for (const fs::path& path : left) {
    fs::remove_all(path, ignored);
  }
}

}  // namespace

wire::Token make_token() {
  wire::Token token{};
  ssize_t got = 0;
  do {
    got = ::getrandom(token.data(), token.size(), 0);  // so few bytes come all at once
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(token.size())) {
    run_error(fmt::format("no random numbers for a session: {}", std::strerror(errno)));
  }
  return token;
}

SessionStore::SessionStore(fs::path directory) : directory_(std::move(directory)) {
  std::error_code error;
  try {
    if (make_directories(directory_, ErrorKind::usage)) {
      // Whoever may read a token may, on the same machine and without a key, go on with its session.
      fs::permissions(directory_, fs::perms::owner_all, error);
    }
  } catch (const Error& cause) {
    usage_error(fmt::format("--state: {} (name a directory of your own)", cause.what()));
  }
  if (error) {
    usage_error(
        fmt::format("--state {}: {} (name a directory of your own)", directory_.string(), error.message()));
  }
  lock_ = lock_directory(directory_, ErrorKind::usage);
  if (!lock_) {
    usage_error(
        fmt::format("--state {}: another `cutlink serve` uses it (stop that one, or name another directory)",
                    directory_.string()));
  }
  try {
    replace_file(directory_ / ".writable", std::string_view());
  } catch (const Error& cause) {
    usage_error(fmt::format("--state: {} (name a directory that can be written to)", cause.what()));
  }
  fs::remove(directory_ / ".writable", error);
  finish_removals(directory_);
}

void SessionStore::write(const wire::Token& token, const std::string& owner, std::uint32_t step,
                         ByteVector agreement, ByteVector server) const {
  make_directories(folder(token));
  if (!owner_of(token)) {
    replace_file(folder(token) / "owner", owner + "\n");  // before any checkpoint: none is without
  }
  train::StateBlobs blobs;
  blobs["agreement"] = std::move(agreement);
  blobs["server"] = std::move(server);
  train::write_checkpoint(folder(token), step, blobs);
}

std::optional<std::string> SessionStore::owner_of(const wire::Token& token) const {
  std::error_code ignored;
  if (!fs::exists(folder(token) / "owner", ignored)) {
    return std::nullopt;
  }
  std::string text = read_text_file(folder(token) / "owner", max_owner_bytes);
  if (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

std::vector<std::uint32_t> SessionStore::steps(const wire::Token& token) const {
  std::vector<std::uint32_t> steps = train::complete_steps(folder(token), needed_blobs);
  if (steps.size() > max_steps) {
    steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(max_steps));
  }
  return steps;
}

std::optional<SessionStore::Stored> SessionStore::find(const wire::Token& token, std::uint32_t step) const {
  std::optional<train::StoredCheckpoint> stored = train::find_step(folder(token), step);
  if (!stored || !std::ranges::all_of(needed_blobs, [&](std::string_view blob) {
        return stored->blobs.contains(std::string(blob));
      })) {
    return std::nullopt;
  }
  return Stored{std::move(stored->blobs["agreement"]), std::move(stored->blobs["server"])};
}

// By a rename first: killed in the middle of it, no half of a session is left behind under its name.
bool SessionStore::forget(const wire::Token& token) const {
  std::error_code error;
  const fs::path gone = directory_ / (std::string(gone_prefix) + wire::to_text(token));
  fs::rename(folder(token), gone, error);
  if (error) {
    return error == std::errc::no_such_file_or_directory;
  }
  fs::remove_all(gone, error);  // what stays behind goes with the next start
  return true;
}

std::vector<SessionStore::Entry> SessionStore::list() const {
  std::vector<Entry> found;
  std::error_code error;
  for (fs::directory_iterator it(directory_, error), end; !error && it != end; it.increment(error)) {
    const std::optional<wire::Token> token = wire::parse_token(it->path().filename().string());
    std::error_code ignored;  // one that goes while we look
    if (!token || !it->is_directory(ignored)) {
      continue;
    }
    Entry entry{*token, 0, it->last_write_time(ignored)};
    for (fs::recursive_directory_iterator file(it->path(), ignored), none; !ignored && file != none;
         file.increment(ignored)) {
      std::error_code not_a_file;
      const std::uintmax_t size = file->file_size(not_a_file);
      entry.bytes += not_a_file ? 0 : size;
    }
    found.push_back(entry);
  }
  return found;
}

void SessionStore::touch(const wire::Token& token, fs::file_time_type now) const {
  std::error_code ignored;
  fs::last_write_time(folder(token), now, ignored);
}

}  // namespace cutlink::session
