#include "run/fingerprint.h"

#include <fmt/format.h>

#include <new>

namespace cutlink::run {

Fingerprint::Fingerprint() : state_(XXH3_createState()) {
  if (state_ == nullptr) {
    throw std::bad_alloc();
  }
  static_cast<void>(XXH3_64bits_reset(state_.get()));
}

void Fingerprint::update(const void* data, std::size_t bytes) {
  // Fails only without a state or data, and neither can be missing here.
  static_cast<void>(XXH3_64bits_update(state_.get(), data, bytes));
}

void Fingerprint::add_length(std::size_t length) {
  const std::uint64_t wide = length;
  update(&wide, sizeof wide);
}

void Fingerprint::add(ByteSpan bytes) {
  add_length(bytes.size());
  if (!bytes.empty()) {
    update(bytes.data(), bytes.size());
  }
}

void Fingerprint::add(const train::Dataset& data) {
  add_length(data.size());
  const auto numbers = [this](const std::vector<std::int32_t>& ids) {
    add(ByteSpan(reinterpret_cast<const std::uint8_t*>(ids.data()), ids.size() * sizeof(std::int32_t)));
  };
  for (std::size_t i = 0; i < data.size(); ++i) {
    numbers(data[i].ids);
    numbers(data[i].labels);
  }
}

std::string Fingerprint::text() const { return fmt::format("{:016x}", XXH3_64bits_digest(state_.get())); }

}  // namespace cutlink::run
