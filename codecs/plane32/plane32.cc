#include "codecs/plane32/plane32.h"

#include <cassert>
#include <cstring>

#include "codecs/plane32/planes.h"

namespace cutlink::codecs::plane32 {

void pack(std::span<const std::uint8_t> q, std::size_t tokens, std::span<const std::uint8_t> widths,
          ByteVector& out) {
  assert(q.size() == tokens * widths.size());
  const Planes planes(widths, tokens);
  const std::size_t begin = out.size();
  out.resize(begin + planes.bytes());
  Tile symbols;
  for (std::size_t block = 0; block < planes.blocks(); ++block) {
    for (std::size_t tile = 0; tile < planes.tiles(); ++tile) {
      const std::size_t first = tile * tile_channels;
      const std::size_t channels = planes.channels_of(tile);
      for (std::size_t t = 0; t < block_tokens; ++t) {
        std::uint8_t* __restrict row = symbols.row(t);
        if (t >= planes.tokens_of(block)) {
          std::memset(row, 0, channels);
          continue;
        }
        const std::uint8_t* __restrict from = q.data() + (block * block_tokens + t) * widths.size() + first;
        for (std::size_t c = 0; c < channels; ++c) {
          row[c] = static_cast<std::uint8_t>(static_cast<unsigned>(from[c]) << (8U - widths[first + c]));
        }
      }
      planes.store(symbols, block, tile, out.data() + begin);
    }
  }
}

void unpack(ByteSpan in, std::size_t tokens, std::span<const std::uint8_t> widths,
            std::span<std::uint8_t> q) {
  assert(q.size() == tokens * widths.size());
  const Planes planes(widths, tokens);
  assert(in.size() == planes.bytes());
  Tile symbols;
  for (std::size_t block = 0; block < planes.blocks(); ++block) {
    for (std::size_t tile = 0; tile < planes.tiles(); ++tile) {
      planes.load(in.data(), block, tile, symbols);
      const std::size_t first = tile * tile_channels;
      for (std::size_t t = 0; t < planes.tokens_of(block); ++t) {
        const std::uint8_t* __restrict row = symbols.row(t);
        std::uint8_t* __restrict to = q.data() + (block * block_tokens + t) * widths.size() + first;
        for (std::size_t c = 0; c < planes.channels_of(tile); ++c) {
          to[c] = static_cast<std::uint8_t>(row[c] >> (8U - widths[first + c]));
        }
      }
    }
  }
}

}  // namespace cutlink::codecs::plane32
