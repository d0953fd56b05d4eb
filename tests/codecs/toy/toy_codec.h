// A codec that exists in tests only: multiples of a step, one signed byte an element. Its folder is all that
// it takes; nothing outside knows of it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "base/checked.h"
#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {

struct ToyParameters {
  double step = 0.25;
  bool floor = false;

  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    constexpr std::array<std::string_view, 2> rounds = {"nearest", "floor"};
    v.number("step", p.step, 0.001, 16.0, {.meaning = "distance of two values"});
    v.choice("rounding", p.floor, rounds, {.meaning = "to the nearest value, or to the one below"});
  }
};

class ToyEncoder final : public Encoder {
 public:
  explicit ToyEncoder(const ToyParameters& parameters) : p_(parameters) {}

  BodyFacts encode(MatrixView x, const CallInfo&, Body& body) override {
    body.clear();
    for (std::size_t i = 0; i < x.elements(); ++i) {
      const double q = x.at(i / x.cols, i % x.cols) / p_.step;
      const double rounded = p_.floor ? std::floor(q) : std::nearbyint(q);
      const double held = std::isnan(q) ? 0.0 : std::clamp(rounded, -128.0, 127.0);
      body.payload.push_back(static_cast<std::uint8_t>(static_cast<std::int8_t>(held)));
    }
    BodyFacts facts;
    facts.rows = x.rows;
    facts.channels = x.cols;
    facts.dtype = x.dtype;
    facts.mean_width = 8.0;
    return facts;
  }

 private:
  ToyParameters p_;
};

class ToyDecoder final : public Decoder {
 public:
  explicit ToyDecoder(const ToyParameters& parameters) : p_(parameters) {}

  void decode(BodyView body, const CallInfo&, MutableMatrixView out) override {
    if (!body.metadata.empty() || body.payload.size() != out.elements()) {
      peer_error("toy body: a byte an element is expected");
    }
    for (std::size_t i = 0; i < out.elements(); ++i) {
      out.set(i / out.cols, i % out.cols,
              static_cast<float>(static_cast<std::int8_t>(body.payload[i]) * p_.step));
    }
  }

 private:
  ToyParameters p_;
};

class ToyCodec final : public Codec {
 public:
  explicit ToyCodec(const ToyParameters& parameters) : p_(parameters) {}

  std::string spec() const override { return canonical_spec("toy", p_); }
  BodySize body_size(const BodyFacts& facts, const CodecContext&) const override {
    return {.payload_bytes = std::uint64_t{facts.rows} * facts.channels};
  }
  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    return checked_mul(rows, channels, "toy", ErrorKind::peer);
  }
  CodingCost cost() const override { return CodingCost::quantised; }
  std::string spike_advice() const override { return "lower `step` of toy"; }
  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t,
                           const CodecContext& context) const override {
    BodyFacts facts;
    facts.rows = rows.all;
    facts.channels = context.channels;
    facts.mean_width = 8.0;
    return facts;
  }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext&) const override {
    return std::make_unique<ToyEncoder>(p_);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext&) const override {
    return std::make_unique<ToyDecoder>(p_);
  }

  ToyParameters p_;
};

inline std::unique_ptr<Codec> make_toy(const SpecParams& params) {
  return std::make_unique<ToyCodec>(parse_parameters<ToyParameters>(params));
}
inline CodecInfo toy_info() {
  return {"toy", "multiples of a step", "N·H", "step/2", parameter_rows<ToyParameters>()};
}

}  // namespace cutlink::codecs
