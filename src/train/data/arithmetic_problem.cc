#include "train/data/arithmetic_problem.h"

#include <cassert>

namespace cutlink::train {
namespace {

std::int64_t between(Rng& rng, std::int64_t low, std::int64_t high) {
  assert(low <= high);
  return low + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(high - low + 1)));
}

std::int64_t apply(std::int64_t x, char sign, std::int64_t y) {
  return sign == '+' ? x + y : sign == '-' ? x - y : x * y;
}

std::string equation(std::int64_t x, char sign, std::int64_t y) {
  return std::to_string(x) + sign + std::to_string(y) + "=" + std::to_string(apply(x, sign, y));
}

// GSM8K writes "3*4=<<3*4=12>>12".
std::string with_calculator(const std::string& plain) {
  const std::size_t sign = plain.find('=');
  return plain.substr(0, sign + 1) + "<<" + plain + ">>" + plain.substr(sign + 1);
}

}  // namespace

char ArithmeticProblem::first_sign() const {
  switch (shape) {
    case SumShape::add:
    case SumShape::add_subtract:
    case SumShape::add_multiply:
      return '+';
    case SumShape::subtract:
    case SumShape::subtract_add:
      return '-';
    case SumShape::multiply:
    case SumShape::multiply_add:
    case SumShape::multiply_subtract:
      break;
  }
  return '*';
}

char ArithmeticProblem::second_sign() const {
  assert(two_steps());
  return shape == SumShape::add_multiply                                           ? '*'
         : shape == SumShape::multiply_subtract || shape == SumShape::add_subtract ? '-'
                                                                                   : '+';
}

std::string ArithmeticProblem::first_equation() const { return equation(a, first_sign(), b); }
std::string ArithmeticProblem::second_equation() const { return equation(first, second_sign(), c); }

ArithmeticProblem draw_problem(SumShape shape, Rng& rng) {
  ArithmeticProblem problem;
  problem.shape = shape;
  const char sign = problem.first_sign();
  if (sign == '*') {
    problem.a = between(rng, 2, 9);
    problem.b = between(rng, 2, 9);
  } else if (sign == '-') {
    problem.a = between(rng, 6, 60);
    problem.b = between(rng, 2, problem.a - 2);
  } else {
    const std::int64_t largest = shape == SumShape::add_multiply ? 9 : 40;
    problem.a = between(rng, 2, largest);
    problem.b = between(rng, 2, largest);
  }
  problem.first = apply(problem.a, sign, problem.b);
  problem.result = problem.first;
  if (problem.two_steps()) {
    const char second = problem.second_sign();
    problem.c = second == '*'   ? between(rng, 2, 5)
                : second == '-' ? between(rng, 1, problem.first - 1)
                                : between(rng, 2, 40);
    problem.result = apply(problem.first, second, problem.c);
  }
  return problem;
}

std::string fill_template(std::string_view text, const ArithmeticProblem& problem, std::string_view name,
                          std::string_view items, bool calculator) {
  const auto value_of = [&](std::string_view key) -> std::string {
    const auto shown = [&](const std::string& plain) { return calculator ? with_calculator(plain) : plain; };
    if (key == "a") return std::to_string(problem.a);
    if (key == "b") return std::to_string(problem.b);
    if (key == "c") return std::to_string(problem.c);
    if (key == "m") return std::to_string(problem.first);
    if (key == "r") return std::to_string(problem.result);
    if (key == "1") return shown(problem.first_equation());
    if (key == "2") return shown(problem.second_equation());
    if (key == "name") return std::string(name);
    assert(key == "items");
    return std::string(items);
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at);
    if (open == std::string_view::npos) {
      return out.append(text.substr(at));
    }
    const std::size_t close = text.find('}', open);
    assert(close != std::string_view::npos);
    out.append(text.substr(at, open - at)).append(value_of(text.substr(open + 1, close - open - 1)));
    at = close + 1;
  }
  return out;
}

}  // namespace cutlink::train
