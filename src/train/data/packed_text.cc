#include "train/data/packed_text.h"

#include "model/tokenizer/byte_tokenizer.h"

namespace cutlink::train {

std::int32_t PackedText::peek(std::size_t ahead) {
  while (tokens_.size() <= ahead) {
    for (const char c : document_(documents_++)) {
      tokens_.push_back(static_cast<std::uint8_t>(c));  // a byte's token is the byte
    }
    tokens_.push_back(model::byte_end_id);
  }
  return tokens_[ahead];
}

Batch PackedText::next(std::uint32_t sequences, std::uint32_t length) {
  Batch batch;
  batch.lengths.assign(sequences, length);
  batch.label_tokens = std::size_t{sequences} * length;
  for (std::size_t i = 0; i < batch.label_tokens; ++i) {
    batch.ids.push_back(peek(0));
    batch.labels.push_back(peek(1));
    tokens_.pop_front();
  }
  return batch;
}

}  // namespace cutlink::train
