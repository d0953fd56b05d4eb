// Tells a model or data set that was replaced from the one that a run began with.
#pragma once

#include <xxhash.h>

#include <memory>
#include <string>

#include "base/byte_io.h"
#include "train/data/data.h"

namespace cutlink::run {

// XXH3-64 with seed 0 over everything added, in order. Every part is preceded by its length, so that no two
// lists of parts give the same stream.
class Fingerprint {
 public:
  Fingerprint();

  void add(ByteSpan bytes);
  void add(const train::Dataset& data);  // token ids and labels of every sequence
  // 16 hex digits; more may be added afterwards.
  [[nodiscard]] std::string text() const;

 private:
  void update(const void* data, std::size_t bytes);
  void add_length(std::size_t length);

  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

}  // namespace cutlink::run
