// Sessions on the server's disk: state/TOKEN/owner, and the checkpoints beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/file_descriptor.h"
#include "wire/message.h"
#include "wire/token_text.h"

namespace cutlink::session {

// From the system's source of random numbers: nobody guesses it.
[[nodiscard]] wire::Token make_token();

class SessionStore {
 public:
  // Makes the directory, for its owner only, where it is not there, and holds it against other processes for
  // as long as it lives. Throws Error(usage) where it cannot be written to, or another holds it.
  explicit SessionStore(std::filesystem::path directory);

  // Throws Error(run) where it cannot be written; earlier checkpoints stay then. owner: identity of the key.
  void write(const wire::Token& token, const std::string& owner, std::uint32_t step, ByteVector agreement,
             ByteVector server) const;

  // Of a session that has saved; none where there is none.
  [[nodiscard]] std::optional<std::string> owner_of(const wire::Token& token) const;
  // Those that find() gives, ascending, at most 16.
  [[nodiscard]] std::vector<std::uint32_t> steps(const wire::Token& token) const;

  struct Stored {
    ByteVector agreement, server;
  };
  [[nodiscard]] std::optional<Stored> find(const wire::Token& token, std::uint32_t step) const;

  // All of a session, or nothing: false where the system does not let it go.
  bool forget(const wire::Token& token) const;

  struct Entry {
    wire::Token token{};
    std::uint64_t bytes = 0;
    std::filesystem::file_time_type last_used;  // last saved or touched
  };
  [[nodiscard]] std::vector<Entry> list() const;
  // Used at `now`; says nothing where it is not on the disk.
  void touch(const wire::Token& token, std::filesystem::file_time_type now) const;

 private:
  [[nodiscard]] std::filesystem::path folder(const wire::Token& token) const {
    return directory_ / wire::to_text(token);
  }
  std::filesystem::path directory_;
  std::optional<FileDescriptor> lock_;  // the directory itself
};

}  // namespace cutlink::session
