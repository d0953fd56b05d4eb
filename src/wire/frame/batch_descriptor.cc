#include "wire/frame/batch_descriptor.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "base/error.h"
#include "base/masked_label.h"

namespace cutlink::wire {
namespace {

constexpr std::uint8_t bit_wants_gradient = 1U << 0;
constexpr std::uint8_t bit_labels = 1U << 1;

[[noreturn]] void reject(const std::string& field, const std::string& why) {
  peer_error("frame descriptor: " + field + " " + why + " (close the connection)");
}

template <typename T>
std::vector<T> take_array(ByteReader& in, std::size_t count) {
  const ByteSpan bytes = in.take(std::uint64_t{count} * sizeof(T));  // count: 32 bits, so the product fits
  std::vector<T> values(count);
  if (count != 0) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  }
  return values;
}

std::uint64_t label_tokens(const std::vector<std::int32_t>& labels) {
  return labels.size() - static_cast<std::uint64_t>(std::ranges::count(labels, masked_label));
}

void check_schedule(const FrameInfo& info, const BatchDescriptor& d) {
  const bool generate = info.phase == Phase::generate;
  if ((d.total_micro_batches == 0) != generate) {
    reject("total_micro_batches", "is " + std::to_string(d.total_micro_batches) +
                                      (generate ? " in generate: nobody knows how many will be" : ""));
  }
  if (info.phase == Phase::train) {
    if (info.micro_batch >= d.total_micro_batches) {
      reject("total_micro_batches", "is " + std::to_string(d.total_micro_batches) + ", this is micro-batch " +
                                        std::to_string(info.micro_batch));
    }
    if (info.last_micro_batch != (info.micro_batch + 1 == d.total_micro_batches)) {
      reject("total_micro_batches", "contradicts the flag last_micro_batch");
    }
  }
  if (!std::isfinite(d.learning_rate) || std::signbit(d.learning_rate)) {
    reject("learning_rate", "is not a finite number from 0 on");
  }
  if (generate && d.learning_rate != 0.0) {
    reject("learning_rate", "is not 0 in generate");
  }
}

void check_sequences(const FrameInfo& info, const std::vector<std::uint32_t>& lengths) {
  std::uint64_t sum = 0;
  for (const std::uint32_t length : lengths) {
    if (length == 0) {
      reject("sequence_lengths", "has an empty sequence");
    }
    sum += length;  // at most 2^32 numbers of 32 bits: no overflow
  }
  if (sum != info.rows) {
    reject("sequence_lengths",
           "add up to " + std::to_string(sum) + ", rows are " + std::to_string(info.rows));
  }
}

void check_labels(const FrameInfo& info, const BatchDescriptor& d) {
  for (const std::int32_t label : d.labels) {
    if (label < 0 && label != masked_label) {
      reject("labels", "has " + std::to_string(label) + ", neither a token nor the mask -100");
    }
  }
  if (d.labels.empty() && d.step_label_tokens != 0) {
    reject("step_label_tokens", "is not 0 though no labels follow");
  }
  if (info.phase == Phase::train && d.step_label_tokens < label_tokens(d.labels)) {
    reject("step_label_tokens", "is " + std::to_string(d.step_label_tokens) + ", this frame alone has " +
                                    std::to_string(label_tokens(d.labels)));
  }
}

// In generate: the ids name a cache's sequences, each once; the offsets say what the cache holds of each.
void check_cache(const FrameInfo& info, const BatchDescriptor& d) {
  std::vector<std::uint32_t> ids = d.sequence_ids;
  std::ranges::sort(ids);
  if (const auto twice = std::ranges::adjacent_find(ids); twice != ids.end()) {
    reject("sequence_ids", "has " + std::to_string(*twice) + " twice: a cache holds a sequence once");
  }
  const bool begins = info.micro_batch == 0;
  for (std::size_t i = 0; i < d.position_offsets.size(); ++i) {
    const std::uint32_t offset = d.position_offsets[i];
    if ((offset == 0) != begins) {
      reject("position_offsets", "has " + std::to_string(offset) + " in " +
                                     (begins ? "the first forward of a cache" : "a forward that continues"));
    }
    if (std::uint64_t{offset} + d.sequence_lengths[i] > std::numeric_limits<std::uint32_t>::max()) {
      reject("position_offsets",
             "has " + std::to_string(offset) + ": the sequence is longer than 32 bits say");
    }
  }
}

}  // namespace

void write_batch(const FrameInfo& info, const BatchDescriptor& d, ByteVector& out) {
  assert(std::accumulate(d.sequence_lengths.begin(), d.sequence_lengths.end(), std::uint64_t{0}) ==
         info.rows);
  assert(d.sequence_ids.size() == d.sequence_lengths.size());
  assert(d.labels.empty() || d.labels.size() == info.rows);
  const bool labels = !d.labels.empty();
  ByteWriter to(out);
  to.put(static_cast<std::uint32_t>(d.sequence_lengths.size()));
  to.put(d.total_micro_batches);
  to.put(d.learning_rate);
  to.put(
      static_cast<std::uint8_t>((d.wants_gradient ? bit_wants_gradient : 0U) | (labels ? bit_labels : 0U)));
  to.put(std::uint8_t{0});
  to.put(std::uint16_t{0});
  to.put(labels ? d.step_label_tokens : 0U);
  to.put_raw(d.sequence_lengths.data(), 4 * d.sequence_lengths.size());
  to.put_raw(d.sequence_ids.data(), 4 * d.sequence_ids.size());
  to.put_raw(d.labels.data(), 4 * d.labels.size());
  if (info.phase == Phase::generate) {
    assert(!labels && d.position_offsets.size() == d.sequence_lengths.size());
    to.put(d.cache);
    to.put_raw(d.position_offsets.data(), 4 * d.position_offsets.size());
  }
}

BatchDescriptor read_batch(const FrameInfo& info, ByteReader& in, const FrameLimits& limits) {
  BatchDescriptor d;
  const bool generate = info.phase == Phase::generate;
  const auto sequences = in.get<std::uint32_t>();
  if (sequences == 0 || sequences > limits.max_sequences) {
    reject("sequences",
           "is " + std::to_string(sequences) + ", 1 to " + std::to_string(limits.max_sequences) + " can be");
  }
  d.total_micro_batches = in.get<std::uint32_t>();
  d.learning_rate = in.get<double>();
  const auto bits = in.get<std::uint8_t>();
  const unsigned known_bits = generate ? 0U : bit_wants_gradient | bit_labels;
  if ((bits & ~known_bits) != 0) {
    reject("bits", "has bits that are not known" + std::string(generate ? " in generate" : "") + ": " +
                       std::to_string(bits));
  }
  d.wants_gradient = (bits & bit_wants_gradient) != 0;
  for (const std::uint8_t reserved : in.take(3)) {
    if (reserved != 0) {
      reject("reserved", "is not 0");
    }
  }
  d.step_label_tokens = in.get<std::uint32_t>();
  check_schedule(info, d);
  d.sequence_lengths = take_array<std::uint32_t>(in, sequences);
  check_sequences(info, d.sequence_lengths);
  d.sequence_ids = take_array<std::uint32_t>(in, sequences);
  if ((bits & bit_labels) != 0) {
    d.labels = take_array<std::int32_t>(in, info.rows);
  }
  check_labels(info, d);
  if (generate) {
    d.cache = in.get<std::uint32_t>();
    d.position_offsets = take_array<std::uint32_t>(in, sequences);
    check_cache(info, d);
  }
  return d;
}

}  // namespace cutlink::wire
