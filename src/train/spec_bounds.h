// What the numbers of a TrainSpec may be: one place for the scenario's keys and for a peer's agreement, so
// that what a scenario allows is what a server accepts.
#pragma once

#include <cstdint>
#include <limits>

namespace cutlink::train {

inline constexpr std::uint64_t max_seed = std::numeric_limits<std::int64_t>::max();     // as TOML's integers
inline constexpr std::uint64_t max_client = std::numeric_limits<std::uint16_t>::max();  // as a frame says it
inline constexpr std::uint64_t max_steps = 100'000'000;
// Sequences and tokens: together 2^28 rows, which the frame's 32 bits hold.
inline constexpr std::uint64_t max_batch = 4096;
inline constexpr std::uint64_t min_length = 2;  // a sequence has one row less than tokens
inline constexpr std::uint64_t max_length = 65536;
inline constexpr std::uint64_t max_accumulation = 4096;
inline constexpr std::uint64_t max_blocks = 10000;  // of a part of the split
inline constexpr std::uint64_t max_warmup_steps = std::numeric_limits<std::uint32_t>::max();
inline constexpr double max_learning_rate = 10.0;
inline constexpr double max_weight_decay = 10.0;
inline constexpr double max_clip_norm = 1e9;
inline constexpr std::uint64_t max_lora_rank = 4096;
inline constexpr double min_lora_alpha = 1e-6;
inline constexpr double max_lora_alpha = 1e6;

}  // namespace cutlink::train
