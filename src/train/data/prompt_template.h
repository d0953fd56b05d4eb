// The text around a question and its answer: "Question: {question}\nAnswer: {answer}".
#pragma once

#include <string>
#include <string_view>

namespace cutlink::train {

// {question} may stand anywhere and any number of times, {answer} once, at the end.
class PromptTemplate {
 public:
  // Throws Error(usage) for another placeholder, or where {answer} is not at the end.
  explicit PromptTemplate(const std::string& text);

  // What the model is asked, and what it shall learn to say after it. White space between the two belongs to
  // the answer: there byte-level pre-tokenizers split ("Answer:" and " 72"), so that the ids of both parts,
  // one after the other, are those of the whole text.
  [[nodiscard]] std::string question_part(std::string_view question) const;
  [[nodiscard]] std::string answer_part(std::string_view answer) const;

 private:
  std::string before_;  // without the white space at its end
  std::string space_;   // that white space
};

}  // namespace cutlink::train
