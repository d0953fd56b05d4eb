#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text/text.h"
#include "cli/command_line.h"
#include "cli/text/results_text.h"
#include "codecs/registry.h"

namespace cutlink::cli {

namespace {

void print_list() {
  std::size_t width = 0;
  for (const codecs::CodecInfo& info : codecs::list_codecs()) {
    width = std::max(width, info.name.size());
  }
  for (const codecs::CodecInfo& info : codecs::list_codecs()) {
    fmt::print("{:<{}}  {}\n", info.name, width, info.summary);
  }
  fmt::print(
      "\nA spec is name[:key=value,…][+stage[:key=value,…]], e.g. amaq:start=7,target=4+zstd.\n"
      "`cutlink codecs NAME` shows parameters, bytes and error bound.\n");
}

void print_one(const codecs::CodecInfo& info) {
  fmt::print("{}: {}\n\n  bytes        {}\n  error bound  {}\n", info.name, info.summary, info.bytes_formula,
             info.error_bound);
  if (info.parameters.empty()) {
    fmt::print("  no parameters\n");
    return;
  }
  std::size_t name = 0, values = 0, fallback = 7;
  for (const codecs::ParameterInfo& p : info.parameters) {
    name = std::max(name, display_width(p.name));
    values = std::max(values, display_width(p.values));
    fallback = std::max(fallback, display_width(p.default_value));
  }
  const auto pad = [](const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, display_width(text)), ' ');
  };
  fmt::print("\n  {}  {}  {}  meaning\n", pad("key", name), pad("values", values), pad("default", fallback));
  for (const codecs::ParameterInfo& p : info.parameters) {
    fmt::print("  {}  {}  {}  {}\n", pad(p.name, name), pad(p.values, values), pad(p.default_value, fallback),
               p.meaning);
  }
}

void codecs_command(const std::string& wanted) {
  if (wanted.empty()) {
    print_list();
    return;
  }
  std::vector<std::string> names;
  for (const codecs::CodecInfo& info : codecs::list_codecs()) {
    if (info.name == wanted || info.name == "+" + wanted) {
      print_one(info);
      return;
    }
    names.push_back(info.name);
  }
  const std::string near = nearest_name(wanted, names);
  usage_error(fmt::format("no codec \"{}\"{}: one of {}", wanted,
                          near.empty() ? "" : " (did you mean \"" + near + "\"?)", join(names, ", ")));
}

}  // namespace

void add_codecs(Command app, Context&) {
  Command command = app.command("codecs", "list the codecs, or show one with its parameters");
  auto name = std::make_shared<std::string>();
  command.option("name", *name, "a codec's name");
  command.footer(
      "Examples:\n"
      "  cutlink codecs            one line a codec\n"
      "  cutlink codecs amaq       its parameters, bytes formula and error bound");
  command.action([name] { codecs_command(*name); });
}

}  // namespace cutlink::cli
