#include "model/tokenizer/bpe.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error_of.h"
#include "base/rng.h"

namespace cutlink::model {
namespace {

// Bytes a to h and random merges of what is there.
BpeSpec random_spec(std::uint64_t seed, std::size_t merges) {
  BpeSpec spec;
  std::vector<std::string> tokens;
  for (char c = 'a'; c <= 'h'; ++c) {
    tokens.emplace_back(1, c);
    spec.vocabulary[tokens.back()] = c - 'a';
  }
  Rng rng(RngKey{.seed = seed, .purpose = RngPurpose::text_generator});
  while (spec.merges.size() < merges) {
    const std::string left = tokens[rng.below(tokens.size())], right = tokens[rng.below(tokens.size())];
    if (left.size() + right.size() > 8) {
      continue;
    }
    spec.merges.emplace_back(left, right);
    if (spec.vocabulary.emplace(left + right, static_cast<std::int32_t>(tokens.size())).second) {
      tokens.push_back(left + right);
    }
  }
  return spec;
}

// The definition: merge the leftmost pair of lowest rank until there is none.
std::vector<std::int32_t> by_definition(const BpeSpec& spec, const std::string& word) {
  std::map<std::pair<std::string, std::string>, std::size_t> ranks;
  for (std::size_t i = 0; i < spec.merges.size(); ++i) {
    ranks[spec.merges[i]] = i;  // the last of equals
  }
  std::vector<std::string> parts;
  for (const char c : word) {
    parts.emplace_back(1, c);
  }
  while (true) {
    std::size_t best = parts.size(), best_rank = spec.merges.size();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find({parts[i], parts[i + 1]});
      if (found != ranks.end() && found->second < best_rank) {
        best_rank = found->second;
        best = i;
      }
    }
    if (best == parts.size()) {
      break;
    }
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<std::int32_t> ids;
  for (const std::string& part : parts) {
    ids.push_back(spec.vocabulary.at(part));
  }
  return ids;
}

std::vector<std::int32_t> ids_of(const Bpe& bpe, const std::string& word) {
  std::vector<std::int32_t> ids;
  bpe.append_ids(word, ids);
  return ids;
}

TEST(Bpe, equals_its_definition_on_random_merges_and_words) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const BpeSpec spec = random_spec(seed, 60);
    const Bpe bpe(spec, "test");
    Rng rng(RngKey{.seed = seed, .purpose = RngPurpose::data_order});
    for (int i = 0; i < 100; ++i) {
      std::string word(1 + rng.below(100), 'a');
      for (char& c : word) {
        c = static_cast<char>('a' + rng.below(8));
      }
      const auto expected = by_definition(spec, word);
      ASSERT_EQ(ids_of(bpe, word), expected) << word;
      ASSERT_EQ(ids_of(bpe, word), expected) << "from the cache: " << word;
    }
  }
}

TEST(Bpe, bytes_without_a_token_vanish) {
  const Bpe bpe(random_spec(1, 0), "test");
  EXPECT_EQ(ids_of(bpe, "axb"), (std::vector<std::int32_t>{0, 1}));
  EXPECT_TRUE(ids_of(bpe, "xyz").empty());
  EXPECT_TRUE(ids_of(bpe, "").empty());
  EXPECT_FALSE(bpe.has_all_bytes());
}

TEST(Bpe, ignore_merges_keeps_a_word_that_is_a_token) {
  BpeSpec spec;
  spec.vocabulary = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"abc", 4}};
  spec.merges = {{"b", "c"}};
  spec.vocabulary["bc"] = 5;
  EXPECT_EQ(ids_of(Bpe(spec, "test"), "abc"), (std::vector<std::int32_t>{0, 5}));
  spec.ignore_merges = true;
  EXPECT_EQ(ids_of(Bpe(spec, "test"), "abc"), (std::vector<std::int32_t>{4}));
  EXPECT_EQ(ids_of(Bpe(spec, "test"), "abca"), (std::vector<std::int32_t>{0, 5, 0}));
}

TEST(Bpe, a_word_of_a_million_bytes_is_no_problem) {
  BpeSpec spec;
  spec.vocabulary = {{"a", 0}, {"aa", 1}, {"aaaa", 2}};
  spec.merges = {{"a", "a"}, {"aa", "aa"}};
  EXPECT_EQ(ids_of(Bpe(spec, "test"), std::string(1'000'000, 'a')), std::vector<std::int32_t>(250'000, 2));
}

TEST(Bpe, merges_without_tokens_are_refused) {
  for (const auto& merge :
       std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"x", "a"}, {"b", "a"}}) {
    BpeSpec spec;
    spec.vocabulary = {{"a", 0}, {"b", 1}, {"ab", 2}};
    spec.merges = {{"a", "b"}, merge};
    EXPECT_NE(error_of(ErrorKind::usage, [&] { Bpe unused(spec, "tokenizer.json"); })
                  .find("tokenizer.json: merge 1"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace cutlink::model
