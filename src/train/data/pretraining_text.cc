// What the embedded model learns from before anyone fine-tunes it: sums in other words and other formats than
// the fine-tuning task, bare arithmetic, counting, small stories, and strings of arbitrary characters to
// repeat: every printable byte must have been seen, as fine-tuning does not train the embedding and the head.
// No "####", no "<<", no "Answer:".
#include <algorithm>
#include <array>

#include "train/data/arithmetic_problem.h"
#include "train/data/story_words.h"
#include "train/data/word_problems.h"

namespace cutlink::train {
namespace {

constexpr std::array<SumShape, 8> all_shapes = {
    SumShape::add,          SumShape::subtract,          SumShape::multiply,     SumShape::multiply_add,
    SumShape::add_subtract, SumShape::multiply_subtract, SumShape::subtract_add, SumShape::add_multiply};

// Questions by shape, two each, in the order of all_shapes.
constexpr std::array<std::array<std::string_view, 2>, 8> questions = {{
    {"{name} has {a} {items}. A friend brings {b} {items}. Count them all.",
     "Put {a} {items} next to {b} {items}. What is the total?"},
    {"{name} has {a} {items} and eats {b}. Count the rest.", "Take {b} from {a} {items}. What stays?"},
    {"{name} has {a} trays. On every tray lie {b} {items}. Count the {items}.",
     "What do {a} groups of {b} {items} make?"},
    {"{name} has {a} trays with {b} {items} and {c} other {items}. Count the {items}.",
     "Take {a} groups of {b} {items}, then add {c}. What is the total?"},
    {"{name} has {a} {items}, gets {b}, and spends {c}. Count the rest.",
     "Put {a} {items} next to {b}, then take {c}. What stays?"},
    {"{name} has {a} trays with {b} {items} and spends {c} {items}. Count the rest.",
     "Take {a} groups of {b} {items}, then remove {c}. What stays?"},
    {"{name} has {a} {items}, spends {b}, and gets {c}. Count them all.",
     "Take {b} from {a} {items}, then add {c}. What is the total?"},
    {"{name} puts {a} plus {b} {items} on a tray. Count the {items} on {c} trays.",
     "Take {c} times {a} and {b} {items}. What is the total?"},
}};

std::string worked(const ArithmeticProblem& problem, std::uint64_t format) {
  const bool two = problem.two_steps();
  switch (format) {
    case 0:
      return "\nSolution: " + problem.first_equation() + (two ? "; " + problem.second_equation() : "") +
             ". [" + std::to_string(problem.result) + "]";
    case 1:
      return " It is " + std::to_string(problem.result) + ", because " + problem.first_equation() +
             (two ? " and " + problem.second_equation() : "") + ".";
    default:
      return "\n- " + problem.first_equation() + (two ? "\n- " + problem.second_equation() : "") +
             "\n= " + std::to_string(problem.result);
  }
}

std::string sum_document(Rng& rng) {
  const auto which = static_cast<std::size_t>(rng.below(all_shapes.size()));
  const ArithmeticProblem problem = draw_problem(all_shapes.at(which), rng);
  const std::string_view name = pick(story_names, rng), items = pick(story_items, rng);
  const std::string_view question = pick(questions.at(which), rng);
  const std::uint64_t format = rng.below(3);
  return (format == 0 ? "Problem: " : "") + fill_template(question, problem, name, items, false) +
         worked(problem, format) + "\n";
}

// Bare equations; both steps of two-step sums, so that larger numbers occur too.
std::string equations_document(Rng& rng) {
  std::string text;
  const std::uint64_t count = 4 + rng.below(8);
  const bool lines = rng.below(2) == 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const ArithmeticProblem problem =
        draw_problem(all_shapes.at(static_cast<std::size_t>(rng.below(all_shapes.size()))), rng);
    text += problem.two_steps() && rng.below(2) == 0 ? problem.second_equation() : problem.first_equation();
    text += lines || i + 1 == count ? "\n" : ", ";
  }
  return text;
}

std::string counting_document(Rng& rng) {
  const std::uint64_t step = 1 + rng.below(10), start = rng.below(40), count = 5 + rng.below(8);
  std::string text = "Counting by " + std::to_string(step) + ":";
  for (std::uint64_t i = 0; i < count; ++i) {
    text += (i == 0 ? " " : ", ") + std::to_string(start + i * step);
  }
  return text + "\n";
}

std::string list_document(Rng& rng) {
  std::string text = std::string(pick(story_names, rng)) + " needs:\n";
  const std::uint64_t count = 2 + rng.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    text += "* " + std::to_string(2 + rng.below(20)) + " " + std::string(pick(story_items, rng)) + "\n";
  }
  return text;
}

// Which of two numbers is larger, and results in brackets.
std::string comparison_document(Rng& rng) {
  std::string text;
  const std::uint64_t count = 2 + rng.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t a = 1 + rng.below(60), b = 1 + rng.below(60);
    if (rng.below(2) == 0) {
      text += std::to_string(a);
      text += a < b ? " < " : a > b ? " > " : " = ";
      text += std::to_string(b);
    } else {
      text += std::string("[") + std::to_string(a) + "+" + std::to_string(b) + "=" + std::to_string(a + b) +
              "] " + std::to_string(a + b);
    }
    text += i + 1 == count ? "\n" : "; ";
  }
  return text;
}

// Words of arbitrary characters, each repeated. No character twice in a row and no braces, so that no mark of
// the fine-tuning format can arise.
std::string repeat_document(Rng& rng) {
  std::string text;
  const std::uint64_t words = 2 + rng.below(4);
  for (std::uint64_t i = 0; i < words; ++i) {
    std::string word;
    const std::uint64_t length = 2 + rng.below(6);
    while (word.size() < length) {
      const char c = static_cast<char>('!' + rng.below('z' - '!' + 1));
      if (word.empty() || word.back() != c) {
        word += c;
      }
    }
    const std::uint64_t times = 2 + rng.below(2);
    for (std::uint64_t k = 0; k < times; ++k) {
      text += word;
      text += k + 1 == times ? '\n' : ' ';
    }
  }
  return text;
}

constexpr std::array<std::string_view, 12> places = {"garden",  "kitchen", "library", "market",
                                                     "station", "harbor",  "school",  "forest",
                                                     "museum",  "bakery",  "bridge",  "attic"};
constexpr std::array<std::string_view, 12> adjectives = {
    "old", "quiet", "green", "narrow", "bright", "cold", "busy", "small", "empty", "warm", "dark", "white"};
constexpr std::array<std::string_view, 10> creatures = {"cat",  "dog",   "fox",   "owl",  "horse",
                                                        "crow", "mouse", "snail", "goat", "hen"};
constexpr std::array<std::string_view, 10> doings = {
    "waited for the rain", "looked for a map",     "sang a slow song",   "drew a picture",
    "read the paper",      "washed the windows",   "counted the chairs", "baked some bread",
    "wrote a letter",      "repaired the old door"};
constexpr std::array<std::string_view, 7> days = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

std::string sentence(Rng& rng) {
  const std::string name(pick(story_names, rng)), place(pick(places, rng)), adjective(pick(adjectives, rng)),
      creature(pick(creatures, rng)), doing(pick(doings, rng)), day(pick(days, rng));
  switch (rng.below(6)) {
    case 0:
      return "On " + day + " " + name + " went to the " + place + " and " + doing + ".";
    case 1:
      return "The " + adjective + " " + creature + " slept near the " + place + ".";
    case 2:
      return name + " " + doing + " while the " + creature + " watched.";
    case 3:
      return "Nobody had seen the " + adjective + " " + place + " since " + day + ".";
    case 4:
      return "\"Is that your " + creature + "?\" asked " + name + ".";
    default:
      return "How many " + std::string(pick(story_items, rng)) + " are in the " + place + "? " + name +
             " did not know.";
  }
}

std::string story_document(Rng& rng) {
  std::string text;
  const std::uint64_t count = 2 + rng.below(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) {
      text += ' ';
    }
    text += sentence(rng);
  }
  return text + "\n";
}

}  // namespace

std::string generate_pretraining_document(std::uint64_t seed, std::uint64_t index) {
  constexpr std::uint32_t pretraining = 0x70726574;  // "pret": apart from the streams of word problems
  Rng rng(RngKey{.seed = seed, .step = pretraining, .purpose = RngPurpose::text_generator, .extra = index});
  struct Kind {
    std::uint64_t up_to;  // of 100
    std::string (*write)(Rng&);
  };
  constexpr std::array<Kind, 7> kinds = {{{40, sum_document},
                                          {58, equations_document},
                                          {64, counting_document},
                                          {70, list_document},
                                          {78, comparison_document},
                                          {88, repeat_document},
                                          {100, story_document}}};
  const std::uint64_t drawn = rng.below(100);
  return std::ranges::find_if(kinds, [drawn](const Kind& kind) { return drawn < kind.up_to; })->write(rng);
}

}  // namespace cutlink::train
