// Words that generated problems and stories are made of.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/rng.h"

namespace cutlink::train {

inline constexpr std::array<std::string_view, 24> story_names = {
    "Ann", "Ben",  "Cara", "Dan",  "Eva",  "Finn", "Gina", "Hugo", "Ida",  "Jack", "Kim",  "Leo",
    "Mia", "Noah", "Olga", "Paul", "Rosa", "Sam",  "Tina", "Uma",  "Vera", "Will", "Yara", "Zoe"};

inline constexpr std::array<std::string_view, 20> story_items = {
    "apples", "books", "cards",  "coins", "cups", "eggs",  "keys",  "lamps",  "marbles", "nuts",
    "pears",  "pens",  "plates", "plums", "pots", "roses", "seeds", "shells", "stamps",  "toys"};

template <std::size_t Size>
[[nodiscard]] std::string_view pick(const std::array<std::string_view, Size>& words, Rng& rng) {
  return words.at(static_cast<std::size_t>(rng.below(Size)));
}

}  // namespace cutlink::train
