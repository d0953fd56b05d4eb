#include "codecs/spec_repair.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "base/text/text.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {
namespace {

// Names that other tools have for the same thing.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> other_names = {
    {{"bfloat16", "bf16"},
     {"float16", "fp16"},
     {"half", "fp16"},
     {"float32", "fp32"},
     {"float", "fp32"},
     {"int8", "uniform 8"},
     {"8bit", "uniform 8"},
     {"int4", "uniform 4"},
     {"4bit", "uniform 4"}}};
// What a bare number is for, in a codec that has one of these.
constexpr std::array<std::string_view, 3> main_keys = {"bits", "target", "level"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '-'; }

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;  // the last word may go on
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    const bool sign = c == '+' && i > 0 && text[i - 1] == 'e' && i + 1 < text.size() && is_digit(text[i + 1]);
    if (!in_word(c) && !sign) {
      open = false;
      continue;
    }
    if (!open) {
      words.emplace_back();
      open = true;
    }
    words.back().push_back(c);
  }
  return words;
}

const CodecInfo* find(std::span<const CodecInfo> infos, std::string_view name) {
  const auto it =
      std::find_if(infos.begin(), infos.end(), [&](const CodecInfo& i) { return i.name == name; });
  return it == infos.end() ? nullptr : &*it;
}

const CodecInfo* nearest(std::span<const CodecInfo> infos, std::string_view name) {
  std::vector<std::string> names;
  std::transform(infos.begin(), infos.end(), std::back_inserter(names), [](const auto& i) { return i.name; });
  return find(infos, nearest_name(name, names));
}

std::vector<std::string> keys_of(const CodecInfo& info) {
  std::vector<std::string> keys;
  std::transform(info.parameters.begin(), info.parameters.end(), std::back_inserter(keys),
                 [](const ParameterInfo& p) { return p.name; });
  return keys;
}

bool is_main_key(const std::string& key) {
  return std::find(main_keys.begin(), main_keys.end(), key) != main_keys.end();
}

// Empty where the codec has none.
std::string main_key_of(const CodecInfo& info) {
  const std::vector<std::string> keys = keys_of(info);
  const auto it = std::find_if(keys.begin(), keys.end(), is_main_key);
  return it == keys.end() ? std::string() : *it;
}

// The parameter whose values are names, `word` one of them: per for "token". Empty where there is none.
std::string key_of_value(const CodecInfo& info, const std::string& word) {
  for (const ParameterInfo& parameter : info.parameters) {
    const bool listed = (", " + parameter.values + ",").find(", " + word + ",") != std::string::npos;
    if (listed && !is_main_key(word) && word != "on" && word != "off") {
      return parameter.name;
    }
  }
  return {};
}

// The parameter that `word` names, if not to the letter. Empty where it names none.
std::string key_of_name(const CodecInfo& info, const std::string& word) {
  const std::vector<std::string> keys = keys_of(info);
  if (std::find(keys.begin(), keys.end(), word) != keys.end()) {
    return word;
  }
  return is_main_key(word) ? main_key_of(info) : nearest_name(word, keys);
}

// "uniform4", "amaq-3": the name and its number are two words.
void split_name(std::vector<std::string>& words, std::span<const CodecInfo> codecs) {
  std::string& first = words.front();
  for (const auto& [other, ours] : other_names) {
    if (first == other) {
      std::vector<std::string> instead = words_of(ours);
      words.erase(words.begin());
      words.insert(words.begin(), instead.begin(), instead.end());
      return;
    }
  }
  for (const CodecInfo& info : codecs) {
    if (first.size() > info.name.size() && first.starts_with(info.name)) {
      const std::size_t digit = first.find_first_not_of("-_", info.name.size());
      if (digit != std::string::npos && is_digit(first[digit])) {
        const std::string number = first.substr(digit);
        first = info.name;
        words.insert(words.begin() + 1, number);
        return;
      }
    }
  }
}

// One codec or stage with what was found for it.
struct Part {
  const CodecInfo* info;
  std::vector<std::pair<std::string, std::string>> values;

  bool set(const std::string& key, const std::string& value) {
    const bool twice =
        std::any_of(values.begin(), values.end(), [&](const auto& v) { return v.first == key; });
    values.emplace_back(key, value);
    return !key.empty() && !twice;
  }
};

std::string text_of(const std::vector<Part>& parts) {
  std::vector<std::string> texts;
  for (const Part& part : parts) {
    SpecText text(part.info->name);
    for (const auto& [key, value] : part.values) {
      text.add(key, value);
    }
    texts.push_back(text.text());
  }
  return join(texts, "+");
}

}  // namespace

std::string repaired_spec(std::string_view spec, std::span<const CodecInfo> codecs,
                          std::span<const CodecInfo> stages) {
  std::vector<std::string> words = words_of(spec);
  if (words.empty()) {
    return {};
  }
  split_name(words, codecs);
  const CodecInfo* codec = nearest(codecs, words.front());
  if (codec == nullptr) {
    return {};
  }
  std::vector<Part> parts = {{codec, {}}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (const CodecInfo* stage = find(stages, word)) {
      const auto same = [&](const Part& part) { return part.info == stage; };
      if (std::none_of(parts.begin(), parts.end(), same)) {
        parts.push_back({stage, {}});
      }
      continue;
    }
    Part& part = parts.back();
    std::string key = is_digit(word.front()) ? main_key_of(*part.info) : key_of_value(*part.info, word);
    std::string value = word;
    if (key.empty() && i + 1 < words.size()) {
      key = key_of_name(*part.info, word);
      value = words[++i];
    }
    if (!part.set(key, value)) {
      return {};
    }
  }
  return text_of(parts);
}

}  // namespace cutlink::codecs
