#include "model/tokenizer/byte_tokenizer.h"

#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "model/tokenizer/byte_alphabet.h"

namespace cutlink::model {

void write_byte_tokenizer(const std::filesystem::path& directory) {
  using Json = nlohmann::ordered_json;
  Json vocabulary = Json::object();
  for (std::size_t byte = 0; byte < byte_alphabet().size(); ++byte) {
    vocabulary[byte_alphabet().at(byte)] = byte;
  }
  vocabulary[byte_begin_token] = byte_begin_id;
  vocabulary[byte_end_token] = byte_end_id;
  const auto special = [](const char* content, std::int32_t id) {
    return Json{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
                {"rstrip", false}, {"normalized", false}, {"special", true}};
  };
  // use_regex false: there are no merges, so where words end makes no difference.
  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  const Json tokenizer = {{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", Json::array({special(byte_begin_token, byte_begin_id),
                                                        special(byte_end_token, byte_end_id)})},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", byte_level},
                          {"post_processor", nullptr},
                          {"decoder", byte_level},
                          {"model",
                           {{"type", "BPE"},
                            {"dropout", nullptr},
                            {"unk_token", nullptr},
                            {"continuing_subword_prefix", nullptr},
                            {"end_of_word_suffix", nullptr},
                            {"fuse_unk", false},
                            {"byte_fallback", false},
                            {"ignore_merges", false},
                            {"vocab", vocabulary},
                            {"merges", Json::array()}}}};
  const Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                       {"bos_token", byte_begin_token},
                       {"eos_token", byte_end_token},
                       {"pad_token", byte_end_token},
                       {"clean_up_tokenization_spaces", false},
                       {"model_max_length", 1024}};
  replace_file(directory / "tokenizer.json", tokenizer.dump(1) + "\n");
  replace_file(directory / "tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace cutlink::model
