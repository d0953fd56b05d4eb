#include "model/tokenizer/added_tokens.h"

#include <algorithm>
#include <tuple>

namespace cutlink::model {
namespace {

std::uint8_t first_byte(const AddedToken& token) { return static_cast<std::uint8_t>(token.content.front()); }

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  if (tokens_.empty()) {
    return;
  }
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) {
    return std::make_tuple(first_byte(a), b.content.size()) <
           std::make_tuple(first_byte(b), a.content.size());
  });
  of_.resize(256);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    auto& [begin, end] = of_[first_byte(tokens_[i])];
    begin = end == 0 ? i : begin;
    end = i + 1;
  }
}

void AddedTokens::split(std::string_view in, const OnText& text, const OnToken& token) const {
  std::size_t done = 0;
  for (std::size_t at = 0; at < in.size() && !of_.empty();) {
    const auto [begin, end] = of_[static_cast<std::uint8_t>(in[at])];
    const auto from = tokens_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = tokens_.begin() + static_cast<std::ptrdiff_t>(end);
    const auto found = std::find_if(
        from, to, [&](const AddedToken& candidate) { return in.substr(at).starts_with(candidate.content); });
    if (found == to) {
      ++at;
      continue;
    }
    if (done < at) {
      text(in.substr(done, at - done));
    }
    token(found->id);
    at += found->content.size();
    done = at;
  }
  if (done < in.size()) {
    text(in.substr(done));
  }
}

}  // namespace cutlink::model
