#include "wire/frame/row_maps.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <string>

#include "base/error.h"

namespace cutlink::wire {
namespace {

constexpr std::uint8_t bit_sent = 1U << 0;
constexpr std::uint8_t bit_wanted = 1U << 1;
constexpr std::uint8_t bit_classes = 1U << 2;
constexpr std::size_t reserved_bytes = 3;
constexpr std::uint8_t last_class = static_cast<std::uint8_t>(RowClass::answer);

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("frame row maps: " + field + " " + why + " (close the connection)");
}

std::uint64_t set_bytes(std::uint32_t rows) { return (std::uint64_t{rows} + 7) / 8; }
std::uint64_t class_bytes(std::uint32_t rows) { return (std::uint64_t{rows} + 1) / 2; }

void write_row_set(const std::vector<std::uint32_t>& set, std::uint32_t rows, ByteVector& out) {
  assert(std::ranges::is_sorted(set) && std::ranges::adjacent_find(set) == set.end());
  assert(set.size() < rows && set.back() < rows);
  ByteWriter(out).put(static_cast<std::uint32_t>(set.size()));
  const std::size_t bits_at = out.size();
  out.resize(bits_at + set_bytes(rows));
  for (const std::uint32_t row : set) {
    std::uint8_t& byte = out[bits_at + row / 8];
    byte = static_cast<std::uint8_t>(byte | (1U << (row % 8)));
  }
}

void write_classes(const std::vector<RowClass>& classes, std::uint32_t rows, ByteVector& out) {
  assert(classes.size() == rows);
  assert(std::ranges::any_of(classes, [](RowClass c) { return c != RowClass::normal; }));
  const std::size_t at = out.size();
  out.resize(at + class_bytes(rows));
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::uint8_t& byte = out[at + row / 2];
    byte = static_cast<std::uint8_t>(byte | (static_cast<unsigned>(classes[row]) << (4 * (row % 2))));
  }
}

std::vector<std::uint32_t> read_row_set(ByteReader& in, std::uint32_t rows, const char* field) {
  const auto count = in.get<std::uint32_t>();
  if (count == 0 || count >= rows) {
    reject(field, "has " + std::to_string(count) + " of " + std::to_string(rows) +
                      " rows: at least one and fewer than all can be");
  }
  const ByteSpan bits = in.take(set_bytes(rows));
  std::uint64_t ones = 0;
  for (const std::uint8_t byte : bits) {
    ones += static_cast<std::uint64_t>(std::popcount(byte));
  }
  if (ones != count) {
    reject(field, "has " + std::to_string(ones) + " bits set, its count is " + std::to_string(count));
  }
  if (rows % 8 != 0 && (bits.back() >> (rows % 8)) != 0) {
    reject(field, "has a bit set beyond its " + std::to_string(rows) + " rows");
  }
  std::vector<std::uint32_t> set;
  set.reserve(count);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (((bits[row / 8] >> (row % 8)) & 1U) != 0) {
      set.push_back(row);
    }
  }
  return set;
}

std::vector<RowClass> read_classes(ByteReader& in, std::uint32_t rows) {
  const ByteSpan bytes = in.take(class_bytes(rows));
  if (rows % 2 != 0 && (bytes.back() >> 4U) != 0) {
    reject("classes", "has bits set beyond its " + std::to_string(rows) + " rows");
  }
  std::vector<RowClass> classes(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto value = static_cast<std::uint8_t>((bytes[row / 2] >> (4 * (row % 2))) & 0xFU);
    if (value > last_class) {
      reject("classes", "has " + std::to_string(value) + " at row " + std::to_string(row) + ": not known");
    }
    classes[row] = static_cast<RowClass>(value);
  }
  if (std::ranges::all_of(classes, [](RowClass c) { return c == RowClass::normal; })) {
    reject("classes", "says nothing: every row is normal");
  }
  return classes;
}

}  // namespace

std::uint64_t max_row_map_bytes(std::uint32_t rows) {
  return 1 + reserved_bytes + 2 * (sizeof(std::uint32_t) + set_bytes(rows)) + class_bytes(rows);
}

void write_row_maps(const RowMaps& maps, std::uint32_t rows, ByteVector& out) {
  assert(!maps.empty());
  const unsigned bits = (maps.sent.empty() ? 0U : bit_sent) | (maps.wanted.empty() ? 0U : bit_wanted) |
                        (maps.classes.empty() ? 0U : bit_classes);
  out.push_back(static_cast<std::uint8_t>(bits));
  out.resize(out.size() + reserved_bytes);
  if (!maps.sent.empty()) {
    write_row_set(maps.sent, rows, out);
  }
  if (!maps.wanted.empty()) {
    write_row_set(maps.wanted, rows, out);
  }
  if (!maps.classes.empty()) {
    write_classes(maps.classes, rows, out);
  }
}

RowMaps read_row_maps(ByteReader& in, std::uint32_t rows, bool wanted_may_be) {
  const auto bits = in.get<std::uint8_t>();
  if (bits == 0 || (bits & ~(bit_sent | bit_wanted | bit_classes)) != 0) {
    reject("maps", "is " + std::to_string(bits) + ": no map at all, or one that is not known");
  }
  if ((bits & bit_wanted) != 0 && !wanted_may_be) {
    reject("wanted", "belongs to an act_up without labels only");
  }
  if (std::ranges::any_of(in.take(reserved_bytes), [](std::uint8_t byte) { return byte != 0; })) {
    reject("reserved", "is not 0");
  }
  RowMaps maps;
  if ((bits & bit_sent) != 0) {
    maps.sent = read_row_set(in, rows, "sent");
  }
  if ((bits & bit_wanted) != 0) {
    maps.wanted = read_row_set(in, rows, "wanted");
  }
  if ((bits & bit_classes) != 0) {
    maps.classes = read_classes(in, rows);
  }
  return maps;
}

}  // namespace cutlink::wire
