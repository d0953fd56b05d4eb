// An endless run of byte tokens for pre-training: generated documents one after the other, each closed by the
// end token. Deterministic in the seed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "train/data/data.h"

namespace cutlink::train {

class PackedText {
 public:
  // document(i): the text of document i.
  explicit PackedText(std::function<std::string(std::uint64_t)> document) : document_(std::move(document)) {}

  // The next `sequences` sequences of `length` tokens; every token predicts the one after it, across the ends
  // of documents and of sequences, so that no byte of text is left out.
  [[nodiscard]] Batch next(std::uint32_t sequences, std::uint32_t length);

 private:
  std::int32_t peek(std::size_t ahead);

  std::function<std::string(std::uint64_t)> document_;
  std::uint64_t documents_ = 0;  // taken so far
  std::deque<std::int32_t> tokens_;
};

}  // namespace cutlink::train
