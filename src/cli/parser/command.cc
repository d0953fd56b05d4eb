#include "cli/parser/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <utility>

namespace cutlink::cli {

Option& Option::required() {
  option_.required();
  return *this;
}

Option& Option::named(const char* value) {
  option_.type_name(value);
  return *this;
}

Option& Option::shows_default() {
  option_.capture_default_str();
  return *this;
}

Option& Option::excludes(const char* other) {
  option_.excludes(other);
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& values) {
  option_.check(CLI::IsMember(values));
  return *this;
}

Option& Option::within(int least, int most) {
  option_.check(CLI::Range(least, most));
  return *this;
}

Option& Option::within(std::uint32_t least, std::uint32_t most) {
  option_.check(CLI::Range(least, most));
  return *this;
}

Option& Option::within(double least, double most) {
  option_.check(CLI::Range(least, most));
  return *this;
}

namespace {

// CLI11 reads -1, and all that is too large, as the largest number there is. What is no number it refuses itself.
template <typename T>
std::string refuse_beyond(const std::string& word) {
  T value{};
  const bool beyond =
      std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc::result_out_of_range;
  return word.starts_with('-') || beyond
             ? fmt::format("{} is not a whole number from 0 to {}", word, std::numeric_limits<T>::max())
             : "";
}

template <typename T>
CLI::Option& each_alone(CLI::App& app, const char* names, std::vector<T>& values, const std::string& help) {
  CLI::Option& option = *app.add_option(names, values, help);
  option.allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return option;
}

}  // namespace

Command Command::command(const char* name, const char* help) {
  return Command(*app_->add_subcommand(name, help));
}

void Command::needs_command() { app_->require_subcommand(1); }

Option Command::option(const char* names, std::string& value, const std::string& help) {
  return Option(*app_->add_option(names, value, help));
}

Option Command::option(const char* names, std::optional<std::string>& value, const std::string& help) {
  return Option(*app_->add_option_function<std::string>(
      names, [&value](const std::string& word) { value = word; }, help));
}

Option Command::option(const char* names, std::filesystem::path& value, const std::string& help) {
  return Option(*app_->add_option(names, value, help));
}

Option Command::option(const char* names, std::uint32_t& value, const std::string& help) {
  return Option(*app_->add_option(names, value, help)->check(refuse_beyond<std::uint32_t>));
}

Option Command::option(const char* names, std::uint64_t& value, const std::string& help) {
  return Option(*app_->add_option(names, value, help)->check(refuse_beyond<std::uint64_t>));
}

Option Command::option(const char* names, double& value, const std::string& help) {
  return Option(*app_->add_option(names, value, help));
}

Option Command::repeated(const char* names, std::vector<std::string>& values, const std::string& help) {
  return Option(each_alone(*app_, names, values, help));
}

Option Command::repeated(const char* names, std::vector<std::filesystem::path>& values,
                         const std::string& help) {
  return Option(each_alone(*app_, names, values, help));
}

Option Command::rest(const char* name, std::vector<std::string>& words, const std::string& help) {
  return Option(*app_->add_option(name, words, help));
}

Option Command::flag(const char* names, bool& value, const std::string& help) {
  return Option(*app_->add_flag(names, value, help));
}

void Command::footer(const std::string& text) { app_->footer(text); }

void Command::action(std::function<void()> run) { app_->callback(std::move(run)); }

}  // namespace cutlink::cli
