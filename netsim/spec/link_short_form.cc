#include "netsim/spec/link_short_form.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/one_line.h"
#include "netsim/spec/link_fields.h"
#include "netsim/spec/link_kind.h"

namespace cutlink::netsim {
namespace {

// What a message shows as an example, and what such a link's description says.
const char* example_of(const FixedLinkSpec& /*kind*/) {
  return "fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms";
}
const char* example_of(const WifiLinkSpec& /*kind*/) { return "wifi:standard=802.11ac,width=80MHz,mcs=7"; }
std::string example_of(const LinkSpec& spec) {
  return std::visit([](const auto& kind) { return std::string(example_of(kind)); }, spec.bottleneck);
}
const char* title_of(const FixedLinkSpec& /*kind*/) { return "fixed rate"; }
const char* title_of(const WifiLinkSpec& /*kind*/) { return "Wi-Fi"; }

void set_pair(LinkSpec& spec, std::string_view pair, std::vector<std::string>& keys,
              const std::string& where) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) {
    usage_error(fmt::format("{}\"{}\" is not key=value (write {})", where, pair, example_of(spec)));
  }
  const std::string key(pair.substr(0, equals));
  if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
    usage_error(fmt::format("{}{}: given twice", where, key));
  }
  keys.push_back(key);
  const std::string kind = kind_of(spec);
  const LinkField* field = find_link_field(kind, key);
  if (field == nullptr) {
    field = find_link_field(tcp_group, key == "tcp" ? "enabled" : key);
  }
  if (field == nullptr) {
    usage_error(
        fmt::format("{}{}: unknown key; {}, tcp", where, key, known_keys_hint({kind, tcp_group}, key)));
  }
  try {
    field->set(spec, pair.substr(equals + 1));
  } catch (const Error& error) {
    usage_error(fmt::format("{}{}: {}", where, key, error.what()));
  }
}

LinkSpec parse(std::string_view text) {
  const std::string where = fmt::format("link \"{}\": ", text);
  const std::size_t colon = text.find(':');
  LinkSpec spec;
  spec.name = text;
  const std::string kind(text.substr(0, colon));
  if (auto bottleneck = find_kind(kind)) {
    spec.bottleneck = *std::move(bottleneck);
  } else {
    usage_error(fmt::format("{}unknown kind \"{}\": {}", where, kind, known_kinds("", ":…")));
  }
  std::vector<std::string> keys;
  std::string_view rest = text.substr(colon + 1);
  if (rest.empty()) {
    usage_error(fmt::format("{}no keys (write {}); {}, tcp", where, example_of(spec),
                            known_keys_hint({kind, tcp_group}, "")));
  }
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    set_pair(spec, rest.substr(0, comma), keys, where);
    if (comma == rest.size()) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  refuse_double_rate(keys, where);
  if (const auto fault = find_link_fault(spec)) {
    usage_error(where + fault->key + ": " + fault->message);
  }
  spec.description = std::visit([](const auto& settings) { return title_of(settings); }, spec.bottleneck);
  spec.description += ", given on the command line or in the scenario";
  return spec;
}

}  // namespace

bool is_short_form(std::string_view text) {
  return text.find(':') != std::string_view::npos && text.find('/') > text.find(':');
}

LinkSpec parse_link_short_form(std::string_view text) {
  try {
    return parse(text);
  } catch (const Error& error) {  // quotes the text
    usage_error(on_one_line(error.what()));
  }
}

}  // namespace cutlink::netsim
