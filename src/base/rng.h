// Counter-based random numbers (Philox): a stream is named by a key, so no draw depends on any other.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cutlink {

// What a draw is for: two purposes never share a stream.
enum class RngPurpose : std::uint32_t {
  stochastic_rounding = 1,
  width_shares = 2,
  lora_init = 3,
  data_order = 4,
  text_generator = 5,
  weight_init = 6,
  link_jitter = 7,
  link_backoff = 8,
  lora_dropout = 9,
  link_loss = 10,
};

// Everything that tells one stream from another (DESIGN.md §3). Fields that do not apply stay 0.
struct RngKey {
  std::uint64_t seed = 0;
  std::uint32_t client = 0;
  std::uint32_t step = 0;
  std::uint32_t micro_batch = 0;
  std::uint32_t phase = 0;  // train or evaluate
  std::uint32_t crossing = 0;
  RngPurpose purpose = RngPurpose::stochastic_rounding;
  std::uint64_t extra = 0;  // e.g. hash of a parameter's name, or a row
};

// 64-bit FNV-1a, for keys made from names.
[[nodiscard]] constexpr std::uint64_t hash_name(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : name) {
    h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  }
  return h;
}

// One stream. Copyable; the i-th draw depends on key and i only.
class Rng {
 public:
  explicit Rng(const RngKey& key);

  [[nodiscard]] std::uint32_t next_u32();
  [[nodiscard]] std::uint64_t next_u64();
  [[nodiscard]] float next_unit_f32();                     // [0, 1), 24 bits
  [[nodiscard]] double next_unit_f64();                    // [0, 1), 53 bits
  [[nodiscard]] double next_normal();                      // mean 0, variance 1 (Box–Muller)
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound > 0

  // Four words of block `index`, without moving the stream: random access for kernels.
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t index) const;

 private:
  std::array<std::uint32_t, 2> key_{};
  std::uint64_t nonce_ = 0;
  std::uint64_t index_ = 0;
  std::array<std::uint32_t, 4> buffer_{};
  unsigned left_ = 0;
};

}  // namespace cutlink
