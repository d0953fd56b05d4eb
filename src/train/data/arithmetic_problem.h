// The sums behind generated word problems: one or two steps of whole-number arithmetic, worked out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace cutlink::train {

// What is computed, from a, b and (with two steps) c. All numbers and results are positive.
enum class SumShape : std::uint8_t {
  add,           // a + b
  subtract,      // a − b
  multiply,      // a · b
  multiply_add,  // a · b, + c
  multiply_subtract,
  add_subtract,  // a + b, − c
  subtract_add,  // a − b, + c
  add_multiply,  // a + b, · c
};

struct ArithmeticProblem {
  SumShape shape = SumShape::add;
  std::int64_t a = 0, b = 0, c = 0;
  std::int64_t first = 0;   // result of the first step
  std::int64_t result = 0;  // of the last

  [[nodiscard]] bool two_steps() const { return shape >= SumShape::multiply_add; }
  [[nodiscard]] char first_sign() const;
  [[nodiscard]] char second_sign() const;
  // "3*4=12" and "12+5=17".
  [[nodiscard]] std::string first_equation() const;
  [[nodiscard]] std::string second_equation() const;
};

// Numbers that a child's exercise would use; factors up to 9, terms up to 60.
[[nodiscard]] ArithmeticProblem draw_problem(SumShape shape, Rng& rng);

// A template's text with its placeholders replaced: {a} {b} {c} {m} (first result) {r} (result),
// {1} {2} (equations, in GSM8K's calculator style where `calculator` is set), {name}, {items}.
[[nodiscard]] std::string fill_template(std::string_view text, const ArithmeticProblem& problem,
                                        std::string_view name, std::string_view items, bool calculator);

}  // namespace cutlink::train
