#include "netsim/wifi/airtime.h"

#include <algorithm>
#include <cassert>

#include "netsim/wifi/ampdu.h"
#include "netsim/wifi/contention.h"

namespace cutlink::netsim {
namespace {

constexpr double backoff_slots_alone = 7.5;    // E[U{0..15}]
constexpr double backoff_slots_of_two = 4.84;  // E[min of two U{0..15}]
constexpr double collision_chance = 1.0 / 16.0;
constexpr double backoff_slots_retry = 15.5;  // E[U{0..31}]

constexpr Micros backoff_alone = backoff_slots_alone * slot;
constexpr Micros backoff_of_two = backoff_slots_of_two * slot;
constexpr Micros ack_backoff = 0.5 * (backoff_alone + backoff_of_two);

Micros block_ack_time() { return control_frame_time(block_ack_bytes); }

// A frame that met another: the time until the retry starts.
Micros collision_time(bool rts_cts, Micros frame) {
  const Micros missed = sifs + block_ack_time() + aifs;
  if (rts_cts) {
    return control_frame_time(rts_bytes) + missed;
  }
  return frame + missed + control_frame_time(block_ack_request_bytes) + missed + backoff_slots_retry * slot;
}

}  // namespace

WifiAirtime::WifiAirtime(const WifiLinkSpec& spec, const Segmenting& segmenting)
    : segmenting_(segmenting),
      phy_(spec),
      packets_(ampdu_packets(spec, phy_, segmenting.packet_size())),
      overhead_(aifs + sifs + block_ack_time()) {
  if (spec.rts_cts) {
    overhead_ += control_frame_time(rts_bytes) + control_frame_time(cts_bytes) + 2 * sifs;
  }
  const std::uint64_t payload = packets_ * segmenting_.payload;
  const Micros frame = data_frame(payload);
  const Micros collision = collision_time(spec.rts_cts, frame);
  if (segmenting_.acks) {
    const double share = ack_exchange_share();
    const auto acks = static_cast<std::uint64_t>(static_cast<double>(packets_) /
                                                 static_cast<double>(segments_per_ack) / share);
    const Micros ack_exchange = overhead_ + phy_.frame_time(acks * subframe_bytes(tcp_ip_header_bytes));
    cycle_ = overhead_ + frame + backoff_of_two + share * (ack_exchange + ack_backoff) +
             share * collision_chance / (1.0 - collision_chance) * collision;
  } else {
    cycle_ = overhead_ + frame + backoff_alone;
  }
  if (spec.contenders > 0) {
    // All stations send full frames. The flow's share lies between 1/(m+1), where its ACK station wins no
    // turn, and 1/(m+2), where it wins as many as any: the mean of the two. Without ACKs it is 1/(m+1).
    const Micros per_success = mean_time_per_success(spec.contenders + 1, overhead_ + frame, collision);
    const double stations = spec.contenders + 1.0;
    const double flow_share =
        segmenting_.acks ? 0.5 * (1.0 / stations + 1.0 / (stations + 1.0)) : 1.0 / stations;
    const Micros alone = cycle_;
    cycle_ = per_success / flow_share;
    access_wait_ = std::max(cycle_ - alone, Micros{0.0});
  }
}

Micros WifiAirtime::data_frame(std::uint64_t payload) const {
  assert(payload > 0 && payload <= packets_ * segmenting_.payload);
  const std::uint64_t full = payload / segmenting_.payload;
  const std::uint64_t rest = payload % segmenting_.payload;
  std::uint64_t bytes = full * subframe_bytes(segmenting_.packet_size());
  if (rest > 0) {
    bytes += subframe_bytes(rest + segmenting_.header);
  }
  return phy_.frame_time(bytes);
}

Micros WifiAirtime::data_and_ack(std::uint64_t payload) const {
  Micros time = overhead_ + data_frame(payload) + backoff_of_two;
  if (segmenting_.acks) {
    const std::uint64_t acks = segmenting_.acks_for(payload);
    time += overhead_ + phy_.frame_time(acks * subframe_bytes(tcp_ip_header_bytes)) + ack_backoff;
  }
  return time;
}

Micros WifiAirtime::frame_tail() const { return sifs + block_ack_time() + aifs; }

}  // namespace cutlink::netsim
