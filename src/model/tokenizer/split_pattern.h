// A pre-tokenizer's regular expression: written for Oniguruma in tokenizer.json, run by PCRE2.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cutlink::model {

class SplitPattern {
 public:
  // Translates where the two engines differ and refuses what cannot be translated: throws Error(usage), whose
  // text begins with `where`.
  SplitPattern(std::string_view oniguruma, const std::string& where);
  SplitPattern(SplitPattern&&) noexcept;
  SplitPattern& operator=(SplitPattern&&) noexcept;
  ~SplitPattern();

  // Calls `part` for the stretches between matches and the matches themselves, in order, none of them empty.
  // text: UTF-8, checked by the caller. Throws Error(usage) if a match needs too much work.
  using Part = std::function<void(std::string_view part, bool is_match)>;
  void split(std::string_view text, const Part& part) const;

  // GPT-2's pattern, that ByteLevel's use_regex means; numbers as Rust's char::is_numeric sees them (Digits).
  static SplitPattern gpt2();
  static SplitPattern digits(bool individual);

 private:
  struct State;
  SplitPattern(const std::string& pcre2, const std::string& shown, const std::string& where);
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::model
