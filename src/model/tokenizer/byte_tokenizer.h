// The embedded model's tokenizer: the 256 bytes, a begin and an end (vocabulary 258). A token is a byte.
#pragma once

#include <cstdint>
#include <filesystem>

namespace cutlink::model {

inline constexpr std::int32_t byte_begin_id = 256;
inline constexpr std::int32_t byte_end_id = 257;
inline constexpr std::size_t byte_vocabulary = 258;
inline constexpr const char* byte_begin_token = "<|begin|>";
inline constexpr const char* byte_end_token = "<|end|>";

// Writes tokenizer.json and tokenizer_config.json into `directory` (which exists): byte-level BPE without
// merges, id = byte. Our Tokenizer and `transformers` (PreTrainedTokenizerFast) load it. Throws Error(run).
void write_byte_tokenizer(const std::filesystem::path& directory);

}  // namespace cutlink::model
