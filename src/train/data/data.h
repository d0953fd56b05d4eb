// Examples, prompt template, and the deterministic order in which batches see them. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/tokenizer.h"
#include "train/spec.h"

namespace cutlink::train {

struct Example {
  std::string question;
  std::string answer;
};

// GSM8K's JSONL: one object with `question` and `answer` a line. Throws Error(usage) with file and line;
// a missing file's error says where GSM8K is published. limit 0: all.
[[nodiscard]] std::vector<Example> load_jsonl(const std::filesystem::path& path, std::size_t limit);

struct PromptSpec {
  std::string text = "Question: {question}\nAnswer: {answer}";
  // Tokens of a sequence, end-of-sequence included, as Hugging Face's max_length; longer ones are cut at the
  // end and counted. A sequence has one row less.
  std::size_t max_length = 256;
};

// One tokenised example. labels[i] is the token that position i shall predict, −100 where it bears no loss:
// loss from the answer's first token to the end-of-sequence token. The last position predicts nothing and is
// not kept, so ids and labels have equal length.
struct Sequence {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> labels;
};

struct DataSummary {
  std::size_t examples = 0;
  std::size_t truncated = 0;  // cut at max_length
  std::size_t dropped = 0;    // no label left after the cut: not used
  std::uint64_t tokens = 0;   // rows of all sequences
  std::uint64_t label_tokens = 0;
  std::size_t longest = 0;  // rows of the longest sequence
};

// Ids that a model is asked with: as in training up to where the answer begins.
[[nodiscard]] std::vector<std::int32_t> question_ids(const model::Tokenizer& tokenizer,
                                                     const PromptSpec& prompt, std::string_view question);

class Dataset {
 public:
  // eos_id: appended to every answer. Throws Error(usage) where nothing usable is left, or the prompt has
  // no {answer}.
  Dataset(const std::vector<Example>& examples, const model::Tokenizer& tokenizer, std::int32_t eos_id,
          const PromptSpec& prompt);
  Dataset(std::vector<Sequence> sequences, DataSummary summary);

  [[nodiscard]] std::size_t size() const { return sequences_.size(); }
  [[nodiscard]] const Sequence& operator[](std::size_t i) const { return sequences_[i]; }
  [[nodiscard]] const DataSummary& summary() const { return summary_; }

 private:
  std::vector<Sequence> sequences_;
  DataSummary summary_;
};

// A micro-batch of packed rows.
struct Batch {
  std::vector<std::int32_t> ids;       // N
  std::vector<std::int32_t> labels;    // N, −100 masked
  std::vector<std::uint32_t> lengths;  // of every sequence, sum N
  // Of every sequence: its example's index in the data set, the same in every epoch. Empty: text that is not
  // made of examples (pre-training, which nothing is sent of).
  std::vector<std::uint32_t> examples;
  std::size_t label_tokens = 0;
  std::uint64_t padding_avoided = 0;  // rows that padding to the longest would have added

  [[nodiscard]] std::size_t rows() const { return ids.size(); }
};

// Micro-batch `micro_batch` of step `step`: epochs are shuffled by (seed, epoch); the position is a function
// of the step, so nothing needs to be saved.
[[nodiscard]] Batch training_batch(const Dataset& data, std::uint64_t seed, std::uint32_t step,
                                   std::uint32_t micro_batch, std::uint32_t accumulation, std::size_t batch);
// All micro-batches of a step, with the seed, accumulation and batch size of `spec`.
[[nodiscard]] std::vector<Batch> training_batches(const Dataset& data, const TrainSpec& spec,
                                                  std::uint32_t step);
// Batches of an evaluation set, in order; the last may be smaller.
[[nodiscard]] std::vector<Batch> evaluation_batches(const Dataset& data, std::size_t batch);

}  // namespace cutlink::train
