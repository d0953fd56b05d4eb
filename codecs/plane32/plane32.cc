#include "codecs/plane32/plane32.h"

#include <cassert>

#include "codecs/plane32/planes.h"

namespace cutlink::codecs::plane32 {

void pack(std::span<const std::uint8_t> q, std::size_t tokens, std::span<const std::uint8_t> widths,
          ByteVector& out) {
  assert(q.size() == tokens * widths.size());
  const Planes planes(widths, tokens);
  const std::size_t begin = out.size();
  out.resize(begin + planes.bytes());
  store_all(planes, out.data() + begin,
            [&](std::size_t t, std::size_t first, std::size_t count, std::uint8_t* row) {
              const std::uint8_t* from = q.data() + t * widths.size() + first;
              for (std::size_t c = 0; c < count; ++c) {
                row[c] =
                    static_cast<std::uint8_t>(static_cast<unsigned>(from[c]) << (8U - widths[first + c]));
              }
            });
}

void unpack(ByteSpan in, std::size_t tokens, std::span<const std::uint8_t> widths,
            std::span<std::uint8_t> q) {
  assert(q.size() == tokens * widths.size());
  const Planes planes(widths, tokens);
  assert(in.size() == planes.bytes());
  load_all(planes, in.data(),
           [&](std::size_t t, std::size_t first, std::size_t count, const std::uint8_t* row) {
             std::uint8_t* to = q.data() + t * widths.size() + first;
             for (std::size_t c = 0; c < count; ++c) {
               to[c] = static_cast<std::uint8_t>(row[c] >> (8U - widths[first + c]));
             }
           });
}

}  // namespace cutlink::codecs::plane32
