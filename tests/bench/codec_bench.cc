// Encode and decode of every codec against memcpy of the same matrix in the same run. Before a codec is timed
// its decoded output is held against its input.
//
//   codec_bench --benchmark_repetitions=10 --benchmark_enable_random_interleaving=true
//
// ns_per_element: of the codec. x_memcpy: bytes of the matrix a second ÷ the same of memcpy, timed around
// every iteration.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/rng.h"
#include "codecs/owned_matrix.h"
#include "codecs/registry.h"

namespace cutlink::codecs {
namespace {

constexpr std::size_t rows = 896;  // 4 sequences of 224 tokens
constexpr std::size_t channels = 576;

struct Subject {
  const char* spec;
  Crossing crossing;
  DType dtype;
  double worst_distortion;  // ‖x − x̂‖² ÷ ‖x‖² that the codec may show on this matrix
};

constexpr Subject subjects[] = {
    {"bf16", Crossing::act_up, DType::bf16, 0.0},
    {"bf16", Crossing::act_up, DType::f32, 1e-5},
    {"fp16", Crossing::act_up, DType::f32, 1e-6},
    {"uniform:bits=8", Crossing::act_up, DType::f32, 1e-3},
    {"uniform:bits=4", Crossing::act_up, DType::f32, 0.03},
    {"uniform:bits=4", Crossing::act_up, DType::bf16, 0.03},
    {"uniform:bits=4,outliers=off", Crossing::act_up, DType::f32, 0.03},
    {"uniform:bits=4,per=token", Crossing::act_up, DType::f32, 0.2},
    {"uniform:bits=8,per=token,round=stochastic", Crossing::grad_up, DType::f32, 0.01},
    {"uniform:bits=8,per=token,round=stochastic", Crossing::grad_up, DType::bf16, 0.01},
    {"amaq:start=4.5,target=4", Crossing::act_up, DType::f32, 0.03},
    {"uniform:bits=4+zstd:level=1", Crossing::act_up, DType::f32, 0.03},
};

OwnedMatrix sample(DType dtype) {
  OwnedMatrix x(dtype, rows, channels);
  Rng rng(RngKey{.seed = 1, .purpose = RngPurpose::text_generator});
  std::vector<double> spread(channels);
  for (double& s : spread) {
    s = std::exp(0.5 * rng.next_normal());
  }
  for (std::size_t i = 0; i < rows * channels; ++i) {
    x.mutable_view().set(i / channels, i % channels,
                         static_cast<float>(spread[i % channels] * rng.next_normal()));
  }
  return x;
}

double distortion(MatrixView x, MatrixView back) {
  double error = 0.0;
  double power = 0.0;
  for (std::size_t i = 0; i < x.elements(); ++i) {
    const double value = x.at(i / channels, i % channels);
    const double d = value - back.at(i / channels, i % channels);
    error += d * d;
    power += value * value;
  }
  return error / power;
}

CodecContext context_of(Crossing crossing) {
  CodecContext context;
  context.crossing = crossing;
  context.channels = channels;
  context.max_positions = 224;
  context.total_steps = 100;
  return context;
}

// Both ends and a message that has passed once, verified.
struct Bench {
  explicit Bench(const Subject& subject)
      : x(sample(subject.dtype)), back(subject.dtype, rows, channels), copy(subject.dtype, rows, channels) {
    const auto codec = make_codec(subject.spec);
    encoder = codec->make_encoder(context_of(subject.crossing));
    decoder = codec->make_decoder(context_of(subject.crossing));
    encode();
    decode();
    const double d = distortion(x.view(), back.view());
    if (!(d <= subject.worst_distortion)) {
      std::fprintf(stderr, "codec_bench: %s decodes with distortion %g\n", subject.spec, d);
      std::exit(1);
    }
  }
  void encode() { encoder->encode(x.view(), {}, body); }
  void decode() { decoder->decode({body.metadata, body.payload}, {}, back.mutable_view()); }
  void memcpy_once() {
    std::memcpy(copy.mutable_view().data, x.view().data, x.view().elements() * size_of(x.view().dtype));
    benchmark::ClobberMemory();
  }

  OwnedMatrix x;
  OwnedMatrix back;
  OwnedMatrix copy;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Decoder> decoder;
  Body body;
};

void time_against_memcpy(benchmark::State& state, const Subject& subject, void (Bench::*work)()) {
  using Clock = std::chrono::steady_clock;
  Bench bench(subject);
  double best_work = 1e9;  // the least of all iterations: noise of a shared machine only ever adds
  double best_copy = 1e9;
  for ([[maybe_unused]] auto iteration : state) {
    const auto begin = Clock::now();
    bench.memcpy_once();
    const auto between = Clock::now();
    (bench.*work)();
    const std::chrono::duration<double> worked = Clock::now() - between;
    const std::chrono::duration<double> copied = between - begin;
    state.SetIterationTime(worked.count());
    best_work = std::min(best_work, worked.count());
    best_copy = std::min(best_copy, copied.count());
  }
  state.counters["ns_per_element"] = best_work * 1e9 / static_cast<double>(rows * channels);
  state.counters["x_memcpy"] = best_copy / best_work;
  state.counters["bits_per_element"] =
      8.0 * static_cast<double>(bench.body.metadata.size() + bench.body.payload.size()) /
      static_cast<double>(rows * channels);
}

void register_all() {
  for (const Subject& subject : subjects) {
    const std::string name =
        std::string(subject.spec) + "/" + cutlink::name_of(subject.crossing) + "/" + name_of(subject.dtype);
    benchmark::RegisterBenchmark(("encode/" + name).c_str(), time_against_memcpy, subject, &Bench::encode)
        ->UseManualTime();
    benchmark::RegisterBenchmark(("decode/" + name).c_str(), time_against_memcpy, subject, &Bench::decode)
        ->UseManualTime();
  }
}

}  // namespace
}  // namespace cutlink::codecs

int main(int argc, char** argv) {
  cutlink::codecs::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
