// The label of a token that bears no loss.
#pragma once

#include <cstdint>

namespace cutlink {

inline constexpr std::int32_t masked_label = -100;  // PyTorch's and Hugging Face's ignore_index

}  // namespace cutlink
