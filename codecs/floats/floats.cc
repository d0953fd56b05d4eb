#include "codecs/floats/floats.h"

#include <cstring>
#include <utility>

#include "base/checked.h"
#include "codecs/kernels/kernel_table.h"
#include "codecs/kernels/load.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {
namespace {

constexpr std::size_t bytes_of(FloatFormat format) { return format == FloatFormat::fp32 ? 4 : 2; }
constexpr const char* name_of(FloatFormat format) {
  return format == FloatFormat::fp32 ? "fp32" : (format == FloatFormat::bf16 ? "bf16" : "fp16");
}

// Payload elements of the format from matrix elements of either type; true if a finite value became
// infinite.
bool write_elements(MatrixView x, FloatFormat format, std::uint8_t* out) {
  bool overflow = false;
  with_elements(x, [&](const auto* elements) {
    const auto& kernel = kernels_of(elements);
    const auto write = format == FloatFormat::fp32   ? kernel.to_fp32
                       : format == FloatFormat::bf16 ? kernel.to_bf16
                                                     : kernel.to_fp16;
    overflow = write(elements, x.elements(), out);
  });
  return overflow;
}

void read_elements(const std::uint8_t* in, FloatFormat format, MutableMatrixView x) {
  with_elements(x, [&](auto* elements) {
    const auto& kernel = kernels_of(elements);
    const auto read = format == FloatFormat::fp32   ? kernel.from_fp32
                      : format == FloatFormat::bf16 ? kernel.from_bf16
                                                    : kernel.from_fp16;
    read(in, x.elements(), elements);
  });
}

bool same_format(DType dtype, FloatFormat format) {
  return dtype == DType::f32 ? format == FloatFormat::fp32 : format == FloatFormat::bf16;
}

class FloatsEncoder : public Encoder {
 public:
  explicit FloatsEncoder(FloatFormat format) : format_(format) {}

  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override {
    body.clear();
    body.payload.resize(x.elements() * bytes_of(format_));
    BodyFacts facts;
    facts.rows = x.rows;
    facts.channels = x.cols;
    facts.dtype = x.dtype;
    facts.width_sum = x.cols * bytes_of(format_) * 8;
    facts.mean_width = static_cast<double>(bytes_of(format_) * 8);
    if (same_format(x.dtype, format_)) {
      if (x.elements() > 0) {
        std::memcpy(body.payload.data(), x.data, body.payload.size());
      }
    } else {
      facts.overflow = write_elements(x, format_, body.payload.data());
    }
    if (facts.overflow && !reported_) {
      reported_ = true;
      events_.push_back({.warning = true,
                         .step = call.step,
                         .name = "float_overflow",
                         .message = std::string(name_of(format_)) +
                                    ": a finite value above the format's largest became infinite; use bf16"});
    }
    return facts;
  }

  std::vector<Event> take_events() override { return std::exchange(events_, {}); }

 private:
  FloatFormat format_;
  bool reported_ = false;
  std::vector<Event> events_;
};

class FloatsDecoder : public Decoder {
 public:
  explicit FloatsDecoder(FloatFormat format) : format_(format) {}

  void decode(BodyView body, const CallInfo&, MutableMatrixView out) override {
    const std::uint64_t expected = checked_mul(out.elements(), bytes_of(format_), "payload", ErrorKind::peer);
    if (!body.metadata.empty() || body.payload.size() != expected) {
      peer_error(std::string(name_of(format_)) + " body: " + std::to_string(body.metadata.size()) + " + " +
                 std::to_string(body.payload.size()) + " bytes, expected 0 + " + std::to_string(expected));
    }
    if (same_format(out.dtype, format_)) {
      if (expected > 0) {
        std::memcpy(out.data, body.payload.data(), body.payload.size());
      }
    } else {
      read_elements(body.payload.data(), format_, out);
    }
  }

 private:
  FloatFormat format_;
};

class FloatsCodec : public Codec {
 public:
  explicit FloatsCodec(FloatFormat format) : format_(format) {}

  std::string spec() const override { return name_of(format_); }
  BodySize body_size(const BodyFacts& facts, const CodecContext&) const override {
    BodySize size;
    size.payload_bytes =
        checked_mul(checked_mul(facts.rows, facts.channels, "body"), bytes_of(format_), "body");
    return size;
  }
  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t,
                           const CodecContext& context) const override {
    BodyFacts facts;
    facts.rows = rows.all;
    facts.channels = context.channels;
    facts.width_sum = context.channels * bytes_of(format_) * 8;
    facts.mean_width = static_cast<double>(bytes_of(format_) * 8);
    return facts;
  }
  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    return checked_mul(checked_mul(rows, channels, "matrix", ErrorKind::peer), bytes_of(format_), "payload",
                       ErrorKind::peer);
  }
  CodingCost cost() const override { return CodingCost::copied; }
  bool exact_for(DType dtype) const override {
    return format_ == FloatFormat::fp32 || same_format(dtype, format_);
  }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext&) const override {
    return std::make_unique<FloatsEncoder>(format_);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext&) const override {
    return std::make_unique<FloatsDecoder>(format_);
  }

  FloatFormat format_;
};

}  // namespace

std::unique_ptr<Codec> make_floats(const SpecParams& params, FloatFormat format) {
  static_cast<void>(parse_parameters<NoParameters>(params));
  return std::make_unique<FloatsCodec>(format);
}

CodecInfo floats_info(FloatFormat format) {
  switch (format) {
    case FloatFormat::fp32:
      return {"fp32", "every element as fp32: nothing is lost", "4·N·H", "exact", {}};
    case FloatFormat::bf16:
      return {"bf16",
              "every element as bf16, rounded to nearest even: the reference",
              "2·N·H",
              "|x − x̂| ≤ 2^−8·|x| (normal numbers); exact for a bf16 model",
              {}};
    case FloatFormat::fp16:
      break;
  }
  return {"fp16",
          "every element as IEEE fp16, rounded to nearest even",
          "2·N·H",
          "|x − x̂| ≤ max(2^−11·|x|, 2^−25) up to 65519; above that infinite, reported as float_overflow",
          {}};
}

}  // namespace cutlink::codecs
