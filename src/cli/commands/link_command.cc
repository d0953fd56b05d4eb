#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/units.h"
#include "cli/command_line.h"
#include "cli/commands/emulate_command.h"
#include "netsim/spec/link_spec.h"
#include "scenario/data_root.h"

namespace cutlink::cli {

namespace {

void list_links() {
  const auto links = netsim::list_links(scenario::link_directories());
  std::size_t width = 0;
  for (const netsim::LinkSpec& spec : links) {
    width = std::max(width, spec.name.size());
  }
  for (const netsim::LinkSpec& spec : links) {
    const auto link = netsim::make_link(spec, 1);
    fmt::print("{:<{}}  {:>13} up  {:>13} down  {}\n", spec.name, width,
               to_text(link->goodput(Direction::up)), to_text(link->goodput(Direction::down)),
               spec.description);
  }
  if (std::ranges::any_of(links, [](const auto& spec) { return spec.description.starts_with('*'); })) {
    fmt::print("\n* approximated or assumed: `cutlink link show NAME` says what\n");
  }
}

void show_link(const std::string& name) {
  const netsim::LinkSpec spec =
      netsim::load_link(scenario::link_argument(name), scenario::link_directories());
  const auto link = netsim::make_link(spec, 1);
  fmt::print("{}: {}\n{}\n\n", spec.name, spec.description, link->describe());
  fmt::print("{:<20}  {:>14}  {:>14}\n", "", "up", "down");
  fmt::print("{:<20}  {:>14}  {:>14}\n", "goodput (simulated)", to_text(link->goodput(Direction::up)),
             to_text(link->goodput(Direction::down)));
  for (const std::uint64_t megabytes : {1, 10, 100}) {
    const Bytes size{megabytes * 1'000'000};
    fmt::print("{:<20}  {:>14}  {:>14}\n", "time of " + to_text(size),
               to_text(link->transfer_time(Direction::up, size)),
               to_text(link->transfer_time(Direction::down, size)));
  }
  if (spec.jitter.count() > 0) {
    fmt::print("times without the jitter, which adds up to {} a message\n", to_text(spec.jitter));
  }
  if (!spec.sources.empty()) {
    fmt::print("\nsources\n");
    for (const netsim::LinkSpec::Source& source : spec.sources) {
      fmt::print("  {}: {}\n", source.key, source.text);
    }
  }
}

}  // namespace

void add_link(Command app, Context& context) {
  Command command = app.command("link", "list the link presets, or show one");
  command.needs_command();
  Command list = command.command("list", "one line a preset");
  list.footer(
      "Examples:\n"
      "  cutlink link list                    goodput up and down of every preset, simulated\n"
      "  cutlink link list | grep wifi        those of Wi-Fi");
  list.action([] { list_links(); });
  Command show = command.command("show", "rates, goodput, and the time of 1, 10 and 100 MB");
  auto name = std::make_shared<std::string>();
  show.option("name", *name, "a preset, a TOML file, or fixed:up=…,down=…,delay=…").required();
  show.footer(
      "A short form is KIND:KEY=VALUE,… with the keys of scenarios/links/README.md; units are written.\n"
      "Examples:\n"
      "  cutlink link show wifi5-typical                                    a preset, with its sources\n"
      "  cutlink link show fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms      fixed rates\n"
      "  cutlink link show wifi:standard=802.11ax,width=80MHz,mcs=7         a radio\n"
      "  cutlink link show ./mine.toml                                      a file of your own");
  show.action([name] { show_link(*name); });
  add_link_emulate(command, context);
  command.footer(
      "Examples:\n"
      "  cutlink link list                                                 all presets\n"
      "  cutlink link show fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms     a link of your own");
}

}  // namespace cutlink::cli
