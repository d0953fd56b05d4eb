#include "cli/parser/command_mistake.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/text/text.h"
#include "scenario/scenario_keys.h"

namespace cutlink::cli {

namespace {

std::string did_you_mean(const std::string& near) {
  return near.empty() ? "" : " (did you mean " + near + "?)";
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && (word[1] < '0' || word[1] > '9');
}

// "train.lr" for --lr and for --train.lr: what newcomers take for options.
std::string key_like(const std::string& option) {
  const std::string word = option.substr(option.find_first_not_of('-'));
  for (const scenario::KeySpec& key : scenario::scenario_keys()) {
    if (key.name == word || key.name.ends_with("." + word)) {
      return key.name;
    }
  }
  return {};
}

std::string no_option(const CLI::App& command, const std::string& path, const std::string& name) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& long_name : option->get_lnames()) {
      options.push_back("--" + long_name);
    }
  }
  std::string hint = did_you_mean(nearest_name(name, options));
  if (const std::string key = key_like(name);
      command.get_option_no_throw("--set") != nullptr && !key.empty()) {
    hint = fmt::format(" (it is a key of the scenario: write --set {}=VALUE)", key);
  }
  return fmt::format("{}no option {}{} (`cutlink {}--help` lists all)", path.empty() ? "" : path + ": ", name,
                     hint, path.empty() ? "" : path + " ");
}

// The first word that no option and no command explains; where an option's value is missing its `=`, that.
std::string unexpected(const std::string& path, const std::string& what, std::span<const std::string> words) {
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    if (words[i] == "--set" && words[i + 1].find('=') == std::string::npos && !is_option(words[i + 2])) {
      return fmt::format("{}: --set {} {}: write --set {}={}", path, words[i + 1], words[i + 2], words[i + 1],
                         words[i + 2]);
    }
  }
  return fmt::format("{}: one argument too many: {} (`cutlink {} --help`)", path, what, path);
}

}  // namespace

const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words, std::size_t& depth) {
  const CLI::App* command = &app;
  for (depth = 0; depth < words.size(); ++depth) {
    const auto inner = command->get_subcommands(
        [&](const CLI::App* candidate) { return candidate->get_name() == words[depth]; });
    if (inner.empty()) {
      break;
    }
    command = inner.front();
  }
  return command;
}

void refuse_empty_values(const CLI::App& app, const std::vector<std::string>& words) {
  std::size_t depth = 0;
  const CLI::App& command = *find_command(app, words, depth);
  const std::string path = join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(depth)}, " ");
  for (std::size_t i = depth; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (!is_option(word)) {
      continue;
    }
    const bool is_long = word.starts_with("--");
    const std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
    const CLI::Option* const option = command.get_option_no_throw(name);
    if (option == nullptr || option->get_expected_max() == 0) {
      continue;  // not known, or a flag
    }
    const bool joined = word.size() > name.size();
    const bool empty = joined ? is_long ? word.size() == name.size() + 1 : word[2] == '='
                              : i + 1 < words.size() && words[i + 1].empty();
    if (empty) {
      usage_error(fmt::format("{}: {} has no value: write {} {}", path, name, name, option->get_type_name()));
    }
    i += joined ? 0 : 1;  // its value is no option
  }
}

std::string no_command(const CLI::App& parent, const std::string& word) {
  std::vector<std::string> commands;
  for (const CLI::App* command : parent.get_subcommands({})) {
    commands.push_back(command->get_name());
  }
  if (word.empty()) {
    return "no command given: one of " + join(commands, ", ");
  }
  std::string near = nearest_name(word, commands);
  near = near.empty() ? "" : "\"" + near + "\"";
  if (parent.get_option_no_throw("--" + word) != nullptr) {
    near = "--" + word;
  }
  return fmt::format("no command \"{}\"{}: one of {}", word, did_you_mean(near), join(commands, ", "));
}

std::string explain_mistake(const CLI::App& app, const CLI::ParseError& error,
                            const std::vector<std::string>& words) {
  std::size_t depth = 0;
  const CLI::App& command = *find_command(app, words, depth);
  const std::string path = join({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(depth)}, " ");
  const std::span<const std::string> rest = std::span(words).subspan(depth);
  if (!command.get_subcommands({}).empty() && (rest.empty() || !is_option(rest.front()))) {
    return (path.empty() ? "" : path + ": ") + no_command(command, rest.empty() ? "" : rest.front());
  }
  for (const std::string& word : rest) {
    const std::string name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
    if (is_option(word) && name != "--" && command.get_option_no_throw(name) == nullptr) {
      return no_option(command, path, name);
    }
  }
  std::string text = error.what();
  while (text.ends_with('\n') || text.ends_with(' ')) {
    text.pop_back();
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return unexpected(path, text.substr(text.rfind(": ") + 2), rest);
  }
  return fmt::format("{}{} (`cutlink {}--help`)", path.empty() ? "" : path + ": ", text,
                     path.empty() ? "" : path + " ");
}

}  // namespace cutlink::cli
