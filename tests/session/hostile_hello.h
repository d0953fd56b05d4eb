// Every number of a hello's agreement, where it lies in the bytes, and what it may be.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "train/agreement.h"
#include "train/spec_bounds.h"

namespace cutlink::session {

struct AgreementField {
  enum class Kind { count, real, choice, text_size };
  std::string name;
  Kind kind = Kind::count;
  std::size_t at = 0;                     // its first byte in the agreement
  std::uint64_t least = 0, most = ~0ULL;  // of all but a real
  double least_real = 0.0, max_real = 0.0;
};

// In the order of the bytes; the test holds `end` against the length of what write_agreement() made.
struct AgreementFields {
  explicit AgreementFields(const train::TrainSpec& spec) {
    constexpr double max_float = std::numeric_limits<float>::max();
    end = sizeof(std::uint16_t) + sizeof(train::ModelDigest);
    count("seed", 0, train::max_seed);
    count("client", 0, train::max_client);
    count("steps", 0, train::max_steps);
    count("batch", 1, train::max_batch);
    count("accumulation", 1, train::max_accumulation);
    count("max_length", train::min_length, train::max_length);
    choice("compute", 2);
    choice("split.shape", 2);
    count("split.bottom", 0, train::max_blocks);
    count("split.top", 0, train::max_blocks);
    text("codecs.activation", spec.codecs.activation);
    text("codecs.gradient", spec.codecs.gradient);
    real("optimizer.learning_rate", train::max_learning_rate);
    real("optimizer.beta1", 1.0);
    real("optimizer.beta2", 1.0);
    real("optimizer.epsilon", max_float);
    real("optimizer.weight_decay", train::max_weight_decay);
    real("optimizer.clip_norm", train::max_clip_norm);
    count("optimizer.warmup_steps", 0, train::max_warmup_steps);
    real("optimizer.final_ratio", 1.0);
    count("lora.r", 1, train::max_lora_rank);
    real("lora.alpha", train::max_lora_alpha, train::min_lora_alpha);
    choice("lora.targets", 1 + spec.lora.targets.size());
    for (const std::string& target : spec.lora.targets) {
      text("lora.targets", target);
    }
  }

  std::vector<AgreementField> all;
  std::size_t end = 0;

 private:
  void add(AgreementField field, std::size_t size) {
    field.at = end;
    all.push_back(std::move(field));
    end += size;
  }
  void count(const char* name, std::uint64_t least, std::uint64_t most) {
    add({name, AgreementField::Kind::count, 0, least, most}, sizeof(std::uint64_t));
  }
  void real(const char* name, double most, double least = 0.0) {
    add({name, AgreementField::Kind::real, 0, 0, 0, least, most}, sizeof(double));
  }
  void choice(const char* name, std::uint64_t choices) {
    add({name, AgreementField::Kind::choice, 0, 0, choices - 1}, 1);
  }
  void text(const char* name, const std::string& value) {
    add({name, AgreementField::Kind::text_size, 0, value.size(), value.size()}, sizeof(std::uint64_t));
    end += value.size();
  }
};

struct ChangedAgreement {
  std::string name;
  ByteVector bytes;
  std::string refusal;  // that it must be refused with; empty: it may be served
};

template <typename T>
ByteVector with_number(ByteVector bytes, std::size_t at, T number) {
  std::memcpy(bytes.data() + at, &number, sizeof number);
  return bytes;
}

// Every field at the ends of what it may be, beyond, and far off.
inline std::vector<ChangedAgreement> changed_agreements(const ByteVector& good,
                                                        const AgreementFields& fields) {
  using Kind = AgreementField::Kind;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<ChangedAgreement> cases;
  for (const AgreementField& field : fields.all) {
    const auto add = [&](auto number, bool is_good) {
      cases.push_back({"agreement: " + field.name + " " + std::to_string(number),
                       with_number(good, field.at, number), is_good ? "" : field.name});
    };
    if (field.kind == Kind::real) {
      for (const double number :
           {0.0, -0.0, field.least_real, field.max_real, std::nextafter(field.max_real, infinity), 1e300,
            1e39, -1e-300, -1.0, std::numeric_limits<double>::denorm_min(),
            std::numeric_limits<double>::max(), infinity, -infinity,
            std::numeric_limits<double>::quiet_NaN()}) {
        add(number, number >= field.least_real && number <= field.max_real);
      }
      continue;
    }
    if (field.kind == Kind::choice) {
      for (const int value : {0, 1, 2, 7, 8, 127, 128, 255}) {
        const auto number = static_cast<std::uint8_t>(value);
        // A smaller number of texts than there are leaves bytes over.
        cases.push_back({"agreement: " + field.name + " " + std::to_string(number),
                         with_number(good, field.at, number), number <= field.most ? "" : field.name});
      }
      continue;
    }
    constexpr std::uint64_t one = 1;
    for (const std::uint64_t number :
         {std::uint64_t{0}, one, field.least - 1, field.most, field.most + 1, one << 31U, (one << 32U) - 1,
          one << 32U, one << 63U, ~std::uint64_t{0}}) {
      if (field.kind == Kind::text_size) {  // a size that is wrong may be told as what follows it, too
        cases.push_back({"agreement: size of " + field.name + " " + std::to_string(number),
                         with_number(good, field.at, number), number == field.most ? "" : "agreement"});
      } else {
        add(number, number >= field.least && number <= field.most);
      }
    }
  }
  return cases;
}

}  // namespace cutlink::session
