// What a wrong command line is answered with: CLI11's own words name no nearest name and no remedy.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace cutlink::cli {

// One line: what was wrong, where, and what to do. words: the command line without the program's name.
[[nodiscard]] std::string explain_mistake(const CLI::App& app, const CLI::ParseError& error,
                                          const std::vector<std::string>& words);

// The commands that `words` begin with, as far as they are known: {"link", "show"} is that of `cutlink link`.
// Returns the innermost one; depth: how many words named it.
[[nodiscard]] const CLI::App* find_command(const CLI::App& app, const std::vector<std::string>& words,
                                           std::size_t& depth);

// Throws Error(usage) if an option of the command that `words` name is given an empty value, as in `--output=` and
// `--output ""`: CLI11 would take the next word for it. What stands behind `--` is not looked at.
void refuse_empty_values(const CLI::App& app, const std::vector<std::string>& words);

// "no command "compair" (did you mean "compare"?): one of …"; word empty: none was given.
[[nodiscard]] std::string no_command(const CLI::App& parent, const std::string& word);

}  // namespace cutlink::cli
