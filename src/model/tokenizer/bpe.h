// Byte-pair merges (arXiv 1508.07909) of one word, over a vocabulary of byte-level strings.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cutlink::model {

// What tokenizer.json says of the model. Strings are in the byte alphabet.
struct BpeSpec {
  std::unordered_map<std::string, std::int32_t> vocabulary;
  std::vector<std::pair<std::string, std::string>> merges;  // by rank
  bool ignore_merges = false;                               // a word that is a token is not taken apart
};

// Keeps a cache of words: one thread at a time.
class Bpe {
 public:
  // Throws Error(usage) that begins with `where`: a merge of strings that are no tokens, or into none.
  Bpe(const BpeSpec& spec, const std::string& where);

  // Appends the ids of a word given as raw bytes. Bytes without a token of their own vanish, as in Hugging
  // Face's BPE without an unknown token. O(n log n) in the word's length.
  void append_ids(std::string_view word, std::vector<std::int32_t>& ids) const;
  [[nodiscard]] bool has_all_bytes() const;  // every byte is a token

 private:
  struct Merge {
    std::uint32_t rank = 0;
    std::int32_t id = 0;  // of the merged token
  };
  [[nodiscard]] std::vector<std::int32_t> merge(std::string_view word) const;
  [[nodiscard]] const Merge* find(std::int32_t left, std::int32_t right) const;

  std::array<std::int32_t, 256> byte_ids_{};  // −1: none
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::unordered_map<std::string, std::int32_t> whole_words_;  // only with ignore_merges; raw bytes
  mutable std::unordered_map<std::string, std::vector<std::int32_t>> cache_;
};

}  // namespace cutlink::model
