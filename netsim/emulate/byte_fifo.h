// Bytes that wait, first in, first out.
#pragma once

#include "base/byte_io.h"

namespace cutlink::netsim {

class ByteFifo {
 public:
  [[nodiscard]] std::size_t size() const { return bytes_.size() - head_; }
  // The oldest `count` bytes, count <= size(); valid until the next change.
  [[nodiscard]] ByteSpan front(std::size_t count) const { return {bytes_.data() + head_, count}; }
  void push(ByteSpan more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }
  void pop(std::size_t count) {
    head_ += count;
    if (head_ >= bytes_.size() - head_) {  // each byte moves at most once on average
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }
  void clear() {
    bytes_.clear();
    head_ = 0;
  }

 private:
  ByteVector bytes_;
  std::size_t head_ = 0;
};

}  // namespace cutlink::netsim
