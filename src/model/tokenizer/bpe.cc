#include "model/tokenizer/bpe.h"

#include <algorithm>
#include <queue>
#include <tuple>

#include "base/error.h"
#include "model/tokenizer/byte_alphabet.h"

namespace cutlink::model {
namespace {

constexpr std::size_t cached_words = 1 << 16;  // bounds the memory; natural text repeats far fewer
constexpr std::size_t cached_word_bytes = 64;  // longer words hardly repeat

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) |
         static_cast<std::uint32_t>(right);
}

// A token of the word; merged ones are unlinked and marked by id −1.
struct Symbol {
  std::int32_t id = 0;
  std::int64_t previous = -1, next = -1;
};

struct Candidate {
  std::uint32_t rank;
  std::size_t at;   // the left symbol
  std::int32_t id;  // of the merged token: tells a stale candidate
  // The lowest rank first, the leftmost of equals.
  [[nodiscard]] bool operator<(const Candidate& other) const {
    return std::tie(rank, at) > std::tie(other.rank, other.at);
  }
};

}  // namespace

Bpe::Bpe(const BpeSpec& spec, const std::string& where) {
  const auto id_of = [&](const std::string& token) {
    const auto found = spec.vocabulary.find(token);
    return found == spec.vocabulary.end() ? -1 : found->second;
  };
  for (std::size_t byte = 0; byte < 256; ++byte) {
    byte_ids_.at(byte) = id_of(byte_alphabet().at(byte));
  }
  merges_.reserve(spec.merges.size());
  for (std::size_t rank = 0; rank < spec.merges.size(); ++rank) {
    const auto& [left, right] = spec.merges[rank];
    const std::int32_t left_id = id_of(left), right_id = id_of(right), id = id_of(left + right);
    if (left_id < 0 || right_id < 0 || id < 0) {
      usage_error(where + ": merge " + std::to_string(rank) + " (\"" + left.substr(0, 40) + "\" and \"" +
                  right.substr(0, 40) + "\") needs a token that the vocabulary does not have");
    }
    // Of a pair listed twice the last rank counts, as in `tokenizers`.
    merges_[pair_key(left_id, right_id)] = {static_cast<std::uint32_t>(rank), id};
  }
  if (spec.ignore_merges) {
    for (const auto& [token, id] : spec.vocabulary) {
      if (auto bytes = bytes_of_alphabet(token)) {
        whole_words_.emplace(std::move(*bytes), id);
      }
    }
  }
}

bool Bpe::has_all_bytes() const {
  return std::all_of(byte_ids_.begin(), byte_ids_.end(), [](std::int32_t id) { return id >= 0; });
}

void Bpe::append_ids(std::string_view word, std::vector<std::int32_t>& ids) const {
  const auto append = [&](const std::vector<std::int32_t>& part) {
    ids.insert(ids.end(), part.begin(), part.end());
  };
  const bool cacheable = word.size() <= cached_word_bytes;
  const std::string key(cacheable || !whole_words_.empty() ? word : std::string_view());
  if (const auto whole = whole_words_.find(key); whole != whole_words_.end() && !word.empty()) {
    ids.push_back(whole->second);
    return;
  }
  if (!cacheable) {
    append(merge(word));
    return;
  }
  auto found = cache_.find(key);
  if (found == cache_.end()) {
    if (cache_.size() >= cached_words) {
      cache_.clear();
    }
    found = cache_.emplace(key, merge(word)).first;
  }
  append(found->second);
}

const Bpe::Merge* Bpe::find(std::int32_t left, std::int32_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

// Repeatedly merges the pair of lowest rank. A heap holds candidate pairs; those whose symbols have changed
// since are recognised when they come up and dropped.
std::vector<std::int32_t> Bpe::merge(std::string_view word) const {
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (const char c : word) {
    const std::int32_t id = byte_ids_.at(static_cast<std::uint8_t>(c));
    if (id >= 0) {
      const auto at = static_cast<std::int64_t>(symbols.size());
      symbols.push_back({id, at - 1, at + 1});
    }
  }
  if (symbols.empty()) {
    return {};
  }
  symbols.back().next = -1;

  std::vector<Candidate> initial;
  const auto candidate_at = [&](std::int64_t left, std::int64_t right, auto&& push) {
    if (left < 0 || right < 0) {
      return;
    }
    const auto l = static_cast<std::size_t>(left);
    if (const Merge* found = find(symbols[l].id, symbols[static_cast<std::size_t>(right)].id)) {
      push(Candidate{found->rank, l, found->id});
    }
  };
  for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
    candidate_at(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1,
                 [&](const Candidate& c) { initial.push_back(c); });
  }
  std::priority_queue<Candidate> heap(std::less<Candidate>{}, std::move(initial));
  while (!heap.empty()) {
    const Candidate best = heap.top();
    heap.pop();
    Symbol& left = symbols[best.at];
    if (left.id < 0 || left.next < 0) {
      continue;
    }
    Symbol& right = symbols[static_cast<std::size_t>(left.next)];
    const Merge* still = find(left.id, right.id);
    if (still == nullptr || still->id != best.id) {
      continue;
    }
    left.id = best.id;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) {
      symbols[static_cast<std::size_t>(left.next)].previous = static_cast<std::int64_t>(best.at);
    }
    const auto push = [&](const Candidate& c) { heap.push(c); };
    candidate_at(left.previous, static_cast<std::int64_t>(best.at), push);
    candidate_at(static_cast<std::int64_t>(best.at), left.next, push);
  }

  std::vector<std::int32_t> ids;
  for (const Symbol& symbol : symbols) {
    if (symbol.id >= 0) {
      ids.push_back(symbol.id);
    }
  }
  return ids;
}

}  // namespace cutlink::model
