// Finds added tokens in a text: leftmost first, the longest of those that start there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/tokenizer_file.h"

namespace cutlink::model {

class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  // Calls `text` for the stretches between tokens (never empty) and `token` for tokens, in order.
  using OnText = std::function<void(std::string_view)>;
  using OnToken = std::function<void(std::int32_t)>;
  void split(std::string_view in, const OnText& text, const OnToken& token) const;

 private:
  std::vector<AddedToken> tokens_;                       // by first byte, the longest first
  std::vector<std::pair<std::size_t, std::size_t>> of_;  // of_[byte]: its range in tokens_; empty: no tokens
};

}  // namespace cutlink::model
