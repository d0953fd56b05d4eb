// LLaMA-architecture blocks on packed rows. Legend: N rows = unpadded tokens of all sequences of a
// micro-batch, one after the other; H hidden, V vocabulary. No padding exists anywhere.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "model/llama/llama_config.h"
#include "model/llama/lora.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {

// How the rows of a micro-batch fall into sequences.
struct RowLayout {
  std::vector<std::uint32_t> lengths;    // of every sequence, sum N
  std::vector<std::uint32_t> positions;  // of every row in its sequence, N

  static RowLayout of(std::span<const std::uint32_t> lengths);
  [[nodiscard]] std::size_t rows() const { return positions.size(); }
};

// What a half holds of the model.
struct Part {
  bool embedding = false;
  bool head = false;                             // final norm and head
  std::size_t bottom_begin = 0, bottom_end = 0;  // blocks [begin, end)
  std::size_t top_begin = 0, top_end = 0;        // a second range (the U-shape's client); empty: begin = end
  [[nodiscard]] bool holds(std::size_t block) const {
    return (block >= bottom_begin && block < bottom_end) || (block >= top_begin && block < top_end);
  }
};

// What trains.
enum class Training {
  none,      // the base alone: no adapters, nothing trains
  adapters,  // LoRA; base frozen
  all,       // pre-training: every weight is a fp32 leaf; no adapters
};

// Called with a block's input inside a half; returns what the block shall see (where=all).
using BlockHook = std::function<at::Tensor(std::size_t block, const at::Tensor& x)>;

class Llama {
 public:
  // checkpoint: frozen weights, converted to `compute` (memory-mapped when types agree). Null: random weights
  // keyed by (seed, parameter name). Adapters: A Kaiming-uniform (a = √5) keyed by (seed, name), B zero.
  Llama(const LlamaConfig& config, const Checkpoint* checkpoint, const Part& part, DType compute,
        Training training, const LoraSpec& lora, std::uint64_t seed);
  Llama(Llama&&) noexcept;
  ~Llama();

  [[nodiscard]] const LlamaConfig& config() const;
  [[nodiscard]] const Part& part() const;

  [[nodiscard]] at::Tensor embed(std::span<const std::int32_t> ids) const;  // (N, H) compute
  // x: (N, H); runs blocks [begin, end), all held here.
  [[nodiscard]] at::Tensor run_blocks(at::Tensor x, std::size_t begin, std::size_t end,
                                      const RowLayout& layout, const BlockHook* hook = nullptr) const;
  [[nodiscard]] at::Tensor logits(const at::Tensor& x) const;  // (N, V) fp32
  // Sum of cross-entropy (nats, fp32 scalar with gradient to x) over rows whose label is not −100.
  // labels: N, already shifted: labels[i] is the token that row i shall predict. count: of such rows.
  [[nodiscard]] at::Tensor loss_sum(const at::Tensor& x, std::span<const std::int32_t> labels,
                                    std::size_t& count) const;

  // Trainable parameters in a fixed order (by block, then name). Tensors share storage with the model.
  [[nodiscard]] std::vector<NamedParameter>& parameters();
  // Whether anything below block `end` of this part trains (decides if grad_down is needed).
  [[nodiscard]] bool trains_below(std::size_t end) const;

 private:
  friend void save_pretrained(const Llama& model, const std::filesystem::path& directory, StoredType stored);
  struct State;
  std::unique_ptr<State> state_;
};

// Writes config.json and model.safetensors (all base weights, `stored` type; no adapters) of a model that
// holds everything. Throws Error(run).
void save_pretrained(const Llama& model, const std::filesystem::path& directory, StoredType stored);

}  // namespace cutlink::model
