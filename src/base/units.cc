#include "base/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <system_error>

#include "base/error.h"

namespace cutlink {
namespace {

struct Unit {
  const char* name;
  long double factor;  // in the base unit
};

constexpr std::array<Unit, 9> byte_units = {{{"B", 1},
                                             {"kB", 1e3L},
                                             {"MB", 1e6L},
                                             {"GB", 1e9L},
                                             {"TB", 1e12L},
                                             {"KiB", 1024},
                                             {"MiB", 1048576},
                                             {"GiB", 1073741824},
                                             {"TiB", 1099511627776}}};
constexpr std::array<Unit, 8> rate_units = {{{"bit/s", 1},
                                             {"kbit/s", 1e3L},
                                             {"Mbit/s", 1e6L},
                                             {"Gbit/s", 1e9L},
                                             {"B/s", 8},
                                             {"kB/s", 8e3L},
                                             {"MB/s", 8e6L},
                                             {"GB/s", 8e9L}}};
constexpr std::array<Unit, 7> duration_units = {
    {{"ns", 1}, {"us", 1e3L}, {"ms", 1e6L}, {"s", 1e9L}, {"min", 60e9L}, {"h", 3600e9L}, {"d", 86400e9L}}};

// A kind of quantity: its name in messages, and the units to suggest by the first letter of an unknown one.
struct Quantity {
  const char* name;
  std::span<const Unit> units;
  std::array<std::array<const char*, 2>, 3> by_prefix;  // k, M, G
  std::array<const char*, 2> otherwise;
};

constexpr Quantity size_quantity = {
    "size", byte_units, {{{"kB", "KiB"}, {"MB", "MiB"}, {"GB", "GiB"}}}, {"MB", "MiB"}};
constexpr Quantity rate_quantity = {
    "rate", rate_units, {{{"kbit/s", "kB/s"}, {"Mbit/s", "MB/s"}, {"Gbit/s", "GB/s"}}}, {"Mbit/s", "MB/s"}};
constexpr Quantity duration_quantity = {
    "duration", duration_units, {{{"ms", "s"}, {"ms", "min"}, {"ms", "s"}}}, {"ms", "s"}};

std::string suggestion(const Quantity& quantity, std::string_view number, std::string_view unit) {
  constexpr std::string_view prefixes = "kKmMgG";
  const std::size_t at = unit.empty() ? std::string_view::npos : prefixes.find(unit.front());
  const auto& [first, second] =
      at == std::string_view::npos ? quantity.otherwise : quantity.by_prefix.at(at / 2);
  const std::string digits(number);
  return "(write " + digits + first + " or " + digits + second + ")";
}

struct Parsed {
  std::string_view digits;  // digits with at most one dot, not empty
  const Unit* unit;
};

Parsed split(std::string_view text, const Quantity& quantity) {
  const std::string what = std::string(quantity.name) + " \"" + std::string(text) + "\": ";
  if (!text.empty() && text.front() == '-') {
    usage_error(what + "must not be negative");
  }
  std::size_t end = 0;
  std::size_t dots = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) {
    dots += text[end] == '.' ? 1U : 0U;
    ++end;
  }
  const std::string_view digits = text.substr(0, end);
  if (digits.size() == dots || dots > 1) {
    usage_error(what + "not a number with a unit " + suggestion(quantity, "20", {}));
  }
  std::string_view unit = text.substr(end);
  if (unit.starts_with(' ')) {
    unit.remove_prefix(1);
  }
  for (const Unit& known : quantity.units) {
    if (unit == known.name) {
      return {digits, &known};
    }
  }
  const bool missing = unit.empty() || (unit.size() == 1 &&
                                        std::string_view("kKmMgGtT").find(unit[0]) != std::string_view::npos);
  const std::string problem = missing ? "unit missing" : "unknown unit \"" + std::string(unit) + "\"";
  usage_error(what + problem + " " + suggestion(quantity, digits, unit));
}

// The value in base units. long double: whole numbers up to 2^64 stay exact.
long double parse(std::string_view text, const Quantity& quantity, long double limit) {
  const Parsed parsed = split(text, quantity);
  long double number = 0;
  const char* const end = parsed.digits.data() + parsed.digits.size();
  const auto result = std::from_chars(parsed.digits.data(), end, number, std::chars_format::fixed);
  const long double value = number * parsed.unit->factor;
  if (result.ec != std::errc() || result.ptr != end || !(value < limit)) {
    usage_error(std::string(quantity.name) + " \"" + std::string(text) + "\": too large");
  }
  return value;
}

std::string shortest(double value) {
  std::array<char, 400> buffer{};  // the largest double has 309 digits before its point
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

// Three significant digits, with the largest unit that leaves a number >= 1.
std::string for_people(long double value, std::span<const Unit> units) {
  std::size_t i = 0;
  while (i + 1 < units.size() && value >= units[i + 1].factor) {
    ++i;
  }
  for (;;) {
    const long double number = value / units[i].factor;
    const long double decimals = number < 9.995L ? 100 : number < 99.95L ? 10 : 1;
    const long double rounded = std::round(number * decimals) / decimals;
    if (i + 1 < units.size() && rounded * units[i].factor >= units[i + 1].factor) {
      ++i;  // 999.6 kB is 1 MB
      continue;
    }
    return shortest(static_cast<double>(rounded)) + " " + units[i].name;
  }
}

}  // namespace

Bytes parse_bytes(std::string_view text) {
  return {static_cast<std::uint64_t>(std::round(parse(text, size_quantity, 0x1p64L - 0.5L)))};
}

BitRate parse_bit_rate(std::string_view text) {
  const long double value = parse(text, rate_quantity, 1e300L);
  const Parsed parsed = split(text, rate_quantity);
  if (parsed.unit->factor == 1) {
    // Directly to double: going through long double would round twice, and to_exact() must come back exactly.
    double direct = 0;
    std::from_chars(parsed.digits.data(), parsed.digits.data() + parsed.digits.size(), direct,
                    std::chars_format::fixed);
    return {direct};
  }
  return {static_cast<double>(value)};
}

Nanoseconds parse_duration(std::string_view text) {
  return Nanoseconds(static_cast<std::int64_t>(std::round(parse(text, duration_quantity, 0x1p63L - 0.5L))));
}

std::string to_text(Bytes bytes) {
  return for_people(static_cast<long double>(bytes.count), std::span(byte_units).first(5));
}

std::string to_text(BitRate rate) { return for_people(rate.bps, std::span(rate_units).first(4)); }

std::string to_text(Nanoseconds duration) {
  const auto count = static_cast<long double>(duration.count());
  const std::string magnitude = for_people(std::abs(count), duration_units);
  return count < 0 ? "-" + magnitude : magnitude;
}

std::string to_exact(Bytes bytes) { return std::to_string(bytes.count) + "B"; }

std::string to_exact(BitRate rate) { return shortest(rate.bps) + "bit/s"; }

std::string to_exact(Nanoseconds duration) { return std::to_string(duration.count()) + "ns"; }

}  // namespace cutlink
