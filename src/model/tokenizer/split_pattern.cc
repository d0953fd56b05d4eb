#include "model/tokenizer/split_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cassert>

#include "base/error.h"
#include "base/text/utf8.h"
#include "model/tokenizer/unicode_supplement.h"

namespace cutlink::model {
namespace {

constexpr const char* gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// Steps of one match; the patterns in use need a few dozen. Ends a pattern that backtracks without bound.
constexpr std::uint32_t match_limit = 1'000'000;

// Rewrites an Oniguruma pattern for PCRE2 with UTF and UCP. \s, \p{L} and \p{N} get the members that
// Oniguruma sees; escapes that mean something else there (\h, \w, \b …) are refused.
class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where) : in_(pattern), where_(where) {}

  std::string run() {
    while (at_ < in_.size()) {
      const char c = in_[at_++];
      if (c == '\\') {
        escape();
        continue;
      }
      if (in_class_ && (c == '[' || in_.substr(at_ - 1).starts_with("&&"))) {
        refuse("a class within a class");
      }
      if (!in_class_) {
        refuse_other_meanings(in_.substr(at_ - 1));
      }
      if (c == '[') {
        in_class_ = true;
        out_ += c;
        if (at_ < in_.size() && in_[at_] == '^') {
          out_ += in_[at_++];
        }
        continue;
      }
      if (c == ']') {
        in_class_ = false;
      }
      if (c == '(' && in_.substr(at_).starts_with("?") && !group_is_known()) {
        refuse("this kind of group");
      }
      out_ += c;
    }
    return out_;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    usage_error(where_ + ": the pattern \"" + std::string(in_.substr(0, 200)) + "\" uses " + what +
                ", which is not supported");
  }
  // Spellings that PCRE2 accepts too, but reads differently.
  void refuse_other_meanings(std::string_view rest) const {
    for (const char* spelling : {"^", "$", "(*", "{,", "}+", "}?"}) {
      if (rest.starts_with(spelling)) {
        refuse(std::string("\"") + spelling + "\"");
      }
    }
  }
  [[nodiscard]] bool group_is_known() const {
    for (const char* start : {"?:", "?=", "?!", "?<=", "?<!", "?i:", "?>"}) {
      if (in_.substr(at_).starts_with(start)) {
        return true;
      }
    }
    return false;
  }
  void put_class(const std::string& members, bool negated) {
    if (!in_class_) {
      out_ += (negated ? "[^" : "[") + members + "]";
    } else if (negated) {
      refuse("a negated property within a class");
    } else {
      out_ += members;
    }
  }
  void property(bool negated) {
    const std::size_t end = in_.find('}', at_);
    if (at_ >= in_.size() || in_[at_] != '{' || end == std::string_view::npos) {
      refuse("\\p without {…}");
    }
    const std::string name(in_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    if (name.empty() || name.size() > 2 || name.front() < 'A' || name.front() > 'Z') {
      refuse("the property \\p{" + name + "}");
    }
    std::string members = "\\p{" + name + "}";
    if (name == "L") {
      members += letters_since_unicode_14;
    } else if (name == "N") {
      members += numbers_since_unicode_14;
    }
    put_class(members, negated);
  }
  void escape() {
    if (at_ >= in_.size()) {
      refuse("a backslash at its end");
    }
    const char c = in_[at_++];
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == 's' || c == 'S') {
      put_class(white_space, c == 'S');
    } else if (c == 'p' || c == 'P') {
      property(c == 'P');
    } else if (c == 'd' || c == 'D') {
      put_class("\\p{Nd}", c == 'D');
    } else if (c == 'r' || c == 'n' || c == 't' || !alphanumeric) {
      out_ += '\\';
      out_ += c;
    } else {
      refuse(std::string("the escape \\") + c);
    }
  }

  std::string_view in_;
  const std::string& where_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

struct MatchData {
  pcre2_match_data* data;
  explicit MatchData(const pcre2_code* code) : data(pcre2_match_data_create_from_pattern(code, nullptr)) {}
  MatchData(const MatchData&) = delete;
  MatchData& operator=(const MatchData&) = delete;
  ~MatchData() { pcre2_match_data_free(data); }
};

}  // namespace

struct SplitPattern::State {
  std::string where, shown;
  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }
};

SplitPattern::SplitPattern(std::string_view oniguruma, const std::string& where)
    : SplitPattern(Translator(oniguruma, where).run(), std::string(oniguruma), where) {}

SplitPattern::SplitPattern(const std::string& pcre2, const std::string& shown, const std::string& where)
    : state_(std::make_unique<State>()) {
  int error = 0;
  PCRE2_SIZE at = 0;
  state_->where = where;
  state_->shown = shown.substr(0, 200);
  state_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pcre2.data()), pcre2.size(),
                               PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, nullptr);
  if (state_->code == nullptr) {
    PCRE2_UCHAR message[128] = {};
    pcre2_get_error_message(error, message, sizeof message);
    usage_error(where + ": the pattern \"" + state_->shown +
                "\" is broken: " + reinterpret_cast<const char*>(message));
  }
  pcre2_jit_compile(state_->code, PCRE2_JIT_COMPLETE);  // without it matching is the same, only slower
  state_->limits = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(state_->limits, match_limit);
}

SplitPattern::SplitPattern(SplitPattern&&) noexcept = default;
SplitPattern& SplitPattern::operator=(SplitPattern&&) noexcept = default;
SplitPattern::~SplitPattern() = default;

void SplitPattern::split(std::string_view text, const Part& part) const {
  const MatchData match(state_->code);
  const auto* const subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const auto emit = [&](std::size_t begin, std::size_t end, bool is_match) {
    if (begin < end) {
      part(text.substr(begin, end - begin), is_match);
    }
  };
  // As Oniguruma's find_iter: an empty match directly after a match is not one.
  std::size_t search_from = 0, done = 0;
  std::size_t last_end = std::string_view::npos;
  while (search_from <= text.size()) {
    int found = pcre2_match(state_->code, subject, text.size(), search_from, PCRE2_NO_UTF_CHECK, match.data,
                            state_->limits);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
      found = pcre2_match(state_->code, subject, text.size(), search_from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                          match.data, state_->limits);
    }
    if (found == PCRE2_ERROR_NOMATCH) {
      break;
    }
    if (found < 0) {
      usage_error(state_->where + ": the pattern \"" + state_->shown +
                  "\" needs too much work on a text of " + std::to_string(text.size()) +
                  " bytes (PCRE2 error " + std::to_string(found) + ")");
    }
    const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer(match.data);
    const std::size_t begin = bounds[0], end = bounds[1];
    if (begin == end && begin == last_end) {
      search_from = end < text.size() ? end + utf8_step(text, end).length : end + 1;
      continue;
    }
    emit(done, begin, false);
    emit(begin, end, true);
    search_from = done = last_end = end;
  }
  emit(done, text.size(), false);
}

SplitPattern SplitPattern::gpt2() { return {gpt2_pattern, "ByteLevel"}; }

SplitPattern SplitPattern::digits(bool individual) {
  const std::string numbers = std::string("[\\p{N}") + numbers_since_unicode_14 + numbers_of_unicode_17 +
                              "]" + (individual ? "" : "+");
  return {numbers, "digits", "Digits"};
}

}  // namespace cutlink::model
