#include "netsim/spec/link_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text/text.h"

namespace cutlink::netsim {
namespace {

unsigned parse_count(std::string_view text) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ec != std::errc() || result.ptr != end) {
    usage_error(fmt::format("\"{}\" is not a whole number (write 4, say)", text));
  }
  return value;
}

bool parse_switch(std::string_view text) {
  if (text == "true" || text == "on") {
    return true;
  }
  if (text == "false" || text == "off") {
    return false;
  }
  usage_error(fmt::format("\"{}\" is neither true (on) nor false (off)", text));
}

unsigned parse_width(std::string_view text) {
  const std::string_view whole = text;
  if (text.ends_with("MHz")) {
    text.remove_suffix(3);
    if (text.ends_with(' ')) {
      text.remove_suffix(1);
    }
  }
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    usage_error(fmt::format("\"{}\" is not a channel width (write 80MHz)", whole));
  }
  return parse_count(text);
}

bool parse_short_guard(std::string_view text) {
  if (text != "short" && text != "long") {
    const Nanoseconds time = parse_duration(text);
    if (time != Nanoseconds{400} && time != Nanoseconds{800}) {
      usage_error(fmt::format("\"{}\" is no guard interval: 400ns (short) or 800ns (long)", text));
    }
    return time == Nanoseconds{400};
  }
  return text == "short";
}

Duplex parse_duplex(std::string_view text) {
  if (text != "half" && text != "full") {
    usage_error(fmt::format("\"{}\" is neither half nor full", text));
  }
  return text == "half" ? Duplex::half : Duplex::full;
}

using Text = std::string_view;

// A key of one kind is only ever set on a link of that kind.
FixedLinkSpec& fixed(LinkSpec& link) { return std::get<FixedLinkSpec>(link.bottleneck); }
WifiLinkSpec& wifi(LinkSpec& link) { return std::get<WifiLinkSpec>(link.bottleneck); }

void set_delay(LinkSpec& link, Text text) { link.delay = parse_duration(text); }
void set_jitter(LinkSpec& link, Text text) { link.jitter = parse_duration(text); }

// What both kinds have.
void add_loss_fields(std::vector<LinkField>& fields, const std::string& group) {
  fields.push_back({group, "loss", "packets lost each way, 1% or \"gemodel 0.2% 20%\"; emulated only",
                    [](LinkSpec& s, Text t) { s.loss_up = s.loss_down = parse_loss(t); }});
  fields.push_back({group, "loss_up", "packets lost from client to server, 1%",
                    [](LinkSpec& s, Text t) { s.loss_up = parse_loss(t); }});
  fields.push_back({group, "loss_down", "packets lost from server to client, 1%",
                    [](LinkSpec& s, Text t) { s.loss_down = parse_loss(t); }});
}

std::vector<LinkField> make_fields() {
  const std::string fixed_keys(FixedLinkSpec::kind);
  const std::string wifi_keys(WifiLinkSpec::kind);
  const std::string tcp_keys(tcp_group);
  std::vector<LinkField> fields{
      {fixed_keys, "rate", "both directions at once, 20Mbit/s",
       [](LinkSpec& s, Text t) { fixed(s).up = fixed(s).down = parse_bit_rate(t); }},
      {fixed_keys, "up", "client to server, 20Mbit/s",
       [](LinkSpec& s, Text t) { fixed(s).up = parse_bit_rate(t); }},
      {fixed_keys, "down", "server to client, 100Mbit/s",
       [](LinkSpec& s, Text t) { fixed(s).down = parse_bit_rate(t); }},
      {fixed_keys, "trace", "a mahimahi trace file in place of rate; emulated only",
       [](LinkSpec& s, Text t) { fixed(s).trace_up = fixed(s).trace_down = t; }},
      {fixed_keys, "trace_up", "a mahimahi trace file in place of up",
       [](LinkSpec& s, Text t) { fixed(s).trace_up = t; }},
      {fixed_keys, "trace_down", "a mahimahi trace file in place of down",
       [](LinkSpec& s, Text t) { fixed(s).trace_down = t; }},
      {fixed_keys, "delay", "one way, 10ms", set_delay},
      {fixed_keys, "jitter", "at most so much more delay a message, 5ms", set_jitter},
      {fixed_keys, "queue", "buffer before the bottleneck, 100kB; 0B: ample",
       [](LinkSpec& s, Text t) { fixed(s).queue = parse_bytes(t); }},
      {fixed_keys, "duplex", "half or full", [](LinkSpec& s, Text t) { fixed(s).duplex = parse_duplex(t); }},
      {wifi_keys, "standard", "802.11n, 802.11ac or 802.11ax",
       [](LinkSpec& s, Text t) { wifi(s).standard = t; }},
      {wifi_keys, "width", "20MHz, 40MHz, 80MHz or 160MHz",
       [](LinkSpec& s, Text t) { wifi(s).width_mhz = parse_width(t); }},
      {wifi_keys, "mcs", "0 to 7, 9 or 11 by standard",
       [](LinkSpec& s, Text t) { wifi(s).mcs = parse_count(t); }},
      {wifi_keys, "streams", "spatial streams, 1 to 4 or 8 by standard",
       [](LinkSpec& s, Text t) { wifi(s).streams = parse_count(t); }},
      {wifi_keys, "guard_interval", "800ns (long) or 400ns (short)",
       [](LinkSpec& s, Text t) { wifi(s).short_guard_interval = parse_short_guard(t); }},
      {wifi_keys, "rts", "true or false", [](LinkSpec& s, Text t) { wifi(s).rts_cts = parse_switch(t); }},
      {wifi_keys, "max_ampdu", "aggregate's size limit, 64kB; 0B: the standard's",
       [](LinkSpec& s, Text t) { wifi(s).max_ampdu = parse_bytes(t); }},
      {wifi_keys, "contenders", "other stations with saturated uplinks, 0 to 4",
       [](LinkSpec& s, Text t) { wifi(s).contenders = parse_count(t); }},
      {wifi_keys, "delay", "one way, of the wired part, 2.5ms", set_delay},
      {wifi_keys, "jitter", "at most so much more delay a message, 5ms", set_jitter},
      {tcp_keys, "enabled", "true or false; false: bare bytes, no windows",
       [](LinkSpec& s, Text t) { s.tcp.enabled = parse_switch(t); }},
      {tcp_keys, "mss", "payload bytes of a segment, 1448",
       [](LinkSpec& s, Text t) { s.tcp.mss = parse_count(t); }},
      {tcp_keys, "initial_window", "segments, 10",
       [](LinkSpec& s, Text t) { s.tcp.initial_window = parse_count(t); }},
      {tcp_keys, "idle_reset", "true or false",
       [](LinkSpec& s, Text t) { s.tcp.idle_reset = parse_switch(t); }},
      {tcp_keys, "max_window", "the receiver's, 1.5MB; 0B: 1.5MB",
       [](LinkSpec& s, Text t) { s.tcp.max_window = parse_bytes(t); }},
  };
  add_loss_fields(fields, fixed_keys);
  add_loss_fields(fields, wifi_keys);
  return fields;
}

}  // namespace

const std::vector<LinkField>& link_fields() {
  static const std::vector<LinkField> fields = make_fields();
  return fields;
}

const LinkField* find_link_field(std::string_view group, std::string_view key) {
  for (const LinkField& field : link_fields()) {
    if (field.group == group && field.key == key) {
      return &field;
    }
  }
  return nullptr;
}

std::string known_keys_hint(const std::vector<std::string>& groups, std::string_view key) {
  std::vector<std::string> known;
  for (const LinkField& field : link_fields()) {
    if (std::find(groups.begin(), groups.end(), field.group) != groups.end()) {
      known.push_back(field.key);
    }
  }
  const std::string nearest = nearest_name(key, known);
  return (nearest.empty() ? "" : "did you mean " + nearest + "? ") + "allowed: " + join(known, ", ");
}

void refuse_double_rate(const std::vector<std::string>& keys, const std::string& where) {
  const auto given = [&](const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const std::string both : {"rate", "trace", "loss"}) {
    const std::string up = both == "rate" ? "up" : both + "_up";
    const std::string down = both == "rate" ? "down" : both + "_down";
    if (given(both) && (given(up) || given(down))) {
      usage_error(where + both + " is " + up + " and " + down + " at once: give it, or " + up + " and " +
                  down);
    }
  }
}

}  // namespace cutlink::netsim
