#include "base/rng.h"

#include <cassert>
#include <cmath>
#include <numbers>

#include "base/philox.h"

namespace cutlink {
namespace {

// SplitMix64's finaliser: mixes the fields of a key.
std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  std::uint64_t z = (h ^ value) + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// 64 bits of the stream's name. Two starts give two independent hashes of the same key.
std::uint64_t hash_key(const RngKey& key, std::uint64_t start) {
  std::uint64_t h = mix(start, key.seed);
  h = mix(h, (static_cast<std::uint64_t>(key.client) << 32) | key.step);
  h = mix(h, (static_cast<std::uint64_t>(key.micro_batch) << 32) | key.phase);
  h = mix(h, (static_cast<std::uint64_t>(key.crossing) << 32) | static_cast<std::uint32_t>(key.purpose));
  return mix(h, key.extra);
}

}  // namespace

Rng::Rng(const RngKey& key) {
  const std::uint64_t h = hash_key(key, 0);
  key_ = {static_cast<std::uint32_t>(h), static_cast<std::uint32_t>(h >> 32)};
  nonce_ = hash_key(key, 1);  // 128 bits of stream name: collisions of 64-bit hashes are not silent repeats
}

std::array<std::uint32_t, 4> Rng::block(std::uint64_t index) const {
  return philox4x32_10({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                        static_cast<std::uint32_t>(nonce_), static_cast<std::uint32_t>(nonce_ >> 32)},
                       key_);
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
