#include "worlds/live_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "session/adapter_bytes.h"
#include "session/report_reader.h"
#include "wire/frame/frame.h"

namespace cutlink::worlds {

namespace {

using wire::MessageType;

}  // namespace

wire::Token session_in(const train::StoredCheckpoint& stored) {
  const auto found = stored.blobs.find("session");
  if (found == stored.blobs.end()) {
    usage_error(
        fmt::format("{}: no name of the server's session (start again with --force)", stored.path.string()));
  }
  ByteReader in(found->second, stored.path.string() + "/session", ErrorKind::usage);
  const auto token = in.get<wire::Token>();
  in.expect_end();
  return token;
}

struct LiveWorld::State : public train::Channel {
  State(std::unique_ptr<session::LiveSession> with, std::size_t widths, train::Observer& hears)
      : session_owner(std::move(with)), session(*session_owner), max_widths(widths), observer(hears) {
    session.tell_to([this](bool warning, const char* name, const std::string& message) {
      observer.on_event({warning, step, name, message});
    });
  }

  std::optional<ByteVector> exchange(const ByteVector& frame) override;

  std::unique_ptr<session::LiveSession> session_owner;
  session::LiveSession& session;
  std::size_t max_widths;
  train::Observer& observer;
  std::uint32_t step = 0;  // of the last frame, for events
  double gradient_norm = 0.0;
  std::vector<Transfer> transfers;
  SocketBytes taken;  // told so far
};

std::optional<ByteVector> LiveWorld::State::exchange(const ByteVector& frame) {
  const wire::FrameInfo sent = wire::peek_frame(frame);
  step = sent.step;
  const auto [received, sent_ns] = session.request(MessageType::frame, frame, MessageType::answer, true);
  const wire::Answer answer = wire::read_answer(received.body);
  session::ReportContext context;
  context.request = sent.crossing;
  context.phase = sent.phase;
  context.step = sent.step;
  context.micro_batch = sent.micro_batch;
  context.answer = answer.frame;
  context.max_widths = max_widths;
  const session::HalfReport report = session::replay_report(answer.report, context, observer);
  gradient_norm = report.gradient_norm;

  const std::int64_t offset = session.clock_offset_ns();
  const auto add = [&](Crossing crossing, std::int64_t duration_ns) {
    transfers.push_back({crossing, std::max<std::int64_t>(duration_ns, 0)});
  };
  add(context.request, report.times.last_byte_ns - offset - sent_ns);
  if (answer.frame.empty()) {
    return std::nullopt;
  }
  add(wire::peek_frame(answer.frame).crossing, received.last_byte_ns - (report.times.answered_ns - offset));
  return ByteVector(answer.frame.begin(), answer.frame.end());
}

LiveWorld::LiveWorld(std::unique_ptr<session::LiveSession> session, std::size_t max_widths,
                     train::Observer& observer)
    : state_(std::make_unique<State>(std::move(session), max_widths, observer)) {}

LiveWorld::~LiveWorld() = default;

train::Channel& LiveWorld::channel() { return *state_; }
double LiveWorld::server_gradient_norm() const { return state_->gradient_norm; }
Peer LiveWorld::describe() const { return {state_->session.describe(), state_->session.server()}; }

void LiveWorld::save(std::uint32_t step, train::StateBlobs& blobs) {
  session::LiveSession& session = state_->session;
  const ByteVector body = wire::write_step(step);
  const session::LiveSession::Exchange exchange =
      session.request(MessageType::save, body, MessageType::saved, false);
  if (wire::read_step(exchange.received.body) != step) {
    peer_error(session.describe() + " saved another step than was asked for");
  }
  ByteWriter out(blobs["session"]);
  out.put(session.token());
}

void LiveWorld::restore(const train::StoredCheckpoint& stored) {
  state_->step = stored.step;
  state_->session.restore(session_in(stored), stored.step);
}

std::vector<model::NamedParameter> LiveWorld::server_adapters() {
  return session::read_adapters(
      state_->session.request(MessageType::adapters, {}, MessageType::adapters_are, false).received.body);
}

std::vector<Transfer> LiveWorld::take_transfers() { return std::exchange(state_->transfers, {}); }

std::optional<SocketBytes> LiveWorld::take_socket_bytes() {
  const SocketBytes all = state_->session.socket_bytes();
  const SocketBytes before = std::exchange(state_->taken, all);
  return SocketBytes{all.up_bytes - before.up_bytes, all.down_bytes - before.down_bytes,
                     all.repeated_bytes - before.repeated_bytes,
                     all.retransmitted_bytes - before.retransmitted_bytes};
}

void LiveWorld::leave(bool finished) { state_->session.say_goodbye(finished); }

}  // namespace cutlink::worlds
