#include "train/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "train/spec_bounds.h"

namespace cutlink::train {
namespace {

constexpr std::uint16_t version = 1;
constexpr std::size_t max_text = 1000;

// Of what is computed with in fp32: beyond, it would be infinite there.
constexpr double max_real = std::numeric_limits<float>::max();

// Every field once, with what is accepted: writer, reader and comparison go through it, so that none of them
// forgets one. A: Agreement or const Agreement.
template <typename A, typename Visitor>
void visit(A& agreement, Visitor& v) {
  v.digest("model", agreement.model);
  auto& spec = agreement.spec;
  v.count("seed", spec.seed, 0, max_seed);
  v.count("client", spec.client, 0, max_client);
  v.count("steps", spec.steps, 0, max_steps);
  v.count("batch", spec.batch, 1, max_batch);
  v.count("accumulation", spec.accumulation, 1, max_accumulation);
  v.count("max_length", spec.max_length, min_length, max_length);
  v.choice("compute", spec.compute, 2);
  v.choice("split.shape", spec.split.shape, 2);
  v.count("split.bottom", spec.split.bottom, 0, max_blocks);
  v.count("split.top", spec.split.top, 0, max_blocks);
  v.text("codecs.activation", spec.codecs.activation);
  v.text("codecs.gradient", spec.codecs.gradient);
  auto& optimizer = spec.optimizer;
  v.real("optimizer.learning_rate", optimizer.learning_rate, 0.0, max_learning_rate);
  v.real("optimizer.beta1", optimizer.beta1, 0.0, 1.0);
  v.real("optimizer.beta2", optimizer.beta2, 0.0, 1.0);
  v.real("optimizer.epsilon", optimizer.epsilon, 0.0, max_real);
  v.real("optimizer.weight_decay", optimizer.weight_decay, 0.0, max_weight_decay);
  v.real("optimizer.clip_norm", optimizer.clip_norm, 0.0, max_clip_norm);
  v.count("optimizer.warmup_steps", optimizer.warmup_steps, 0, max_warmup_steps);
  v.real("optimizer.final_ratio", optimizer.final_ratio, 0.0, 1.0);
  v.count("lora.r", spec.lora.r, 1, max_lora_rank);
  v.real("lora.alpha", spec.lora.alpha, min_lora_alpha, max_lora_alpha);
  v.texts("lora.targets", spec.lora.targets);
}

class FieldWriter {
 public:
  explicit FieldWriter(ByteVector& out) : out_(out) {}

  void digest(const char*, const ModelDigest& value) { out_.put_raw(value.data(), value.size()); }
  void count(const char*, std::uint64_t value, std::uint64_t, std::uint64_t) { out_.put(value); }
  void real(const char*, double value, double, double) { out_.put(value); }
  template <typename E>
  void choice(const char*, E value, std::uint8_t) {
    out_.put(static_cast<std::uint8_t>(value));
  }
  void text(const char*, const std::string& value) { out_.put_string(value); }
  void texts(const char*, const std::vector<std::string>& values) {
    out_.put(static_cast<std::uint8_t>(values.size()));
    for (const std::string& value : values) {
      out_.put_string(value);
    }
  }

 private:
  ByteWriter out_;
};

class FieldReader {
 public:
  explicit FieldReader(ByteReader& in) : in_(in) {}

  void digest(const char*, ModelDigest& value) { std::ranges::copy(in_.take(value.size()), value.begin()); }
  template <typename T>
  void count(const char* name, T& value, std::uint64_t least, std::uint64_t most) {
    const auto read = in_.get<std::uint64_t>();
    if (read < least || read > most) {
      in_.fail(fmt::format("{} is {}; {} to {} is accepted", name, read, least, most));
    }
    value = static_cast<T>(read);
  }
  void real(const char* name, double& value, double least, double most) {
    const auto read = in_.get<double>();
    if (!std::isfinite(read) || read < least || read > most) {
      in_.fail(fmt::format("{} is {}; {:.6g} to {:.6g} is accepted", name, read, least, most));
    }
    value = read;
  }
  template <typename E>
  void choice(const char* name, E& value, std::uint8_t choices) {
    const auto read = in_.get<std::uint8_t>();
    if (read >= choices) {
      in_.fail(fmt::format("{} is {}, which is not known", name, read));
    }
    value = static_cast<E>(read);
  }
  void text(const char* name, std::string& value) {
    const auto size = in_.get<std::uint64_t>();
    if (size == 0 || size > max_text) {
      in_.fail(fmt::format("{} has {} bytes; 1 to {} are accepted", name, size, max_text));
    }
    const ByteSpan bytes = in_.take(size);
    // Codec specs and projections are plain ASCII; anything else would only reach a log.
    if (std::ranges::any_of(bytes, [](std::uint8_t c) { return c < 0x20 || c > 0x7E; })) {
      in_.fail(fmt::format("{} has a byte that is not printable", name));
    }
    value.assign(bytes.begin(), bytes.end());
  }
  void texts(const char* name, std::vector<std::string>& values) {
    const std::vector<std::string> known = model::LoraSpec{}.targets;
    const auto size = in_.get<std::uint8_t>();
    if (size > known.size()) {
      in_.fail(fmt::format("{} names {}; at most {} are known", name, size, known.size()));
    }
    values.clear();
    for (std::uint8_t i = 0; i < size; ++i) {
      std::string value;
      text(name, value);
      if (std::ranges::count(known, value) == 0 || std::ranges::count(values, value) != 0) {
        in_.fail(fmt::format("{}: \"{}\" is not known, or named twice", name, value.substr(0, 40)));
      }
      values.push_back(std::move(value));
    }
  }

 private:
  ByteReader& in_;
};

class FieldTexts {
 public:
  struct Field {
    const char* name;
    std::string value;
  };
  explicit FieldTexts(const Agreement& agreement) { visit(agreement, *this); }

  void digest(const char* name, const ModelDigest& value) { add(name, to_text(value)); }
  void count(const char* name, std::uint64_t value, std::uint64_t, std::uint64_t) {
    add(name, std::to_string(value));
  }
  void real(const char* name, double value, double, double) { add(name, fmt::format("{}", value)); }
  void choice(const char* name, DType value, std::uint8_t) { add(name, name_of(value)); }
  void choice(const char* name, SplitSpec::Shape value, std::uint8_t) {
    add(name, value == SplitSpec::Shape::u ? "u" : "vanilla");
  }
  void text(const char* name, const std::string& value) { add(name, value); }
  void texts(const char* name, const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) {
      all += (all.empty() ? "" : " ") + value;
    }
    add(name, all);
  }
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  void add(const char* name, std::string value) { fields_.push_back({name, std::move(value)}); }
  std::vector<Field> fields_;
};

}  // namespace

ByteVector write_agreement(const Agreement& agreement) {
  ByteVector bytes;
  ByteWriter(bytes).put(version);
  FieldWriter writer(bytes);
  visit(agreement, writer);
  return bytes;
}

Agreement read_agreement(ByteSpan bytes) {
  ByteReader in(bytes, "agreement");
  if (const auto read = in.get<std::uint16_t>(); read != version) {
    in.fail(fmt::format("has version {}, this cutlink has {}: use the same version on both sides", read,
                        version));
  }
  Agreement agreement;
  FieldReader reader(in);
  visit(agreement, reader);
  in.expect_end();
  return agreement;
}

std::string difference(const Agreement& here, const Agreement& there) {
  const FieldTexts ours(here);
  const FieldTexts theirs(there);
  std::string text;
  for (std::size_t i = 0; i < ours.fields().size(); ++i) {
    const auto& a = ours.fields()[i];
    const auto& b = theirs.fields()[i];
    if (a.value != b.value) {
      text += fmt::format("{}{}: {} here, {} there", text.empty() ? "" : "; ", a.name, a.value, b.value);
    }
  }
  return text;
}

std::string to_text(const ModelDigest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

}  // namespace cutlink::train
