#include "netsim/shape/shaped_relay.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/steady_now.h"
#include "netsim/emulate/real_time.h"
#include "netsim/emulate/system_call.h"
#include "netsim/shape/loopback_sockets.h"

namespace cutlink::netsim {
namespace {

constexpr std::size_t max_streams = 256;       // two files each
constexpr std::size_t read_bytes = 64 * 1024;  // of one stream, before the others get their turn
constexpr unsigned burst_segments = 64;        // of one direction, likewise
constexpr unsigned busy_segments = 4;          // as many in one round: they come faster than rounds
constexpr std::array both = {Direction::up, Direction::down};

std::size_t index_of(Direction direction) { return static_cast<std::size_t>(direction); }

}  // namespace

ShapedRelay::ShapedRelay(const LinkSpec& link, std::uint64_t seed, std::uint16_t server_port)
    : link_(link, seed),
      server_port_(server_port),
      fast_(std::max(packet_rate(link, Direction::up), packet_rate(link, Direction::down)).bps > fast_bps),
      listener_(listen_on_loopback(port_)),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd")),
      epoch_ns_(steady_now_ns()),
      thread_([this] { loop(); }) {}

ShapedRelay::~ShapedRelay() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  static_cast<void>(::eventfd_write(wake_.number(), 1));
  thread_.join();
  for (auto& [id, stream] : streams_) {
    reset_when_closed(stream.client);
    reset_when_closed(stream.server);
  }
}

ShapedReport ShapedRelay::report() {
  const std::lock_guard lock(mutex_);
  return {.counts = {link_.counts(Direction::up), link_.counts(Direction::down)},
          .lateness = lateness_.summary(),
          .connections = next_id_,
          .real_time = real_time_};
}

Instant ShapedRelay::now() const { return Instant{steady_now_ns() - epoch_ns_}; }

int ShapedRelay::entrance(const Stream& stream, Direction direction) {
  return direction == Direction::up ? stream.client.number() : stream.server.number();
}

int ShapedRelay::exit_of(const Stream& stream, Direction direction) {
  return entrance(stream, reverse(direction));
}

void ShapedRelay::loop() {
  {
    const std::lock_guard lock(mutex_);
    real_time_ = become_punctual();
  }
  for (;;) {
    const std::int64_t start_ns = steady_now_ns();
    unsigned handled = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stop_) {
        return;
      }
      handled = round();
      list_files();
    }
    wait(start_ns, handled);
  }
}

unsigned ShapedRelay::round() {
  accept_all();
  unsigned handled = 0;
  for (const Direction direction : both) {
    handled += deliver(direction);
  }
  handled += read_all();  // last: what was delivered has made room
  for (auto& [id, stream] : streams_) {
    for (const Direction direction : both) {
      write_to(id, stream, direction);
    }
  }
  remove_ended();
  return handled;
}

// Each round another stream is the first to find room.
unsigned ShapedRelay::read_all() {
  unsigned handled = 0;
  auto next = streams_.upper_bound(first_reader_);
  for (std::size_t i = 0; i < streams_.size(); ++i, ++next) {
    if (next == streams_.end()) {
      next = streams_.begin();
    }
    if (i == 0) {
      first_reader_ = next->first;
    }
    for (const Direction direction : both) {
      handled += read_from(next->first, next->second, direction);
    }
  }
  return handled;
}

void ShapedRelay::accept_all() {
  while (streams_.size() < max_streams) {
    OwnedFd client(::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.number() < 0) {
      return;
    }
    bool refused = false;
    OwnedFd server = connect_on_loopback(server_port_, refused);
    send_at_once(client);
    send_at_once(server);
    Stream& stream = streams_[next_id_++];
    stream.client = std::move(client);
    stream.server = std::move(server);
    stream.broken = refused;  // nobody listens there: the client is told by a reset
  }
}

// For a whole segment at least: pieces of one would stay pieces for ever, each with headers of its own.
bool ShapedRelay::has_room(Direction direction) const {
  const std::uint64_t room = link_.room(direction);
  return room >= std::min(link_.segment_bytes(), link_.max_under_way(direction));
}

// A stream whose receiver takes nothing may fill the link once, and then waits without the others' room.
bool ShapedRelay::may_read(const Stream& stream, Direction direction) const {
  const Way& way = stream.ways[index_of(direction)];
  return way.reading && !stream.broken && has_room(direction) &&
         way.under_way.size() < link_.max_under_way(direction);
}

unsigned ShapedRelay::read_from(std::uint64_t id, Stream& stream, Direction direction) {
  if (!may_read(stream, direction)) {
    return 0;
  }
  Way& way = stream.ways[index_of(direction)];
  std::array<std::uint8_t, read_bytes> buffer;
  const auto most =
      static_cast<std::size_t>(std::min({std::uint64_t{read_bytes}, link_.room(direction),
                                         link_.max_under_way(direction) - way.under_way.size()}));
  const auto segment = static_cast<std::size_t>(link_.segment_bytes());
  const std::size_t whole = most > segment ? most - most % segment : most;
  const ssize_t got = ::recv(entrance(stream, direction), buffer.data(), whole, 0);
  if (got < 0 && is_to_be_tried_again()) {
    return 0;
  }
  if (got <= 0) {
    way.reading = false;
    link_.send(direction, id, got == 0 ? ShapedLink::Mark::end : ShapedLink::Mark::reset, now());
    return 1;
  }
  const auto count = static_cast<std::size_t>(got);
  link_.send(direction, id, count, now());
  if (!way.closed) {
    way.under_way.push({buffer.data(), count});
  }
  return static_cast<unsigned>(count / 1448 + 1);
}

unsigned ShapedRelay::deliver(Direction direction) {
  for (unsigned count = 0; count < burst_segments; ++count) {
    const Instant at = now();
    const auto arrival = link_.take(direction, at);
    if (!arrival) {
      return count;
    }
    lateness_.add(at - arrival->due);
    const auto found = streams_.find(arrival->stream);
    if (found == streams_.end()) {
      continue;  // reset meanwhile
    }
    Way& way = found->second.ways[index_of(direction)];
    if (!way.closed) {
      way.arrived += arrival->bytes;
    }
    way.end_arrived = way.end_arrived || arrival->mark == ShapedLink::Mark::end;
    found->second.broken = found->second.broken || arrival->mark == ShapedLink::Mark::reset;
  }
  return burst_segments;
}

void ShapedRelay::write_to(std::uint64_t id, Stream& stream, Direction direction) {
  Way& way = stream.ways[index_of(direction)];
  while (way.arrived > 0 && !stream.broken) {
    const ByteSpan bytes = way.under_way.front(way.arrived);
    const ssize_t taken = ::send(exit_of(stream, direction), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (taken < 0 && is_to_be_tried_again()) {
      return;
    }
    if (taken < 0) {  // that side is gone: the other hears of it after the link's delay
      way.closed = true;
      way.arrived = 0;
      way.under_way.clear();
      stream.ways[index_of(reverse(direction))].reading = false;
      link_.send(reverse(direction), id, ShapedLink::Mark::reset, now());
      return;
    }
    way.under_way.pop(static_cast<std::size_t>(taken));
    way.arrived -= static_cast<std::size_t>(taken);
  }
  if (way.end_arrived && !way.closed && way.arrived == 0) {
    way.closed = true;
    static_cast<void>(::shutdown(exit_of(stream, direction), SHUT_WR));
  }
}

void ShapedRelay::remove_ended() {
  std::erase_if(streams_, [](const auto& item) {
    const Stream& stream = item.second;
    if (stream.broken) {
      reset_when_closed(stream.client);
      reset_when_closed(stream.server);
    }
    return stream.broken || std::all_of(stream.ways.begin(), stream.ways.end(),
                                        [](const Way& way) { return way.closed && way.end_arrived; });
  });
}

// Only what can be acted on is waited for: poll() would return at once for the rest.
void ShapedRelay::list_files() {
  files_.clear();
  files_.push_back({wake_.number(), POLLIN, 0});
  if (streams_.size() < max_streams) {
    files_.push_back({listener_.number(), POLLIN, 0});
  }
  for (const auto& [id, stream] : streams_) {
    for (const Direction direction : both) {
      const bool in = may_read(stream, direction);
      const bool out = stream.ways[index_of(reverse(direction))].arrived > 0;
      if (in || out) {
        files_.push_back(
            {entrance(stream, direction), static_cast<short>((in ? POLLIN : 0) | (out ? POLLOUT : 0)), 0});
      }
    }
  }
}

void ShapedRelay::wait(std::int64_t round_start_ns, unsigned handled) {
  if (fast_ && handled >= busy_segments) {
    sleep_until(round_start_ns + fast_quantum_ns);
    return;
  }
  const Instant wake = link_.next_wake();  // only this thread moves the link
  const timespec timeout = wake == never ? timespec{} : to_timespec(std::max((wake - now()).count(), 0L));
  ::ppoll(files_.data(), files_.size(), wake == never ? nullptr : &timeout, nullptr);
}

}  // namespace cutlink::netsim
