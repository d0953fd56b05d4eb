#include "netsim/shape/byte_fifo.h"

namespace cutlink::netsim {

void ByteFifo::push(ByteSpan more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

void ByteFifo::pop(std::size_t count) {
  head_ += count;
  if (head_ >= bytes_.size() - head_) {  // each byte moves at most once on average
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void ByteFifo::clear() {
  bytes_.clear();
  head_ = 0;
}

}  // namespace cutlink::netsim
