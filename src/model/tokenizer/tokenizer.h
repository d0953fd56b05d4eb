// Byte-level BPE read from a Hugging Face tokenizer.json. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cutlink::model {

// Keeps a cache of words, so one object is for one thread at a time.
class Tokenizer {
 public:
  // Reads DIRECTORY/tokenizer.json; throws Error(usage) naming what is missing or not supported.
  static Tokenizer load(const std::filesystem::path& directory);
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Ids equal to Hugging Face's `tokenizers` with add_special_tokens=true/false. Text must be UTF-8: throws
  // Error(usage).
  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text,
                                                 bool add_special_tokens = false) const;
  // Bytes of the ids, without special tokens if skip_special is set; broken UTF-8 becomes U+FFFD.
  [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skip_special = true) const;
  [[nodiscard]] std::optional<std::int32_t> id_of(std::string_view token) const;
  [[nodiscard]] std::size_t vocabulary() const;  // largest id + 1

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::model
