#include "train/data/prompt_template.h"

#include "base/error.h"

namespace cutlink::train {
namespace {

constexpr std::string_view question_mark = "{question}";
constexpr std::string_view answer_mark = "{answer}";

// The placeholder that starts at `at`: "{" letters "}"; empty where none does.
std::string_view placeholder_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') ||
                               (text[end] >= 'A' && text[end] <= 'Z') || text[end] == '_')) {
    ++end;
  }
  return end > at + 1 && end < text.size() && text[end] == '}' ? text.substr(at, end + 1 - at)
                                                               : std::string_view();
}

}  // namespace

PromptTemplate::PromptTemplate(const std::string& text) {
  const std::size_t answer_at = text.find(answer_mark);
  if (answer_at == std::string::npos || answer_at + answer_mark.size() != text.size()) {
    usage_error("prompt \"" + text.substr(0, 80) + "\": must end with {answer} and hold it once");
  }
  const std::string_view before = std::string_view(text).substr(0, answer_at);
  for (std::size_t at = before.find('{'); at != std::string_view::npos; at = before.find('{', at + 1)) {
    const std::string_view name = placeholder_at(before, at);
    if (!name.empty() && name != question_mark) {
      usage_error("prompt \"" + text.substr(0, 80) + "\": unknown placeholder " + std::string(name) +
                  " (only {question} and {answer} are known)");
    }
  }
  const std::size_t last = before.find_last_not_of(" \t\r\n");
  const std::size_t kept = last == std::string_view::npos ? 0 : last + 1;
  before_ = before.substr(0, kept);
  space_ = before.substr(kept);
}

std::string PromptTemplate::question_part(std::string_view question) const {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = before_.find(question_mark); at != std::string::npos;
       at = before_.find(question_mark, done)) {
    out.append(before_, done, at - done).append(question);
    done = at + question_mark.size();
  }
  return out.append(before_, done);
}

std::string PromptTemplate::answer_part(std::string_view answer) const {
  return space_ + std::string(answer);
}

}  // namespace cutlink::train
