#include "train/data/data.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/masked_label.h"
#include "base/rng.h"
#include "train/data/prompt_template.h"

namespace cutlink::train {
namespace {

// What the tokenizer puts before a text by itself (LLaMA's begin-of-sequence token); often nothing.
std::vector<std::int32_t> ids_before_text(const model::Tokenizer& tokenizer) {
  constexpr const char* any_text = "x";
  const auto plain = tokenizer.encode(any_text, false);
  const auto whole = tokenizer.encode(any_text, true);
  return {whole.begin(), std::search(whole.begin(), whole.end(), plain.begin(), plain.end())};
}

// Cuts to max_length tokens, then shifts: row i predicts token i + 1. No labels: nullopt.
std::optional<Sequence> to_sequence(std::vector<std::int32_t> tokens, std::size_t answer_at,
                                    std::size_t max_length) {
  tokens.resize(std::min(tokens.size(), max_length));
  if (tokens.size() < 2 || answer_at >= tokens.size()) {
    return std::nullopt;
  }
  Sequence sequence;
  sequence.ids.assign(tokens.begin(), tokens.end() - 1);
  sequence.labels.assign(tokens.begin() + 1, tokens.end());
  for (std::size_t i = 0; i + 1 < answer_at; ++i) {
    sequence.labels[i] = masked_label;
  }
  return sequence;
}

// The order of an epoch: Fisher–Yates, keyed by (seed, epoch).
std::vector<std::size_t> epoch_order(std::size_t size, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(RngKey{.seed = seed, .purpose = RngPurpose::data_order, .extra = epoch});
  for (std::size_t i = size; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
  }
  return order;
}

void append(Batch& batch, const Dataset& data, std::size_t example) {
  const Sequence& sequence = data[example];
  batch.ids.insert(batch.ids.end(), sequence.ids.begin(), sequence.ids.end());
  batch.labels.insert(batch.labels.end(), sequence.labels.begin(), sequence.labels.end());
  batch.lengths.push_back(static_cast<std::uint32_t>(sequence.ids.size()));
  batch.examples.push_back(static_cast<std::uint32_t>(example));
}

void count(Batch& batch) {
  const auto bears_loss = [](std::int32_t label) { return label != masked_label; };
  batch.label_tokens =
      static_cast<std::size_t>(std::count_if(batch.labels.begin(), batch.labels.end(), bears_loss));
  const std::uint64_t longest = *std::max_element(batch.lengths.begin(), batch.lengths.end());
  batch.padding_avoided = longest * batch.lengths.size() - batch.rows();
}

}  // namespace

std::vector<std::int32_t> question_ids(const model::Tokenizer& tokenizer, const PromptSpec& prompt,
                                       std::string_view question) {
  std::vector<std::int32_t> ids = ids_before_text(tokenizer);
  const auto asked = tokenizer.encode(PromptTemplate(prompt.text).question_part(question));
  ids.insert(ids.end(), asked.begin(), asked.end());
  return ids;
}

Dataset::Dataset(const std::vector<Example>& examples, const model::Tokenizer& tokenizer, std::int32_t eos_id,
                 const PromptSpec& prompt) {
  const PromptTemplate text(prompt.text);
  const std::vector<std::int32_t> before = ids_before_text(tokenizer);
  for (const Example& example : examples) {
    std::vector<std::int32_t> tokens = before;
    const auto question = tokenizer.encode(text.question_part(example.question));
    tokens.insert(tokens.end(), question.begin(), question.end());
    const std::size_t answer_at = tokens.size();
    const auto answer = tokenizer.encode(text.answer_part(example.answer));
    tokens.insert(tokens.end(), answer.begin(), answer.end());
    tokens.push_back(eos_id);

    summary_.truncated += tokens.size() > prompt.max_length ? 1U : 0U;
    auto sequence = to_sequence(std::move(tokens), answer_at, prompt.max_length);
    if (!sequence) {
      ++summary_.dropped;
      continue;
    }
    summary_.tokens += sequence->ids.size();
    summary_.label_tokens +=
        static_cast<std::uint64_t>(std::count_if(sequence->labels.begin(), sequence->labels.end(),
                                                 [](std::int32_t label) { return label != masked_label; }));
    summary_.longest = std::max(summary_.longest, sequence->ids.size());
    sequences_.push_back(std::move(*sequence));
  }
  summary_.examples = examples.size();
  if (sequences_.empty()) {
    usage_error("data: none of " + std::to_string(examples.size()) +
                " examples has an answer within max_length = " + std::to_string(prompt.max_length) +
                " tokens; raise it");
  }
}

Dataset::Dataset(std::vector<Sequence> sequences, DataSummary summary)
    : sequences_(std::move(sequences)), summary_(summary) {}

Batch training_batch(const Dataset& data, std::uint64_t seed, std::uint32_t step, std::uint32_t micro_batch,
                     std::uint32_t accumulation, std::size_t batch) {
  assert(data.size() > 0 && batch > 0 && micro_batch < accumulation);
  const std::uint64_t first =
      (static_cast<std::uint64_t>(step) * accumulation + micro_batch) * static_cast<std::uint64_t>(batch);
  Batch result;
  std::vector<std::size_t> order;
  for (std::uint64_t k = first; k < first + batch; ++k) {
    if (order.empty() || k % data.size() == 0) {
      order = epoch_order(data.size(), seed, k / data.size());
    }
    append(result, data, order[static_cast<std::size_t>(k % data.size())]);
  }
  count(result);
  return result;
}

std::vector<Batch> training_batches(const Dataset& data, const TrainSpec& spec, std::uint32_t step) {
  std::vector<Batch> batches;
  for (std::uint32_t m = 0; m < spec.accumulation; ++m) {
    batches.push_back(training_batch(data, spec.seed, step, m, spec.accumulation, spec.batch));
  }
  return batches;
}

std::vector<Batch> evaluation_batches(const Dataset& data, std::size_t batch) {
  assert(batch > 0);
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (i % batch == 0) {
      batches.emplace_back();
    }
    append(batches.back(), data, i);
  }
  for (Batch& each : batches) {
    count(each);
  }
  return batches;
}

}  // namespace cutlink::train
