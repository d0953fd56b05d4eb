#include "model/tokenizer/tokenizer_file.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/error.h"
#include "base/file_io.h"
#include "base/text/nul_byte.h"

namespace cutlink::model {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t max_file_bytes = 128U << 20;  // a vocabulary of 256 k tokens needs 35 MB
constexpr std::int64_t max_id = 1 << 24;              // bounds the table of ids
constexpr std::size_t max_steps = 16;                 // of a pre-tokenizer; real ones have one to three

class FileReader {
 public:
  explicit FileReader(std::string where) : where_(std::move(where)) {}

  TokenizerFile read(const std::string& text) {
    refuse_nul(text, where_);
    Json root;
    try {
      root = Json::parse(text);
    } catch (const Json::parse_error& error) {
      fail("is not JSON (at byte " + std::to_string(error.byte) + ")");
    }
    if (!root.is_object() || !root.contains("model")) {
      fail("is not a tokenizer.json (no model)");
    }
    for (const char* key : {"truncation", "padding"}) {
      if (!is_null(root, key)) {
        refuse(key, "set it to null");
      }
    }
    if (!is_null(root, "normalizer") && !is_empty_sequence(root["normalizer"], "normalizers")) {
      refuse("normalizer " + type_of(root["normalizer"]), "only null is");
    }
    if (is_null(root, "decoder") || type_of(root["decoder"]) != "ByteLevel") {
      refuse("decoder " + (is_null(root, "decoder") ? "null" : type_of(root["decoder"])),
             "only ByteLevel is");
    }
    read_model(root["model"]);
    read_added_tokens(root);
    if (!is_null(root, "pre_tokenizer")) {
      read_pre_tokenizer(root["pre_tokenizer"]);
    }
    if (file_.pre_tokenizer.empty() ||
        file_.pre_tokenizer.back().kind != PreTokenizerStep::Kind::byte_level) {
      refuse("a pre_tokenizer that does not end with ByteLevel", "only byte-level BPE is");
    }
    if (!is_null(root, "post_processor")) {
      read_post_processor(root["post_processor"]);
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { usage_error(where_ + ": " + why); }
  [[noreturn]] void refuse(const std::string& what, const std::string& hint) const {
    fail(what + " is not supported (" + hint + ")");
  }
  static bool is_null(const Json& object, const char* key) {
    return !object.is_object() || !object.contains(key) || object[key].is_null();
  }
  static std::string type_of(const Json& object) {
    return object.is_object() && object.contains("type") && object["type"].is_string()
               ? object["type"].get<std::string>().substr(0, 60)
               : "without a type";
  }
  static bool is_empty_sequence(const Json& object, const char* list) {
    return type_of(object) == "Sequence" && object.contains(list) && object[list].is_array() &&
           object[list].empty();
  }
  bool flag(const Json& object, const char* key, bool otherwise) const {
    if (is_null(object, key)) {
      return otherwise;
    }
    if (!object[key].is_boolean()) {
      fail(std::string(key) + " is not true or false");
    }
    return object[key].get<bool>();
  }
  std::string text_at(const Json& object, const char* key, const std::string& owner) const {
    if (is_null(object, key) || !object[key].is_string()) {
      fail(owner + " has no string \"" + key + "\"");
    }
    return object[key].get<std::string>();
  }
  const Json& list_at(const Json& object, const char* key, const std::string& owner) const {
    if (is_null(object, key) || !object[key].is_array()) {
      fail(owner + " has no list \"" + key + "\"");
    }
    return object[key];
  }
  std::int32_t id_in(const Json& value, const std::string& owner) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > static_cast<std::uint64_t>(max_id)) {
      fail("the id of " + owner + " is not a number from 0 to " + std::to_string(max_id));
    }
    return static_cast<std::int32_t>(value.get<std::uint64_t>());
  }

  void read_model(const Json& model) {
    const std::string type = type_of(model);
    if (type != "BPE" && !(type == "without a type" && model.is_object() && model.contains("merges"))) {
      refuse("model " + type, "only BPE is");
    }
    for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!is_null(model, key) && model[key] != "" && model[key] != 0.0) {
        refuse(std::string("model.") + key, "set it to null");
      }
    }
    if (flag(model, "byte_fallback", false)) {
      refuse("model.byte_fallback true", "byte-level BPE has no need of it");
    }
    file_.bpe.ignore_merges = flag(model, "ignore_merges", false);
    if (!is_null(model, "unk_token")) {
      file_.unknown_token = text_at(model, "unk_token", "model");
    }
    if (is_null(model, "vocab") || !model["vocab"].is_object() || model["vocab"].empty()) {
      fail("model has no vocab");
    }
    std::unordered_map<std::int32_t, const std::string*> owner;
    file_.bpe.vocabulary.reserve(model["vocab"].size());
    for (const auto& [token, value] : model["vocab"].items()) {
      const std::int32_t id = id_in(value, "token \"" + token.substr(0, 60) + "\"");
      const auto entry = file_.bpe.vocabulary.emplace(token, id).first;
      if (!owner.emplace(id, &entry->first).second) {
        fail("tokens \"" + token.substr(0, 60) + "\" and \"" + owner[id]->substr(0, 60) + "\" have one id, " +
             std::to_string(id));
      }
    }
    for (const Json& item : list_at(model, "merges", "model")) {
      read_merge(item);
    }
  }

  // Older files write a merge as "a b", newer ones as ["a", "b"].
  void read_merge(const Json& item) {
    const std::string owner = "merge " + std::to_string(file_.bpe.merges.size());
    if (item.is_array() && item.size() == 2 && item[0].is_string() && item[1].is_string()) {
      file_.bpe.merges.emplace_back(item[0].get<std::string>(), item[1].get<std::string>());
      return;
    }
    if (!item.is_string()) {
      fail(owner + " is not a pair of strings");
    }
    const auto& text = item.get_ref<const std::string&>();
    if (text.starts_with("#version")) {
      return;
    }
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      fail(owner + " (\"" + text.substr(0, 60) + "\") is not two strings with a space between");
    }
    file_.bpe.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
  }

  void read_added_tokens(const Json& root) {
    if (is_null(root, "added_tokens")) {
      return;
    }
    std::unordered_map<std::int32_t, std::string> by_id;
    for (const auto& [token, id] : file_.bpe.vocabulary) {
      by_id.emplace(id, token);
    }
    for (const Json& item : list_at(root, "added_tokens", "the file")) {
      AddedToken token;
      token.content = text_at(item, "content", "an added token");
      const std::string owner = "added token \"" + token.content.substr(0, 60) + "\"";
      if (token.content.empty()) {
        fail("an added token is empty");
      }
      token.id = id_in(item.contains("id") ? item["id"] : Json(), owner);
      for (const char* key : {"lstrip", "rstrip", "single_word"}) {
        if (flag(item, key, false)) {
          refuse(owner + " with " + key, "save the tokenizer without it");
        }
      }
      token.special = flag(item, "special", false);
      token.normalized = flag(item, "normalized", !token.special);
      const auto in_vocabulary = file_.bpe.vocabulary.find(token.content);
      const auto [there, fresh] = by_id.emplace(token.id, token.content);
      if ((!fresh && there->second != token.content) ||
          (in_vocabulary != file_.bpe.vocabulary.end() && in_vocabulary->second != token.id)) {
        fail(owner + " has id " + std::to_string(token.id) + ", which the vocabulary contradicts");
      }
      file_.added.push_back(std::move(token));
    }
  }

  void read_pre_tokenizer(const Json& item) {
    const std::string type = type_of(item);
    if (type == "Sequence") {
      for (const Json& part : list_at(item, "pretokenizers", "pre_tokenizer Sequence")) {
        if (type_of(part) == "Sequence") {
          refuse("a pre_tokenizer Sequence within a Sequence", "write one list");
        }
        read_pre_tokenizer(part);
      }
      return;
    }
    if (!file_.pre_tokenizer.empty() &&
        file_.pre_tokenizer.back().kind == PreTokenizerStep::Kind::byte_level) {
      refuse("pre_tokenizer " + type + " after ByteLevel", "ByteLevel must be the last");
    }
    if (file_.pre_tokenizer.size() == max_steps) {
      refuse("a pre_tokenizer of more than 16 steps", "shorten it");
    }
    PreTokenizerStep step;
    if (type == "ByteLevel") {
      step.kind = PreTokenizerStep::Kind::byte_level;
      step.add_prefix_space = flag(item, "add_prefix_space", true);
      step.use_regex = flag(item, "use_regex", true);
    } else if (type == "Digits") {
      step.kind = PreTokenizerStep::Kind::digits;
      step.individual_digits = flag(item, "individual_digits", false);
    } else if (type == "Split") {
      step.kind = PreTokenizerStep::Kind::split;
      step.pattern = text_at(is_null(item, "pattern") ? Json() : item["pattern"], "Regex",
                             "the pattern of pre_tokenizer Split");
      const std::string behavior = text_at(item, "behavior", "pre_tokenizer Split");
      if (behavior != "Isolated" && behavior != "Removed") {
        refuse("pre_tokenizer Split with behavior " + behavior.substr(0, 60),
               "only Isolated and Removed are");
      }
      step.remove = behavior == "Removed";
      step.invert = flag(item, "invert", false);
    } else {
      refuse("pre_tokenizer " + type, "only ByteLevel, Digits, Split and Sequence are");
    }
    file_.pre_tokenizer.push_back(std::move(step));
  }

  void read_post_processor(const Json& item) {
    const std::string type = type_of(item);
    if (type == "Sequence") {
      for (const Json& part : list_at(item, "processors", "post_processor Sequence")) {
        if (type_of(part) == "Sequence") {
          refuse("a post_processor Sequence within a Sequence", "write one list");
        }
        read_post_processor(part);
      }
    } else if (type == "TemplateProcessing") {
      read_template(item);
    } else if (type != "ByteLevel") {  // ByteLevel moves offsets only
      refuse("post_processor " + type, "only TemplateProcessing, ByteLevel and Sequence are");
    }
  }

  void read_template(const Json& item) {
    const std::string owner = "post_processor TemplateProcessing";
    std::size_t texts = 0;
    std::vector<std::int32_t> before, after;
    for (const Json& piece : list_at(item, "single", owner)) {
      if (piece.is_object() && piece.contains("Sequence")) {
        ++texts;
        continue;
      }
      const std::string name =
          text_at(piece.is_object() && piece.contains("SpecialToken") ? piece["SpecialToken"] : Json(), "id",
                  "a piece of " + owner);
      const Json tokens = is_null(item, "special_tokens") ? Json() : item["special_tokens"];
      const Json token = is_null(tokens, name.c_str()) ? Json() : tokens[name];
      for (const Json& id :
           list_at(token, "ids", owner + "'s special token \"" + name.substr(0, 60) + "\"")) {
        (texts == 0 ? before : after).push_back(id_in(id, "special token " + name.substr(0, 60)));
      }
    }
    if (texts != 1) {
      fail(owner + " does not hold the text exactly once");
    }
    // A later processor of a Sequence puts its tokens around those of an earlier one.
    file_.before.insert(file_.before.begin(), before.begin(), before.end());
    file_.after.insert(file_.after.end(), after.begin(), after.end());
  }

  std::string where_;
  TokenizerFile file_;
};

}  // namespace

TokenizerFile read_tokenizer_file(const std::filesystem::path& path) {
  return FileReader(path.string()).read(read_text_file(path, max_file_bytes));
}

}  // namespace cutlink::model
