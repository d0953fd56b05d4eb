#include "session/live_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/units.h"
#include "session/restore_needed.h"

namespace cutlink::session {

namespace {

using wire::ConnectionLost;
using wire::MessageType;

constexpr std::chrono::nanoseconds first_pause = std::chrono::milliseconds(20);
constexpr std::chrono::nanoseconds longest_pause = std::chrono::seconds(5);
constexpr int most_silent = 5;  // connections without TLS, closed before a word of the greeting
constexpr int clock_readings = 8;
constexpr auto clock_valid = std::chrono::seconds(30);  // quartz drifts by some 20 us/s: below 1 ms

void sleep_unless_interrupted(std::chrono::nanoseconds time) {
  constexpr std::chrono::nanoseconds slice = std::chrono::milliseconds(20);
  const auto until = std::chrono::steady_clock::now() + time;
  for (auto left = time; left.count() > 0 && !interrupted();
       left = until - std::chrono::steady_clock::now()) {
    std::this_thread::sleep_for(std::min(slice, left));
  }
}

}  // namespace

LiveSession::LiveSession(const LiveOptions& options, ByteVector agreement, Tell tell)
    : options_(options), agreement_(std::move(agreement)), tell_(std::move(tell)) {
  options_.connect.cancelled = interrupted;
}

LiveSession::~LiveSession() = default;

void LiveSession::reach() {
  try {
    connect();
  } catch (const ConnectionLost& lost) {
    if (interrupted()) {
      throw Interrupted(lost.what());
    }
    const std::optional<std::string> why = options_.ended ? options_.ended() : std::nullopt;
    run_error(why ? *why : fmt::format("{} (is `cutlink serve` running there?)", lost.what()));
  }
}

void LiveSession::begin() {
  mend([] {});
}

void LiveSession::drop() {
  if (connection_) {
    const wire::SocketCount count = connection_->count();
    earlier_.sent_bytes += count.sent_bytes;
    earlier_.received_bytes += count.received_bytes;
    earlier_.retransmitted_bytes += count.retransmitted_bytes;
  }
  connection_.reset();
}

void LiveSession::connect() {
  drop();
  const auto make = [this] { connection_ = std::make_unique<wire::ClientConnection>(options_.connect); };
  try {
    options_.inside ? options_.inside(make) : make();
  } catch (const Error& error) {
    // The address was good before: where the network is away, so are its names.
    if (error.kind() == ErrorKind::peer || (described_.empty() && !options_.patient)) {
      throw;
    }
    throw ConnectionLost(error.what());
  }
  described_ = connection_->describe();
}

wire::Received LiveSession::receive(MessageType type, std::uint64_t number) {
  // What belongs to a step is waited for, also where a person asked to stop; a greeting only for a moment.
  wire::Received received = connection_->receive(limit_, type == MessageType::welcome);
  if (received.envelope.type != type || received.envelope.number != number) {
    peer_error(fmt::format("{} sent {} {} where {} {} was expected", described_,
                           wire::name_of(received.envelope.type), received.envelope.number,
                           wire::name_of(type), number));
  }
  return received;
}

// Goes on with the session, or begins it.
void LiveSession::open() {
  if (!connection_) {
    connect();
  }
  wire::Hello hello;
  hello.kind = open_ ? wire::Hello::Kind::continues : beginning_;
  hello.token = token_;
  hello.step = hello.kind == wire::Hello::Kind::restores ? restore_step_ : 0;
  hello.agreement = agreement_;
  const ByteVector body = wire::write_hello(hello);
  const ByteSpan part = body;
  limit_ = wire::greeting_limit;
  connection_->send(MessageType::hello, 0, {&part, 1});
  const wire::Welcome welcome = wire::read_welcome(receive(MessageType::welcome, 0).body);
  server_ = welcome.server;
  if (!welcome.alive) {
    throw RestoreNeeded(welcome.checkpoints);
  }
  if (open_ && welcome.answered != number_ && welcome.answered + 1 != number_) {
    peer_error(fmt::format("{} answered request {} last, ours is {}: not the session that we left",
                           described_, welcome.answered, number_));
  }
  if (!open_ && beginning_ == wire::Hello::Kind::fresh) {
    token_ = welcome.token;
  }
  limit_ = welcome.cap;
  open_ = true;
  read_clocks();
}

// The reading with the shortest way there and back has the least to be wrong by: half of it.
void LiveSession::read_clocks() {
  std::int64_t shortest = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < clock_readings; ++i) {
    wire::ClockReading asked;
    asked.sent_ns = std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
    const ByteVector body = wire::write_clock(asked, MessageType::clock);
    const ByteSpan part = body;
    connection_->send(MessageType::clock, 0, {&part, 1});
    const wire::Received received = receive(MessageType::clock_is, 0);
    const wire::ClockReading read = wire::read_clock(received.body, MessageType::clock_is);
    const std::int64_t away = (received.last_byte_ns - asked.sent_ns) - (read.departed_ns - read.arrived_ns);
    if (away < shortest) {
      shortest = away;
      clock_offset_ns_ = (read.arrived_ns - asked.sent_ns + read.departed_ns - received.last_byte_ns) / 2;
    }
  }
  clock_read_ = Clock::now();
}

void LiveSession::stays_away(const std::string& why) const {
  const std::optional<std::string> ended = options_.ended ? options_.ended() : std::nullopt;
  run_error(fmt::format("{}; {}", ended ? *ended : why,
                        has_begun() ? "everything so far is kept, to go on from (`cutlink run` with --resume)"
                                    : "nothing was touched here"));
}

bool LiveSession::has_begun() const {
  return open_ || beginning_ == wire::Hello::Kind::restores || options_.patient;
}

// Calls `attempt` until no connection breaks under it.
void LiveSession::patiently(const std::function<void(bool)>& attempt) {
  Clock::time_point give_up{};  // counts from the loss: a request itself may take longer
  std::chrono::nanoseconds pause = first_pause;
  int silent = 0;
  for (bool lost_once = false, told = false;;) {
    std::string why;
    bool unheard = false;
    try {
      return attempt(told);
    } catch (const ConnectionLost& lost) {
      why = lost.what();
      const bool plain = !options_.connect.key && !options_.connect.certificates;
      unheard = plain && !open_ && connection_ && connection_->count().received_bytes == 0 &&
                !lost.passed_a_deadline();
    } catch (const wire::Refused& refused) {
      // A run that had begun gave its room up when its connection or its server went: it waits for another.
      if (refused.code() != wire::RefusalCode::busy || !has_begun()) {
        throw;
      }
      why = refused.what();
    }
    drop();
    silent = unheard ? silent + 1 : 0;
    if (silent == most_silent) {
      peer_error(
          fmt::format("{}:{}: the server closes every connection without a word, as one that wants TLS "
                      "does (give this client's --key or --certificate)",
                      options_.connect.host, options_.connect.port));
    }
    // Not the first time, in a run that has begun: the step at hand may still be finished.
    if ((lost_once || !open_) && interrupted()) {
      throw Interrupted(why);
    }
    if (!told && !unheard) {  // what the silence means is told in one line, above
      tell_(true, "connection_lost", why + ": trying again");
      told = true;
    }
    if (!lost_once) {
      lost_once = true;
      give_up = Clock::now() + std::chrono::nanoseconds(options_.give_up);
    }
    if (Clock::now() + pause > give_up || (options_.ended && options_.ended())) {
      stays_away(why);
    }
    sleep_unless_interrupted(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

// The same with the session open.
void LiveSession::mend(const std::function<void()>& attempt) {
  patiently([&](bool lost_once) {
    if (!connection_ || !open_) {
      open();
      if (lost_once) {
        tell_(false, "connection_back", fmt::format("{} is back", described_));
      }
    } else if (Clock::now() - clock_read_ > clock_valid) {
      read_clocks();
    }
    attempt();
  });
}

void LiveSession::restore(const wire::Token& token, std::uint32_t step) {
  token_ = token;
  beginning_ = wire::Hello::Kind::restores;
  restore_step_ = step;
  mend([] {});
}

LiveSession::Exchange LiveSession::request(MessageType type, ByteSpan body, MessageType expected,
                                           bool numbered) {
  mend([] {});  // the session is open before its first request gets a number
  const std::uint64_t number = numbered ? ++number_ : 0;
  Exchange exchange;
  bool again = false;
  mend([&] {
    if (again) {
      repeated_bytes_ += wire::envelope_bytes + body.size();
    }
    again = true;
    exchange.sent_ns = connection_->send(type, number, {&body, 1}).begin_ns;
    exchange.received = receive(expected, number);
  });
  return exchange;
}

void LiveSession::say_goodbye(bool finished) {
  if (!connection_ || !open_) {
    return;
  }
  try {
    const ByteVector body = wire::write_goodbye(finished);
    const ByteSpan part = body;
    connection_->send(MessageType::goodbye, 0, {&part, 1});
  } catch (const ConnectionLost&) {
    // The server lets a session go by itself after a while.
  }
}

SocketBytes LiveSession::socket_bytes() const {
  const wire::SocketCount now = connection_ ? connection_->count() : wire::SocketCount{};
  return {earlier_.sent_bytes + now.sent_bytes, earlier_.received_bytes + now.received_bytes, repeated_bytes_,
          earlier_.retransmitted_bytes + now.retransmitted_bytes};
}

}  // namespace cutlink::session
