// A server with a tiny model, spoken to directly: no sockets, no threads.
#pragma once

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/llama/llama.h"
#include "session/adapter_bytes.h"
#include "session/report_reader.h"
#include "session/report_writer.h"
#include "session/session_server.h"
#include "train/agreement.h"
#include "train/half_fixture.h"
#include "wire/frame/frame.h"

namespace cutlink::session {

// Refused by the server, with its code.
struct RefusedHere : std::runtime_error {
  explicit RefusedHere(wire::Refusal said) : std::runtime_error(said.text), refusal(std::move(said)) {}
  wire::Refusal refusal;
};

// What travels as one message, in one piece.
struct Whole {
  wire::MessageType type;
  std::uint64_t number = 0;
  ByteVector body;
  bool close = false;
  std::uint32_t new_limit = 0;
};

// A client half's end of a session, as a live one does it: requests get numbers, answers are replayed.
class DirectClient : public train::Channel {
 public:
  DirectClient(std::unique_ptr<SessionServer>& server, const train::Agreement& agreed, train::Observer& hears,
               std::string key = "")
      : agreement(agreed), server_(server), observer_(hears), identity(std::move(key)) {
    connect();
  }

  void connect() {
    static wire::ConnectionId last = 0;
    connection = ++last;
  }
  void close() { server_->on_closed(connection); }

  // None where the server said nothing.
  std::optional<Whole> send(wire::MessageType type, std::uint64_t frame_number, const ByteVector& body) {
    const wire::Arrival arrival = {connection, identity, "test", 10, 20};
    wire::Envelope envelope;
    envelope.type = type;
    envelope.body_bytes = static_cast<std::uint32_t>(body.size());
    envelope.number = frame_number;
    std::optional<wire::Reply> reply = server_->on_message(arrival, envelope, body);
    if (!reply) {
      return std::nullopt;
    }
    Whole whole{reply->type, reply->number, {}, reply->close, reply->new_limit};
    for (const auto& part : reply->parts) {
      whole.body.insert(whole.body.end(), part->begin(), part->end());
    }
    return whole;
  }
  // The answer's body; a refusal is thrown, after the connection is closed.
  ByteVector request(wire::MessageType type, std::uint64_t frame_number, const ByteVector& body,
                     wire::MessageType expected) {
    const std::optional<Whole> whole = send(type, frame_number, body);
    if (!whole) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    if (whole->type == wire::MessageType::refusal) {
      EXPECT_TRUE(whole->close);
      close();
      throw RefusedHere(wire::read_refusal(whole->body));
    }
    EXPECT_EQ(whole->type, expected);
    EXPECT_EQ(whole->number, frame_number);
    return whole->body;
  }

  wire::Welcome hello(wire::Hello::Kind kind, std::uint32_t step = 0) {
    wire::Hello hello;
    hello.kind = kind;
    hello.token = kind == wire::Hello::Kind::fresh ? wire::Token{} : token;
    hello.step = step;
    hello.agreement = train::write_agreement(agreement);
    const wire::Welcome welcome = wire::read_welcome(
        request(wire::MessageType::hello, 0, wire::write_hello(hello), wire::MessageType::welcome));
    if (welcome.alive) {
      token = welcome.token;
      number = kind == wire::Hello::Kind::continues ? number : 0;
    }
    return welcome;
  }

  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    if (before_request) {
      before_request();
    }
    ++number;
    const ByteVector body = request(wire::MessageType::frame, number, frame, wire::MessageType::answer);
    const wire::Answer answer = wire::read_answer(body);
    const wire::FrameLimits limits = {.max_rows = agreement.spec.batch * agreement.spec.max_length,
                                      .channels = 32,
                                      .max_sequences = agreement.spec.batch};
    const wire::Frame sent = wire::decode_frame(frame, limits);
    ReportContext context;
    context.request = sent.info.crossing;
    context.phase = sent.info.phase;
    context.step = sent.info.step;
    context.micro_batch = sent.info.micro_batch;
    context.answer = answer.frame;
    context.max_widths = 32;
    static_cast<void>(replay_report(answer.report, context, observer_));
    if (after_answer) {
      after_answer();
    }
    if (answer.frame.empty()) {
      return std::nullopt;
    }
    return ByteVector(answer.frame.begin(), answer.frame.end());
  }

  void save(std::uint32_t step) {
    const ByteVector body =
        request(wire::MessageType::save, 0, wire::write_step(step), wire::MessageType::saved);
    EXPECT_EQ(wire::read_step(body), step);
  }
  [[nodiscard]] train::Weights adapters() {
    train::Weights weights;
    train::add_weights(
        weights, read_adapters(request(wire::MessageType::adapters, 0, {}, wire::MessageType::adapters_are)));
    return weights;
  }
  void goodbye(bool finished) {
    EXPECT_FALSE(send(wire::MessageType::goodbye, 0, wire::write_goodbye(finished)).has_value());
    close();
  }

  train::Agreement agreement;
  wire::ConnectionId connection = 0;
  wire::Token token{};
  std::uint64_t number = 0;
  std::function<void()> before_request, after_answer;

 private:
  std::unique_ptr<SessionServer>& server_;
  train::Observer& observer_;

 public:
  std::string identity;
};

class SessionFixture : public testing::Test {
 protected:
  void SetUp() override {
    directory = std::filesystem::temp_directory_path() / ("cutlink_session_" + std::to_string(getpid()));
    std::filesystem::remove_all(directory);
    // Stored as bf16, computed in fp32: so sessions share converted weights.
    const model::Llama whole(train::tiny_config(), nullptr,
                             {.embedding = true, .head = true, .bottom_begin = 0, .bottom_end = 4},
                             DType::f32, model::Training::none, {}, 3);
    model::save_pretrained(whole, directory / "tiny", model::StoredType::bf16);
    checkpoint = std::make_unique<model::Checkpoint>(directory / "tiny");
    config = model::load_config(directory / "tiny");
    options.models = {directory / "tiny"};
    options.state = directory / "state";
    options.threads = 1;
    at::set_num_threads(1);  // of the client's half, and of what is computed to compare with
    start();
  }
  void TearDown() override {
    server.reset();
    std::filesystem::remove_all(directory);
  }
  // As a new process would: all that was in memory is gone.
  void start() {
    server.reset();
    server = std::make_unique<SessionServer>(options, [this](const std::string& line) {
      log.push_back(line);
      EXPECT_EQ(line.find('\n'), std::string::npos);
    });
  }
  [[nodiscard]] train::Agreement agree(const train::TrainSpec& spec) const {
    return {train::digest_of(config, *checkpoint), spec};
  }

  std::filesystem::path directory;
  ServeOptions options;
  std::unique_ptr<SessionServer> server;
  std::unique_ptr<model::Checkpoint> checkpoint;
  model::LlamaConfig config;
  std::vector<std::string> log;
  train::Observer silent;
};

constexpr const char* session_amaq = "amaq:start=6,target=3,steps=4";
constexpr const char* session_gradient = "uniform:bits=8-4,per=token,round=stochastic";

// What a run is judged by.
struct Outcome {
  std::vector<double> losses;
  ByteVector client;  // the half's whole state
  train::Weights server_adapters;
  bool operator==(const Outcome&) const = default;
};

[[nodiscard]] inline double train_one(train::ClientHalf& client, const train::TrainSpec& spec,
                                      std::uint32_t step, train::Channel& channel) {
  return client.train_step(step, train::tiny_batches(step, spec.accumulation), channel).loss.loss_sum;
}
[[nodiscard]] inline double evaluate_all(train::ClientHalf& client, std::uint32_t steps,
                                         train::Channel& channel) {
  const std::vector<train::Batch> held_out = train::tiny_batches(99, 2);
  return client.evaluate(steps, held_out, true, channel).loss_sum +
         client.evaluate(steps, held_out, false, channel).loss_sum;
}

// Both halves in this process, with a plain call between. Run once for an agreement and kept.
[[nodiscard]] inline const Outcome& run_alone(const train::TrainSpec& spec, const model::LlamaConfig& config,
                                              const model::Checkpoint& checkpoint) {
  static std::map<std::string, Outcome> known;
  const ByteVector agreed = train::write_agreement({train::digest_of(config, checkpoint), spec});
  const auto [entry, is_new] = known.try_emplace(std::string(agreed.begin(), agreed.end()));
  Outcome& outcome = entry->second;
  if (!is_new) {
    return outcome;
  }
  train::Observer silent;
  train::ClientHalf client(spec, config, &checkpoint, silent);
  train::ServerHalf server(spec, config, &checkpoint, silent);
  train::DirectChannel channel(server);
  for (std::uint32_t step = 0; step < spec.steps; ++step) {
    outcome.losses.push_back(train_one(client, spec, step, channel));
  }
  outcome.losses.push_back(evaluate_all(client, spec.steps, channel));
  outcome.client = train::saved(client);
  train::add_weights(outcome.server_adapters, server.adapters());
  return outcome;
}

[[nodiscard]] inline train::TrainSpec session_spec(train::SplitSpec::Shape shape, std::uint64_t seed = 7) {
  train::TrainSpec spec = train::tiny_spec(shape, session_amaq, session_gradient);
  spec.seed = seed;
  spec.steps = 6;
  spec.accumulation = 2;
  return spec;
}

}  // namespace cutlink::session
