// Bytes that wait, first in, first out.
#pragma once

#include "base/byte_io.h"

namespace cutlink::netsim {

class ByteFifo {
 public:
  [[nodiscard]] std::size_t size() const { return bytes_.size() - head_; }
  // The oldest `count` bytes, count <= size(); valid until the next change.
  [[nodiscard]] ByteSpan front(std::size_t count) const { return {bytes_.data() + head_, count}; }
  void push(ByteSpan more);
  void pop(std::size_t count);  // count <= size()
  void clear();

 private:
  ByteVector bytes_;
  std::size_t head_ = 0;
};

}  // namespace cutlink::netsim
