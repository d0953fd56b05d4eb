// The kinds of keys that a scenario has: numbers, texts, choices, flags. Each makes a KeySpec from a name,
// what is allowed, its meaning, and a field: a function (Scenario&) -> T& that says where the value lives.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "scenario/key_hint.h"
#include "scenario/scenario_keys.h"

namespace cutlink::scenario {

// T: an unsigned integer.
template <typename Field>
KeySpec count_key(std::string name, std::int64_t least, std::int64_t most, std::string meaning, Field field) {
  KeySpec key{name, fmt::format("{} to {}", least, most), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const std::filesystem::path&) {
    auto& target = field(s);
    target = static_cast<std::remove_reference_t<decltype(target)>>(as_count(v, name, least, most));
  };
  key.get = [=](const Scenario& s) {
    return Value{static_cast<std::int64_t>(field(const_cast<Scenario&>(s))), ""};
  };
  return key;
}

template <typename Field>
KeySpec real_key(std::string name, double least, double most, std::string meaning, Field field) {
  KeySpec key{name, fmt::format("{} to {}", least, most), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const std::filesystem::path&) {
    field(s) = as_real(v, name, least, most);
  };
  key.get = [=](const Scenario& s) {
    return Value{static_cast<double>(field(const_cast<Scenario&>(s))), ""};
  };
  return key;
}

template <typename Field>
KeySpec text_key(std::string name, std::string allowed, std::string meaning, Field field) {
  KeySpec key{name, std::move(allowed), std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const std::filesystem::path&) { field(s) = as_text(v, name); };
  key.get = [=](const Scenario& s) { return Value{field(const_cast<Scenario&>(s)), ""}; };
  return key;
}

// names: what may be written, in the order of the enumeration.
template <typename Enum, typename Field>
KeySpec choice_key(std::string name, std::vector<std::string> names, std::string meaning, Field field) {
  std::string allowed;
  for (const std::string& n : names) {
    allowed += (allowed.empty() ? "" : ", ") + n;
  }
  KeySpec key{name, allowed, std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const std::filesystem::path&) {
    const std::string text = as_text(v, name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) {
        field(s) = static_cast<Enum>(i);
        return;
      }
    }
    refuse(v, name, fmt::format("not known{} (allowed: {})", hint_for(text, names), allowed));
  };
  key.get = [=](const Scenario& s) {
    return Value{names[static_cast<std::size_t>(field(const_cast<Scenario&>(s)))], ""};
  };
  return key;
}

template <typename Field>
KeySpec flag_key(std::string name, std::string meaning, Field field) {
  KeySpec key{name, "true, false", std::move(meaning), true, {}, {}};
  key.set = [=](Scenario& s, const Value& v, const std::filesystem::path&) { field(s) = as_flag(v, name); };
  key.get = [=](const Scenario& s) { return Value{field(const_cast<Scenario&>(s)), ""}; };
  return key;
}

// A key that does not decide the results.
inline KeySpec not_identity(KeySpec key) {
  key.identity = false;
  return key;
}

}  // namespace cutlink::scenario
