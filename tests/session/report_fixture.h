// A server half that is heard through its reports, and all that was said on the way.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "session/report_reader.h"
#include "session/report_writer.h"
#include "train/half_fixture.h"
#include "wire/frame/frame.h"

namespace cutlink::session {

using train::Batch;
using train::SplitSpec;
using train::TrainSpec;
using Shape = SplitSpec::Shape;

// All that is heard, one line an event, in order. Durations are left out: no two runs have the same.
struct LineObserver : train::Observer {
  void on_work(const Interval& i) override {
    add(std::string(name_of(i.work)) + " " + name_of(i.phase) + numbers({i.step, i.micro_batch}));
    durations_ok = durations_ok && i.duration_ns >= 0;
  }
  void on_sent(const MessageRow& m, MatrixView) override {
    add(std::string("sent ") + name_of(m.crossing) + " " + name_of(m.phase) + " " + m.codec +
        numbers({m.step, m.micro_batch, m.rows, m.channels, m.payload_bytes, m.metadata_bytes,
                 m.outlier_bytes, m.descriptor_bytes, m.label_bytes, m.header_bytes, m.escaped_rows,
                 m.passthrough_channels}) +
        " " + std::to_string(m.mean_width) + " " + std::to_string(m.distortion));
  }
  void on_received(Crossing crossing, Phase phase, std::int64_t, MatrixView) override {
    add(std::string("received ") + name_of(crossing) + " " + name_of(phase));
  }
  void on_widths(std::uint32_t step, Crossing crossing, std::span<const std::uint8_t> widths) override {
    std::string line = std::string("widths ") + name_of(crossing) + numbers({step});
    for (const std::uint8_t width : widths) {
      line += numbers({width});
    }
    add(line);
  }
  void on_event(const Event& e) override {
    add("event " + std::to_string(e.warning) + numbers({e.step}) + " " + e.name + ": " + e.message);
  }
  static std::string numbers(std::initializer_list<std::uint64_t> values) {
    std::string text;
    for (const std::uint64_t value : values) {
      text += fmt::format(" {}", value);
    }
    return text;
  }
  void add(std::string line) { lines.push_back(std::move(line)); }

  std::vector<std::string> lines;
  bool durations_ok = true;
};

inline constexpr RequestTimes times = {100, 200, 300};
inline constexpr wire::FrameLimits limits = {.max_rows = 24, .channels = 32, .max_sequences = 2};

// What a client knows of an exchange.
inline ReportContext context_of(const ByteVector& request, const std::optional<ByteVector>& answer) {
  const wire::Frame frame = wire::decode_frame(request, limits);
  ReportContext context;
  context.request = frame.info.crossing;
  context.phase = frame.info.phase;
  context.step = frame.info.step;
  context.micro_batch = frame.info.micro_batch;
  context.answer = answer ? ByteSpan(*answer) : ByteSpan();
  context.max_widths = 32;
  return context;
}

// An exchange as it was, to be replayed and spoilt.
struct Exchange {
  ByteVector request;
  std::optional<ByteVector> answer;
  ByteVector report;
};

// A server half that hears itself through a report, as behind a live link.
struct ReportingChannel : train::Channel {
  ReportingChannel(const TrainSpec& spec, train::Observer& client_observer)
      : observer(client_observer), server(spec, train::tiny_config(), nullptr, reporting) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    Exchange e{frame, server.handle(frame), {}};
    e.report = reporting.take(times, server.gradient_norm());
    const HalfReport half = replay_report(e.report, context_of(frame, e.answer), observer);
    EXPECT_EQ(half.gradient_norm, server.gradient_norm());
    EXPECT_EQ(half.times.answered_ns, 300);
    exchanges.push_back(e);
    return e.answer;
  }
  train::Observer& observer;
  ReportingObserver reporting;
  train::ServerHalf server;
  std::vector<Exchange> exchanges;
};

struct Case {
  const char* name;
  Shape shape;
  const char* activation;
  const char* gradient;
  std::size_t bottom = 1;
};

inline TrainSpec spec_of(const Case& c) {
  TrainSpec spec = train::tiny_spec(c.shape, c.activation, c.gradient);
  spec.accumulation = 2;
  spec.steps = 12;
  spec.split.bottom = c.bottom;
  return spec;
}

inline constexpr const char* amaq = "amaq:start=6,target=3,steps=4";
inline constexpr const char* stochastic = "uniform:bits=8-4,per=token,round=stochastic";

}  // namespace cutlink::session
