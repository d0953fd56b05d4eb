#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/file_io.h"
#include "base/text/nul_byte.h"
#include "base/text/utf8.h"
#include "train/data/data.h"

namespace cutlink::train {
namespace {

constexpr std::size_t max_line_bytes = 1 << 20;  // GSM8K's longest is 3 kB

// One line of the file; `where` is file:line.
Example parse_line(std::string_view line, const std::string& where) {
  if (line.size() > max_line_bytes) {
    usage_error(where + ": a line of " + std::to_string(line.size()) + " bytes (at most 1 MiB)");
  }
  if (const std::size_t good = valid_utf8_prefix(line); good != line.size()) {
    usage_error(where + ": byte " + std::to_string(good + 1) + " is not UTF-8; convert the file");
  }
  nlohmann::json item;
  try {
    refuse_nul(line, where);
    item = nlohmann::json::parse(line);
  } catch (const nlohmann::json::parse_error& error) {
    usage_error(where + ": is not JSON (at byte " + std::to_string(error.byte) +
                "); one object a line is wanted");
  }
  const auto text_of = [&](const char* key) {
    if (!item.is_object() || !item.contains(key)) {
      usage_error(where + ": has no \"" + key + "\"; {\"question\": …, \"answer\": …} is wanted");
    }
    if (!item[key].is_string()) {
      usage_error(where + ": \"" + key + "\" is not a string");
    }
    return item[key].get<std::string>();
  };
  Example example{text_of("question"), text_of("answer")};
  if (example.answer.empty()) {
    usage_error(where + ": \"answer\" is empty: there is nothing to learn from it");
  }
  return example;
}

}  // namespace

std::vector<Example> load_jsonl(const std::filesystem::path& path, std::size_t limit) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    usage_error(
        path.string() +
        ": no such file: correct data.train or data.eval. GSM8K is published at "
        "https://github.com/openai/grade-school-math (grade_school_math/data/train.jsonl and test.jsonl): "
        "put both into data/gsm8k, or name their directory in CUTLINK_GSM8K");
  }
  const MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  std::vector<Example> examples;
  std::size_t line_number = 0;
  for (std::size_t at = 0; at < text.size() && (limit == 0 || examples.size() < limit);) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    ++line_number;
    at = end + 1;
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      examples.push_back(parse_line(line, path.string() + ":" + std::to_string(line_number)));
    }
  }
  if (examples.empty()) {
    usage_error(path.string() + ": holds no example");
  }
  return examples;
}

}  // namespace cutlink::train
