// Answers from a tuned model: the base with a run's merged adapters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace cutlink::generate {

struct AnswerRequest {
  std::filesystem::path directory;  // of a run
  std::string question;
  std::uint32_t max_tokens = 128;
  std::uint32_t threads = 0;  // 0: as the run
  bool base_only = false;     // without the adapters, for comparison
};

// Greedy decoding. on_text: called with every piece of valid UTF-8 as it comes. Returns whether the answer
// ended by itself. Throws Error(usage) where the directory holds no run with adapters.
bool answer(const AnswerRequest& request, const std::function<void(const std::string&)>& on_text);

}  // namespace cutlink::generate
