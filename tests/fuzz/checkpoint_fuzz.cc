// A checkpoint of a session on the server's disk, as it may be after anything happened to its files: it is
// skipped, or it is exactly what its files hold. `step-…/complete.json`, the blobs beside it and `owner` are
// made from the input.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/file_io.h"
#include "fuzz/fuzz_input.h"
#include "session/session_store.h"
#include "train/agreement.h"
#include "train/checkpoint_file.h"

using namespace cutlink;

namespace {

namespace fs = std::filesystem;

constexpr wire::Token token = {7};
constexpr std::uint32_t step = 12;

// A directory of this process, in memory where there is one, gone with it.
struct Folder {
  Folder() {
    std::string name = (fs::exists("/dev/shm") ? "/dev/shm" : "/tmp") + std::string("/cutlink-fuzz-XXXXXX");
    fuzz::must(::mkdtemp(name.data()) != nullptr, "a folder can be made");
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

void put(const fs::path& path, ByteSpan bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (const std::uint8_t byte : bytes) {
    file.put(static_cast<char>(byte));
  }
}

// Pieces of the input: each begins with its length, u16; the last one is what is left.
class Pieces {
 public:
  explicit Pieces(ByteSpan all) : rest_(all) {}
  ByteSpan next() {
    if (rest_.size() < 2) {
      return {};
    }
    const std::size_t wanted = rest_[0] + std::size_t{256} * rest_[1];
    const ByteSpan piece = rest_.subspan(2, std::min(wanted, rest_.size() - 2));
    rest_ = rest_.subspan(2 + piece.size());
    return piece;
  }
  [[nodiscard]] ByteSpan rest() const { return rest_; }

 private:
  ByteSpan rest_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  static const session::SessionStore store(folder.path);
  const fs::path session = folder.path / wire::to_text(token);
  const fs::path checkpoint = session / "step-00000012";
  fs::create_directories(checkpoint);
  Pieces pieces({data, size});
  put(session / "owner", pieces.next());
  const ByteSpan marker = pieces.next();
  put(checkpoint / "complete.json", marker);
  const ByteSpan agreement = pieces.next();
  put(checkpoint / "agreement", agreement);
  put(checkpoint / "server", pieces.rest());

  try {
    const std::optional<std::string> owner = store.owner_of(token);
    fuzz::must(owner.has_value(), "an owner's file is an owner");
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::usage, "the file is at fault");
  }
  const std::optional<train::StoredCheckpoint> found = train::find_step(session, step);
  const std::vector<std::uint32_t> steps = store.steps(token);
  fuzz::must(train::find_latest(session).has_value() == found.has_value(), "the only one is the latest");
  if (found) {
    for (const auto& [name, bytes] : found->blobs) {
      fuzz::must(fs::path(name).filename() == name, "a blob is a file of the checkpoint");
      fuzz::must(bytes == read_file(checkpoint / name, std::uint64_t{1} << 30U), "a blob is its file");
    }
  }
  const std::optional<session::SessionStore::Stored> stored = store.find(token, step);
  fuzz::must(steps.size() == (stored ? 1U : 0U), "what can be given is listed, and nothing else");
  if (!stored) {
    return 0;
  }
  fuzz::must(found.has_value() && std::ranges::equal(stored->agreement, agreement), "as it was written");
  try {
    static_cast<void>(train::read_agreement(stored->agreement));
  } catch (const Error&) {
  }
  // What is complete can be written again, and comes back.
  const fs::path again = folder.path / "again";
  train::write_checkpoint(again, step, found->blobs);
  const std::optional<train::StoredCheckpoint> copy = train::find_latest(again);
  fuzz::must(copy.has_value() && copy->blobs == found->blobs, "a checkpoint comes back");
  return 0;
}
