#include "base/rng.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace cutlink {
namespace {

// SplitMix64's finaliser: mixes the fields of a key.
std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  std::uint64_t z = (h ^ value) + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(const RngKey& key) {
  std::uint64_t h = mix(0, key.seed);
  h = mix(h, (static_cast<std::uint64_t>(key.client) << 32) | key.step);
  h = mix(h, (static_cast<std::uint64_t>(key.micro_batch) << 32) | key.phase);
  h = mix(h, (static_cast<std::uint64_t>(key.crossing) << 32) | static_cast<std::uint32_t>(key.purpose));
  h = mix(h, key.extra);
  key_ = {static_cast<std::uint32_t>(h), static_cast<std::uint32_t>(h >> 32)};
  nonce_ = mix(h, 1);  // 128 bits of stream name: collisions of 64-bit hashes are not silent repeats
}

std::array<std::uint32_t, 4> Rng::block(std::uint64_t index) const {
  std::uint32_t c0 = static_cast<std::uint32_t>(index);
  std::uint32_t c1 = static_cast<std::uint32_t>(index >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(nonce_);
  std::uint32_t c3 = static_cast<std::uint32_t>(nonce_ >> 32);
  std::uint32_t k0 = key_[0];
  std::uint32_t k1 = key_[1];
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ULL * c0;
    const std::uint64_t p1 = 0xCD9E8D57ULL * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {c0, c1, c2, c3};
}

std::uint32_t Rng::next_u32() {
  if (left_ == 0) {
    buffer_ = block(index_++);
    left_ = 4;
  }
  return buffer_[4 - left_--];
}

std::uint64_t Rng::next_u64() {
  const std::uint64_t low = next_u32();
  return low | (static_cast<std::uint64_t>(next_u32()) << 32);
}

float Rng::next_unit_f32() { return static_cast<float>(next_u32() >> 8) * 0x1p-24F; }

double Rng::next_unit_f64() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

double Rng::next_normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - next_unit_f64()));
  return radius * std::cos(2.0 * std::numbers::pi * next_unit_f64());
}

std::uint64_t Rng::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t reject = (0 - bound) % bound;  // 2^64 mod bound: drop what would bias
  std::uint64_t draw = next_u64();
  while (draw < reject) {
    draw = next_u64();
  }
  return draw % bound;
}

}  // namespace cutlink
