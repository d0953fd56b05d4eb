#include "model/tokenizer/tokenizer.h"

#include <unordered_map>

#include "base/error.h"
#include "base/text/utf8.h"
#include "model/tokenizer/added_tokens.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/byte_alphabet.h"
#include "model/tokenizer/split_pattern.h"
#include "model/tokenizer/tokenizer_file.h"

namespace cutlink::model {
namespace {

// A pre-tokenizer step, ready to run.
struct Step {
  PreTokenizerStep spec;
  std::optional<SplitPattern> pattern;  // none: the text stays whole
};

struct Token {
  std::string bytes;  // what it decodes to
  bool exists = false;
  bool special = false;
};

}  // namespace

struct Tokenizer::State {
  State(const TokenizerFile& file, const std::string& where) : bpe(file.bpe, where) {
    if (!file.unknown_token.empty() && !bpe.has_all_bytes()) {
      usage_error(where + ": model.unk_token is not supported where a byte has no token of its own");
    }
    for (const PreTokenizerStep& step : file.pre_tokenizer) {
      add_step(step, where);
    }
    std::vector<AddedToken> exact, normalized;
    for (const AddedToken& token : file.added) {
      (token.normalized ? normalized : exact).push_back(token);
    }
    exact_tokens = AddedTokens(std::move(exact));
    normalized_tokens = AddedTokens(std::move(normalized));
    before = file.before;
    after = file.after;
    ids = file.bpe.vocabulary;
    for (const auto& [text, id] : file.bpe.vocabulary) {
      put_token(id, text, false);
    }
    for (const AddedToken& token : file.added) {
      ids[token.content] = token.id;
      put_token(token.id, token.content, token.special);
    }
  }

  void add_step(const PreTokenizerStep& spec, const std::string& where) {
    Step step{spec, std::nullopt};
    switch (spec.kind) {
      case PreTokenizerStep::Kind::digits:
        step.pattern = SplitPattern::digits(spec.individual_digits);
        break;
      case PreTokenizerStep::Kind::split:
        step.pattern.emplace(spec.pattern, where + ": pre_tokenizer Split");
        break;
      case PreTokenizerStep::Kind::byte_level:
        if (spec.use_regex) {
          step.pattern = SplitPattern::gpt2();
        }
        break;
    }
    steps.push_back(std::move(step));
  }

  void put_token(std::int32_t id, const std::string& text, bool special) {
    const auto at = static_cast<std::size_t>(id);
    if (at >= tokens.size()) {
      tokens.resize(at + 1);
    }
    tokens[at] = {bytes_of_alphabet(text).value_or(text), true, special};
  }

  // Runs the pre-tokenizer from step `at` on; the words that come out go through the merges.
  void encode_text(std::size_t at, std::string_view text, std::vector<std::int32_t>& out) const {
    if (at == steps.size()) {
      bpe.append_ids(text, out);
      return;
    }
    const Step& step = steps[at];
    std::string prefixed;
    if (step.spec.add_prefix_space && !text.starts_with(' ')) {
      prefixed.append(1, ' ').append(text);
      text = prefixed;
    }
    if (!step.pattern) {
      encode_text(at + 1, text, out);
      return;
    }
    step.pattern->split(text, [&](std::string_view part, bool is_match) {
      if (!(step.spec.remove && is_match != step.spec.invert)) {
        encode_text(at + 1, part, out);
      }
    });
  }

  Bpe bpe;
  std::vector<Step> steps;
  AddedTokens exact_tokens, normalized_tokens;
  std::vector<std::int32_t> before, after;
  std::unordered_map<std::string, std::int32_t> ids;
  std::vector<Token> tokens;  // by id
};

Tokenizer::Tokenizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "tokenizer.json";
  return Tokenizer(std::make_unique<State>(read_tokenizer_file(path), path.string()));
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, bool add_special_tokens) const {
  if (const std::size_t good = valid_utf8_prefix(text); good != text.size()) {
    usage_error("text to tokenise: byte " + std::to_string(good) + " is not UTF-8; convert it first");
  }
  std::vector<std::int32_t> ids;
  if (add_special_tokens) {
    ids = state_->before;
  }
  const auto put_token = [&](std::int32_t id) { ids.push_back(id); };
  state_->exact_tokens.split(
      text,
      [&](std::string_view part) {
        state_->normalized_tokens.split(
            part, [&](std::string_view rest) { state_->encode_text(0, rest, ids); }, put_token);
      },
      put_token);
  if (add_special_tokens) {
    ids.insert(ids.end(), state_->after.begin(), state_->after.end());
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special) const {
  std::string bytes;
  for (const std::int32_t id : ids) {
    const auto at = static_cast<std::size_t>(id);
    if (id >= 0 && at < state_->tokens.size() && state_->tokens[at].exists &&
        !(skip_special && state_->tokens[at].special)) {
      bytes += state_->tokens[at].bytes;
    }
  }
  return to_valid_utf8(bytes);
}

std::optional<std::int32_t> Tokenizer::id_of(std::string_view token) const {
  const auto found = state_->ids.find(std::string(token));
  return found == state_->ids.end() ? std::nullopt : std::optional(found->second);
}

std::size_t Tokenizer::vocabulary() const { return state_->tokens.size(); }

}  // namespace cutlink::model
