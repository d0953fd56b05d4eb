// What a command takes and does. The library that parses (CLI11) takes seconds to compile: it stays in this folder's
// sources.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cutlink::cli {

// One option or argument, to say more of it: `command.option(…).required().named("DIR")`. Lives as long as its
// parser.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}

  Option& required();
  Option& named(const char* value);  // how help calls its value
  Option& shows_default();           // in help: what the variable holds now
  Option& excludes(const char* other);
  Option& one_of(const std::vector<std::string>& values);
  Option& within(int least, int most);
  Option& within(std::uint32_t least, std::uint32_t most);
  Option& within(double least, double most);

 private:
  CLI::Option& option_;
};

// A command, or the program itself. Copies are the same command; it lives as long as its parser.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  Command command(const char* name, const char* help);
  void needs_command();  // one of those within

  // names: "--seed", "-o,--output", or a bare word for an argument that has a place instead of a name. The variable
  // outlives the parser; it is written when the command line is parsed. A number without a sign refuses
  // one, and what its type cannot hold.
  Option option(const char* names, std::string& value, const std::string& help);
  Option option(const char* names, std::optional<std::string>& value, const std::string& help);
  Option option(const char* names, std::filesystem::path& value, const std::string& help);
  Option option(const char* names, std::uint32_t& value, const std::string& help);
  Option option(const char* names, std::uint64_t& value, const std::string& help);
  Option option(const char* names, double& value, const std::string& help);
  // Given again and again, one value each time.
  Option repeated(const char* names, std::vector<std::string>& values, const std::string& help);
  Option repeated(const char* names, std::vector<std::filesystem::path>& values, const std::string& help);
  // All words from here on.
  Option rest(const char* name, std::vector<std::string>& words, const std::string& help);
  Option flag(const char* names, bool& value, const std::string& help);

  void footer(const std::string& text);
  void action(std::function<void()> run);

 private:
  CLI::App* app_;
};

}  // namespace cutlink::cli
