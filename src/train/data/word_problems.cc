#include "train/data/word_problems.h"

#include <array>

#include "train/data/arithmetic_problem.h"
#include "train/data/story_words.h"

namespace cutlink::train {
namespace {

// A way to ask for a sum and to work it out as GSM8K does. Placeholders: fill_template.
struct ProblemTemplate {
  SumShape shape;
  std::string_view question;
  std::string_view answer;
};

constexpr std::array<ProblemTemplate, 16> templates = {{
    {SumShape::add, "{name} picks {a} {items} in the morning and {b} more at noon. How many {items} is that?",
     "{name} picks {1} {items}.\n#### {r}"},
    {SumShape::add,
     "There are {a} {items} on the desk and {b} {items} in the box. How many are there in all?",
     "In all there are {1}.\n#### {r}"},
    {SumShape::subtract, "{name} owned {a} {items} but lost {b} of them. How many {items} are left?",
     "{name} has {1} left.\n#### {r}"},
    {SumShape::subtract, "Of {a} {items} in a shop, {b} are sold today. How many {items} remain?",
     "The rest is {1} {items}.\n#### {r}"},
    {SumShape::multiply, "{name} fills {a} bags with {b} {items} each. How many {items} does {name} need?",
     "{name} needs {1} {items}.\n#### {r}"},
    {SumShape::multiply, "Each of {a} shelves carries {b} {items}. How many {items} do the shelves carry?",
     "They carry {1} {items}.\n#### {r}"},
    {SumShape::multiply_add,
     "{name} buys {a} packs of {b} {items} and finds {c} more at home. How many {items} does {name} have?",
     "Packs: {1}\nAll: {2}\n#### {r}"},
    {SumShape::multiply_add,
     "A van brings {a} crates with {b} {items} each and {c} loose ones. How many {items}?",
     "Crates: {1}\nAll: {2}\n#### {r}"},
    {SumShape::multiply_subtract,
     "{name} packs {a} boxes of {b} {items}. Then {c} break. How many are whole?",
     "Packed: {1}\nWhole: {2}\n#### {r}"},
    {SumShape::multiply_subtract,
     "In {a} rows of {b} seats, {c} seats are taken. How many seats can {name} still choose?",
     "Seats: {1}\nFree: {2}\n#### {r}"},
    {SumShape::add_subtract,
     "{name} got {a} {items} on Monday, {b} on Friday, and gave away {c}. How many does {name} keep?",
     "Got: {1}\nKeeps: {2}\n#### {r}"},
    {SumShape::add_subtract,
     "A jar with {a} {items} gets {b} more; later {c} are used. How many are in the jar?",
     "Filled: {1}\nNow: {2}\n#### {r}"},
    {SumShape::subtract_add, "{name} had {a} {items}, sold {b} and then made {c} new ones. How many now?",
     "Left: {1}\nNow: {2}\n#### {r}"},
    {SumShape::subtract_add,
     "From {a} {items}, {name} drops {b} and picks up {c} others. How many in the end?",
     "Kept: {1}\nEnd: {2}\n#### {r}"},
    {SumShape::add_multiply,
     "A set has {a} red and {b} blue {items}. {name} orders {c} sets. How many {items}?",
     "A set: {1}\nOrder: {2}\n#### {r}"},
    {SumShape::add_multiply,
     "Every day {name} sells {a} big and {b} small {items}. How many are sold in {c} days?",
     "A day: {1}\nSold: {2}\n#### {r}"},
}};

// Which stream a problem belongs to: fixed by its template and its numbers alone, whatever names it uses. Its
// sum asked in the same way is therefore never in the other stream.
std::uint32_t stream_of(std::size_t which, const ArithmeticProblem& problem) {
  const std::string content = std::to_string(which) + " " + std::to_string(problem.a) + " " +
                              std::to_string(problem.b) + " " + std::to_string(problem.c);
  return static_cast<std::uint32_t>((hash_name(content) >> 20) & 1);
}

}  // namespace

std::vector<Example> generate_word_problems(std::size_t count, std::uint64_t seed, std::uint32_t stream) {
  std::vector<Example> examples;
  examples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    // A stream of random numbers each, so that the first n of many are the n of few.
    Rng rng(RngKey{.seed = seed, .step = stream, .purpose = RngPurpose::text_generator, .extra = i});
    const auto which = static_cast<std::size_t>(rng.below(templates.size()));
    const ProblemTemplate& chosen = templates.at(which);
    ArithmeticProblem problem = draw_problem(chosen.shape, rng);
    while (stream_of(which, problem) != stream % 2) {
      problem = draw_problem(chosen.shape, rng);
    }
    const std::string_view name = pick(story_names, rng), items = pick(story_items, rng);
    examples.push_back({fill_template(chosen.question, problem, name, items, false),
                        fill_template(chosen.answer, problem, name, items, true)});
  }
  return examples;
}

}  // namespace cutlink::train
