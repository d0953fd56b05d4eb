// Text that the project generates itself: word problems with worked solutions in GSM8K's format, and other
// text for pre-training. Deterministic in the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/data/data.h"

namespace cutlink::train {

// The fine-tuning task of the demo: GSM8K-like question, worked solution, "#### number". `stream` separates
// training (0) from evaluation (1) so that no problem is in both.
[[nodiscard]] std::vector<Example> generate_word_problems(std::size_t count, std::uint64_t seed,
                                                          std::uint32_t stream);

// Documents for `cutlink pretrain`: other problem templates (another style than the fine-tuning task, so that
// fine-tuning has something to learn) mixed with generated plain prose and lists.
[[nodiscard]] std::string generate_pretraining_document(std::uint64_t seed, std::uint64_t index);

}  // namespace cutlink::train
