// What a Hugging Face tokenizer.json says, checked: everything in it is either understood or refused by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/tokenizer/bpe.h"

namespace cutlink::model {

struct AddedToken {
  std::int32_t id = 0;
  std::string content;      // not empty
  bool special = false;     // left out by decode(skip_special)
  bool normalized = false;  // found after the others, in what they leave
};

// One step of the pre-tokenizer.
struct PreTokenizerStep {
  enum class Kind { digits, split, byte_level } kind = Kind::byte_level;
  bool individual_digits = false;  // digits
  std::string pattern;             // split: an Oniguruma pattern
  bool remove = false;             // split: matches are dropped, not kept as words of their own
  bool invert = false;             // split: match and rest change roles
  bool add_prefix_space = false;   // byte_level
  bool use_regex = true;           // byte_level
};

struct TokenizerFile {
  BpeSpec bpe;
  std::string unknown_token;  // empty: none
  std::vector<AddedToken> added;
  std::vector<PreTokenizerStep> pre_tokenizer;  // the last one is byte_level, no other is
  std::vector<std::int32_t> before, after;      // what add_special_tokens puts around a text
};

// Throws Error(usage) naming the file and what in it is broken or not supported.
[[nodiscard]] TokenizerFile read_tokenizer_file(const std::filesystem::path& path);

}  // namespace cutlink::model
