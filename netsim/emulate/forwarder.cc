#include "netsim/emulate/forwarder.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "base/steady_now.h"
#include "netsim/emulate/real_time.h"
#include "netsim/emulate/system_call.h"

namespace cutlink::netsim {
namespace {

constexpr unsigned burst_packets = 64;  // of one direction, before the other and what is due get their turn
constexpr unsigned busy_packets = 4;    // as many in one round: packets come faster than rounds

}  // namespace

Forwarder::Forwarder(Settings settings,
                     const std::function<std::unique_ptr<PacketPath>(PacketPool&)>& make_path)
    : settings_(std::move(settings)),
      pool_(settings_.mtu),
      path_(make_path(pool_)),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd")),
      epoch_ns_(steady_now_ns()),
      thread_([this] { loop(); }) {}

Forwarder::~Forwarder() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  static_cast<void>(::eventfd_write(wake_.number(), 1));
  thread_.join();
}

ForwarderReport Forwarder::report() {
  std::unique_lock lock(mutex_);
  report_wanted_ = true;
  static_cast<void>(::eventfd_write(wake_.number(), 1));
  answered_.wait(lock, [this] { return !report_wanted_; });
  return report_;
}

Instant Forwarder::now() const { return Instant{steady_now_ns() - epoch_ns_}; }

int Forwarder::entrance(Direction direction) const {
  return direction == Direction::up ? settings_.client_tun.number() : settings_.server_tun.number();
}

void Forwarder::loop() {
  real_time_ = become_punctual();
  for (;;) {
    const Instant round_start = now();
    unsigned handled = 0;
    for (const Direction direction : {Direction::up, Direction::down}) {
      handled += read_packets(direction);
    }
    for (const Direction direction : {Direction::up, Direction::down}) {
      handled += release_packets(direction);
    }
    answer_requests();
    {
      const std::lock_guard lock(mutex_);
      if (stop_) {
        return;
      }
    }
    wait(round_start, handled);
  }
}

unsigned Forwarder::read_packets(Direction direction) {
  for (unsigned count = 0; count < burst_packets; ++count) {
    const std::uint32_t slot = pool_.take();
    const auto bytes = pool_.bytes(slot);
    const ssize_t length = ::read(entrance(direction), bytes.data(), bytes.size());
    if (length <= 0) {  // none left, or the device is going down
      pool_.give_back(slot);
      return count;
    }
    path_->offer(direction, {slot, static_cast<std::uint32_t>(length)}, now());
  }
  return burst_packets;
}

unsigned Forwarder::release_packets(Direction direction) {
  const int exit = entrance(reverse(direction));
  for (unsigned count = 0; count < burst_packets; ++count) {
    const Instant at = now();
    const auto release = path_->take(direction, at);
    if (!release) {
      return count;
    }
    lateness_.add(at - release->due);
    const auto bytes = pool_.bytes(release->packet.slot).first(release->packet.bytes);
    if (::write(exit, bytes.data(), bytes.size()) < 0) {
      ++device_drops_[static_cast<std::size_t>(direction)];
    }
    pool_.give_back(release->packet.slot);
  }
  return burst_packets;
}

void Forwarder::wait(Instant round_start, unsigned handled) {
  if (settings_.quantum > Nanoseconds::zero() && handled >= busy_packets) {
    sleep_until(epoch_ns_ + (round_start + settings_.quantum).count());
    return;
  }
  const Instant wake = path_->next_wake();
  if (wake != never && wake <= now()) {
    return;
  }
  std::array<pollfd, 3> files{pollfd{settings_.client_tun.number(), POLLIN, 0},
                              pollfd{settings_.server_tun.number(), POLLIN, 0},
                              pollfd{wake_.number(), POLLIN, 0}};
  const timespec timeout = wake == never ? timespec{} : to_timespec(std::max((wake - now()).count(), 0L));
  ::ppoll(files.data(), files.size(), wake == never ? nullptr : &timeout, nullptr);
  if ((files[2].revents & POLLIN) != 0) {
    eventfd_t ignored = 0;
    static_cast<void>(::eventfd_read(wake_.number(), &ignored));
  }
}

void Forwarder::answer_requests() {
  const std::lock_guard lock(mutex_);
  if (!report_wanted_) {
    return;
  }
  report_ = {.counts = {path_->counts(Direction::up), path_->counts(Direction::down)},
             .device_drops = device_drops_,
             .lateness = lateness_.summary(),
             .real_time = real_time_};
  report_wanted_ = false;
  answered_.notify_all();
}

}  // namespace cutlink::netsim
