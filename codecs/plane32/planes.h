// PLANE32 by tiles: the plane addresses of one chunk, and the storing and loading of one tile of symbols.
// Kernels that quantise use this directly and never hold all symbols at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "codecs/plane32/plane32.h"

namespace cutlink::codecs::plane32 {

inline constexpr std::size_t max_width = 8;        // bits; symbols are bytes
inline constexpr std::size_t tile_channels = 256;  // a tile's symbols and planes are 16 KiB: half of L1
inline constexpr std::size_t group_tokens = 8;     // tokens of a tail byte

// Symbols of up to 256 channels of one 32-token block, *left-aligned* in their byte (q << (8 − b)): the b
// planes of a symbol are its top b bits, lower ones are ignored. Symbols of the nested mid-rise grid are
// left- aligned by nature, whatever the width.
class Tile {
 public:
  [[nodiscard]] std::uint8_t* row(std::size_t token) {
    return reinterpret_cast<std::uint8_t*>(words_[token].data());
  }
  [[nodiscard]] const std::uint8_t* row(std::size_t token) const {
    return reinterpret_cast<const std::uint8_t*>(words_[token].data());
  }
  [[nodiscard]] const std::uint64_t* words(std::size_t token) const { return words_[token].data(); }
  [[nodiscard]] std::uint64_t* words(std::size_t token) { return words_[token].data(); }

 private:
  alignas(64) std::array<std::array<std::uint64_t, tile_channels / 8>, block_tokens> words_{};
};

// Addresses of the planes of tokens × channels symbols. widths: a channel each, 0–8; must outlive this
// object.
class Planes {
 public:
  Planes(std::span<const std::uint8_t> widths, std::size_t tokens);

  [[nodiscard]] std::size_t blocks() const { return full_blocks_ + (tail_groups_ > 0 ? 1 : 0); }
  [[nodiscard]] std::size_t tiles() const { return tiles_; }
  [[nodiscard]] std::size_t channels_of(std::size_t tile) const;
  [[nodiscard]] std::size_t tokens_of(std::size_t block) const;  // 32, or fewer in the partial block
  [[nodiscard]] std::uint64_t bytes() const { return payload_bytes(base_[max_width], tokens_); }

  // payload: bytes() bytes. Tile rows at and after tokens_of(block) must be 0 in store(); load() makes them
  // 0, as it does symbols of width 0 and the bits below a symbol's width.
  void store(const Tile& symbols, std::size_t block, std::size_t tile, std::uint8_t* payload) const;
  void load(const std::uint8_t* payload, std::size_t block, std::size_t tile, Tile& symbols) const;

 private:
  struct Place;  // of one plane of one tile
  [[nodiscard]] Place place(std::size_t plane, std::size_t block, std::size_t tile) const;

  std::span<const std::uint8_t> widths_;
  std::size_t tokens_;
  std::size_t tiles_;
  std::size_t full_blocks_;
  std::size_t tail_groups_;                          // bytes of 8 tokens in the partial block: 0–4
  std::array<std::uint64_t, max_width + 1> base_{};  // Σ of n_p of the planes before
  std::vector<std::uint32_t> rank_;  // [plane][tile + 1]: channels of the plane before the tile
};

// Stores all symbols: fill(t, first, count, row) writes the left-aligned symbols of channels first … first +
// count − 1 of token t. payload: planes.bytes() bytes.
template <typename Fill>
void store_all(const Planes& planes, std::uint8_t* payload, Fill fill) {
  Tile symbols;
  for (std::size_t block = 0; block < planes.blocks(); ++block) {
    const std::size_t tokens = planes.tokens_of(block);
    for (std::size_t tile = 0; tile < planes.tiles(); ++tile) {
      const std::size_t count = planes.channels_of(tile);
      for (std::size_t t = 0; t < tokens; ++t) {
        fill(block * block_tokens + t, tile * tile_channels, count, symbols.row(t));
      }
      for (std::size_t t = tokens; t < block_tokens; ++t) {
        std::memset(symbols.row(t), 0, count);
      }
      planes.store(symbols, block, tile, payload);
    }
  }
}

// Loads all symbols: use(t, first, count, row) reads what fill() above wrote.
template <typename Use>
void load_all(const Planes& planes, const std::uint8_t* payload, Use use) {
  Tile symbols;
  for (std::size_t block = 0; block < planes.blocks(); ++block) {
    for (std::size_t tile = 0; tile < planes.tiles(); ++tile) {
      planes.load(payload, block, tile, symbols);
      for (std::size_t t = 0; t < planes.tokens_of(block); ++t) {
        const std::uint8_t* row = symbols.row(t);
        use(block * block_tokens + t, tile * tile_channels, planes.channels_of(tile), row);
      }
    }
  }
}

}  // namespace cutlink::codecs::plane32
