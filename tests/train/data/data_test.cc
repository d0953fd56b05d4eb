#include "train/data/data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/error_of.h"
#include "base/temporary_folder.h"
#include "model/tokenizer/byte_tokenizer.h"

namespace cutlink::train {
namespace {

model::Tokenizer byte_tokenizer() {
  const TemporaryFolder scratch;
  model::write_byte_tokenizer(scratch.path());
  return model::Tokenizer::load(scratch.path());
}

Dataset dataset(const std::vector<Example>& examples, std::size_t max_length) {
  return {examples, byte_tokenizer(), model::byte_end_id, PromptSpec{"Q{question} {answer}", max_length}};
}

// Sequences of 1, 2, 3 … rows; the ids of sequence i are all i.
Dataset numbered(std::size_t size) {
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < size; ++i) {
    const auto id = static_cast<std::int32_t>(i);
    sequences.push_back({std::vector<std::int32_t>(i + 1, id), std::vector<std::int32_t>(i + 1, -100)});
    sequences.back().labels.back() = id;
  }
  return {std::move(sequences), DataSummary{}};
}

std::vector<std::int32_t> heads(const Batch& batch) {
  std::vector<std::int32_t> ids;
  std::size_t at = 0;
  for (const std::uint32_t length : batch.lengths) {
    ids.push_back(batch.ids[at]);
    at += length;
  }
  return ids;
}

TEST(Data, labels_are_the_next_token_from_the_answers_first_to_the_end) {
  const Dataset data = dataset({{"ab", "7"}}, 100);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(data[0].ids, (std::vector<std::int32_t>{'Q', 'a', 'b', ' ', '7'}));
  EXPECT_EQ(data[0].labels, (std::vector<std::int32_t>{-100, -100, ' ', '7', 257}));
  EXPECT_EQ(data.summary().examples, 1U);
  EXPECT_EQ(data.summary().tokens, 5U);
  EXPECT_EQ(data.summary().label_tokens, 3U);
  EXPECT_EQ(data.summary().longest, 5U);
  EXPECT_EQ(data.summary().truncated + data.summary().dropped, 0U);
}

TEST(Data, long_sequences_are_cut_at_the_end_and_counted) {
  const Dataset data = dataset({{"ab", "7"}, {"abcdefgh", "1"}, {"a", "1"}}, 5);
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data[0].ids, (std::vector<std::int32_t>{'Q', 'a', 'b', ' '}));
  EXPECT_EQ(data[0].labels, (std::vector<std::int32_t>{-100, -100, ' ', '7'}));  // the end token was cut
  EXPECT_EQ(data[1].labels, (std::vector<std::int32_t>{-100, ' ', '1', 257}));   // fits exactly
  EXPECT_EQ(data.summary().truncated, 2U);
  EXPECT_EQ(data.summary().dropped, 1U);  // its answer lies beyond the cut
  EXPECT_EQ(data.summary().examples, 3U);
}

TEST(Data, refuses_data_of_which_nothing_is_left) {
  const std::string message = error_of(ErrorKind::usage, [] {
    (void)dataset({{"a long question", "1"}}, 8);
  });
  EXPECT_NE(message.find("max_length = 8"), std::string::npos) << message;
}

TEST(Data, every_epoch_holds_every_sequence_once_in_another_order) {
  const Dataset data = numbered(12);
  std::vector<std::vector<std::int32_t>> epochs;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::int32_t> seen;
    for (std::uint32_t step = 0; step < 2; ++step) {
      for (std::uint32_t micro_batch = 0; micro_batch < 2; ++micro_batch) {
        const auto part = heads(training_batch(data, 9, epoch * 2 + step, micro_batch, 2, 3));
        seen.insert(seen.end(), part.begin(), part.end());
      }
    }
    EXPECT_EQ(std::set<std::int32_t>(seen.begin(), seen.end()).size(), 12U);
    epochs.push_back(seen);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
  EXPECT_NE(epochs[0], heads(training_batch(data, 10, 0, 0, 1, 12)));  // another seed
  // Accumulation only groups: the order of sequences is the same.
  EXPECT_EQ(epochs[0], heads(training_batch(data, 9, 0, 0, 1, 12)));
}

TEST(Data, a_question_is_asked_as_it_was_trained) {
  const PromptSpec prompt{"Q{question} {answer}", 64};
  const Dataset data({{"why", "so"}}, byte_tokenizer(), model::byte_end_id, prompt);
  const std::vector<std::int32_t> asked = question_ids(byte_tokenizer(), prompt, "why");
  const Sequence& trained = data[0];
  ASSERT_LT(asked.size(), trained.ids.size());
  EXPECT_TRUE(std::equal(asked.begin(), asked.end(), trained.ids.begin()));
  // Row i predicts token i + 1: the first label stands at the question's last token.
  EXPECT_EQ(trained.labels[asked.size() - 1], trained.ids[asked.size()]);
  EXPECT_EQ(trained.labels[asked.size() - 2], -100);
}

TEST(Data, a_batch_may_span_epochs) {
  const Dataset data = numbered(5);
  const auto long_batch = heads(training_batch(data, 1, 0, 0, 1, 13));
  std::vector<std::int32_t> singles;
  for (std::uint32_t step = 0; step < 13; ++step) {
    singles.push_back(heads(training_batch(data, 1, step, 0, 1, 1)).front());
  }
  EXPECT_EQ(long_batch, singles);
}

// An example has one number for good: whatever keeps something of it finds it again in the next epoch.
TEST(Data, an_example_has_the_same_number_in_every_epoch) {
  const Dataset data = numbered(5);
  std::map<std::int32_t, std::set<std::uint32_t>> numbers;  // of the example that begins with a token
  for (std::uint32_t step = 0; step < 15; ++step) {
    const Batch batch = training_batch(data, 1, step, 0, 1, 2);
    const std::vector<std::int32_t> first = heads(batch);
    ASSERT_EQ(batch.examples.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
      numbers[first[i]].insert(batch.examples[i]);
    }
  }
  ASSERT_EQ(numbers.size(), 5U);
  for (const auto& [token, of_it] : numbers) {
    EXPECT_EQ(of_it.size(), 1U) << token;
    EXPECT_EQ(data[*of_it.begin()].ids.front(), token);
  }
}

TEST(Data, batches_are_packed_and_padding_is_counted) {
  const std::vector<Batch> batches = evaluation_batches(numbered(5), 2);
  ASSERT_EQ(batches.size(), 3U);
  EXPECT_EQ(batches[1].lengths, (std::vector<std::uint32_t>{3, 4}));
  EXPECT_EQ(batches[1].ids, (std::vector<std::int32_t>{2, 2, 2, 3, 3, 3, 3}));
  EXPECT_EQ(batches[1].labels, (std::vector<std::int32_t>{-100, -100, 2, -100, -100, -100, 3}));
  EXPECT_EQ(batches[1].label_tokens, 2U);
  EXPECT_EQ(batches[1].padding_avoided, 1U);
  EXPECT_EQ(batches[1].examples, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(batches[2].lengths, (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(batches[2].padding_avoided, 0U);
}

}  // namespace
}  // namespace cutlink::train
