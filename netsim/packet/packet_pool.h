// Buffers of one packet each, reused: the emulator allocates only while its queues grow.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cutlink::netsim {

class PacketPool {
 public:
  explicit PacketPool(std::uint32_t slot_bytes) : slot_bytes_(slot_bytes) {}

  // A free slot's number. Valid until it is given back; its bytes do not move.
  [[nodiscard]] std::uint32_t take() {
    if (free_.empty()) {
      slots_.push_back(std::make_unique<std::uint8_t[]>(slot_bytes_));
      free_.reserve(slots_.size());
      return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void give_back(std::uint32_t slot) {
    assert(slot < slots_.size() && free_.size() < slots_.size());
    free_.push_back(slot);
  }
  [[nodiscard]] std::span<std::uint8_t> bytes(std::uint32_t slot) {
    return {slots_[slot].get(), slot_bytes_};
  }
  [[nodiscard]] std::size_t in_use() const { return slots_.size() - free_.size(); }

 private:
  std::uint32_t slot_bytes_;
  std::vector<std::unique_ptr<std::uint8_t[]>> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace cutlink::netsim
