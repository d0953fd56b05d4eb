// Explicit little-endian reading and writing of untrusted and of our own bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/checked.h"
#include "base/error.h"

namespace cutlink {

static_assert(std::endian::native == std::endian::little, "loads and stores below copy native order");

using ByteVector = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// Appends to a vector that the caller owns.
class ByteWriter {
 public:
  explicit ByteWriter(ByteVector& out) : out_(out) {}

  template <typename T>
  requires std::is_trivially_copyable_v<T>
  void put(T value) { put_raw(&value, sizeof value); }
  void put_raw(const void* data, std::size_t size) {
    const auto* p = static_cast<const std::uint8_t*>(data);
    out_.insert(out_.end(), p, p + size);
  }
  template <typename T>
  requires std::is_trivially_copyable_v<T>
  void put_array(std::span<const T> values) {  // u64 count, then the elements
    put<std::uint64_t>(values.size());
    put_raw(values.data(), values.size_bytes());
  }
  void put_string(std::string_view text) { put_array(std::span<const char>(text)); }

 private:
  ByteVector& out_;
};

// Reads bytes that may be hostile: every length is checked before it is believed.
// Throws Error(kind) naming `what` when the bytes end too early.
class ByteReader {
 public:
  ByteReader(ByteSpan bytes, std::string what, ErrorKind kind = ErrorKind::peer)
      : bytes_(bytes), what_(std::move(what)), kind_(kind) {}

  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }

  template <typename T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  // The next `size` bytes, in place; valid while the underlying bytes are.
  [[nodiscard]] ByteSpan take(std::uint64_t size) {
    if (size > remaining()) {
      fail("ends after " + std::to_string(remaining()) + " of " + std::to_string(size) + " bytes");
    }
    const ByteSpan part = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return part;
  }
  template <typename T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] std::vector<T> get_array() {
    const auto count = get<std::uint64_t>();
    const ByteSpan part = take(checked_mul(count, sizeof(T), what_.c_str(), kind_));
    std::vector<T> values(static_cast<std::size_t>(count));
    if (!values.empty()) {
      std::memcpy(values.data(), part.data(), part.size());
    }
    return values;
  }
  [[nodiscard]] std::string get_string() {
    const std::vector<char> text = get_array<char>();
    return {text.begin(), text.end()};
  }
  void expect_end() const {
    if (remaining() != 0) {
      fail(std::to_string(remaining()) + " bytes too many");
    }
  }
  [[noreturn]] void fail(const std::string& why) const { throw Error(kind_, what_ + ": " + why); }

 private:
  ByteSpan bytes_;
  std::size_t at_ = 0;
  std::string what_;
  ErrorKind kind_;
};

}  // namespace cutlink
