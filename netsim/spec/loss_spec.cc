#include "netsim/spec/loss_spec.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/error.h"

namespace cutlink::netsim {
namespace {

[[noreturn]] void refuse(std::string_view whole) {
  usage_error(fmt::format(
      "\"{}\" is no loss: write 1%, or gemodel 0.2% 20% (good to bad, bad to good, then 1-h and 1-k), "
      "each from 0% to 100%",
      whole));
}

double parse_percent(std::string_view text, std::string_view whole) {
  double percent = 0.0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, percent);
  // As !(inside), so that NaN is refused too.
  if (read.ec != std::errc() || read.ptr + 1 != end || *read.ptr != '%' ||
      !(percent >= 0.0 && percent <= 100.0)) {
    refuse(whole);
  }
  return percent / 100.0;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) {
      return words;
    }
    text.remove_prefix(from);
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
}

}  // namespace

double LossSpec::mean() const {
  const double moves = to_bad + to_good;
  const double bad = moves > 0.0 ? to_bad / moves : 0.0;
  return bad * in_bad + (1.0 - bad) * in_good;
}

LossSpec parse_loss(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  LossSpec loss;
  if (words.size() == 1) {
    loss.in_good = parse_percent(words[0], text);
    return loss;
  }
  if (words.size() < 3 || words.size() > 5 || words[0] != "gemodel") {
    refuse(text);
  }
  loss.to_bad = parse_percent(words[1], text);
  loss.to_good = parse_percent(words[2], text);
  loss.in_bad = words.size() > 3 ? parse_percent(words[3], text) : 1.0;
  loss.in_good = words.size() > 4 ? parse_percent(words[4], text) : 0.0;
  return loss;
}

std::string loss_text(const LossSpec& loss) {
  if (loss.to_bad == 0.0) {
    return fmt::format("{:.6g}%", loss.in_good * 100.0);
  }
  std::string text = fmt::format("gemodel {:.6g}% {:.6g}%", loss.to_bad * 100.0, loss.to_good * 100.0);
  if (loss.in_bad != 1.0 || loss.in_good != 0.0) {
    text += fmt::format(" {:.6g}% {:.6g}%", loss.in_bad * 100.0, loss.in_good * 100.0);
  }
  return text;
}

}  // namespace cutlink::netsim
