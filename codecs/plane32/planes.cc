#include "codecs/plane32/planes.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "codecs/kernels/kernel_table.h"

namespace cutlink::codecs::plane32 {
namespace {

constexpr std::size_t groups = block_tokens / group_tokens;  // bytes of a plane word

// Planes of a tile before compaction: byte c of row [p][g] holds plane p of tokens 8g…8g+7 of channel c.
struct PlaneTile {
  alignas(64) std::array<std::array<std::array<std::uint64_t, tile_channels / 8>, groups>, max_width> words;

  [[nodiscard]] const std::uint8_t* row(std::size_t plane, std::size_t group) const {
    return reinterpret_cast<const std::uint8_t*>(words[plane][group].data());
  }
  [[nodiscard]] std::uint8_t* row(std::size_t plane, std::size_t group) {
    return reinterpret_cast<std::uint8_t*>(words[plane][group].data());
  }
  [[nodiscard]] std::array<const std::uint8_t*, groups> rows(std::size_t plane) const {
    return {row(plane, 0), row(plane, 1), row(plane, 2), row(plane, 3)};
  }
  [[nodiscard]] std::array<std::uint8_t*, groups> rows(std::size_t plane) {
    return {row(plane, 0), row(plane, 1), row(plane, 2), row(plane, 3)};
  }
};

}  // namespace

struct Planes::Place {
  std::size_t count;   // channels of this tile that have the plane
  std::size_t offset;  // bytes from the payload's start to the tile's first word, or byte of group 0
  std::size_t stride;  // partial block: bytes from one group to the next
};

Planes::Planes(std::span<const std::uint8_t> widths, std::size_t tokens)
    : widths_(widths),
      tokens_(tokens),
      tiles_((widths.size() + tile_channels - 1) / tile_channels),
      full_blocks_(tokens / block_tokens),
      tail_groups_((tokens % block_tokens + group_tokens - 1) / group_tokens),
      rank_(max_width * (tiles_ + 1)) {
  for (std::size_t p = 0; p < max_width; ++p) {
    std::uint32_t rank = 0;
    std::uint32_t* ranks = rank_.data() + p * (tiles_ + 1);
    for (std::size_t tile = 0; tile < tiles_; ++tile) {
      ranks[tile] = rank;
      const std::uint8_t* b = widths_.data() + tile * tile_channels;
      for (std::size_t c = 0; c < channels_of(tile); ++c) {
        assert(b[c] <= max_width);
        rank += b[c] > p ? 1U : 0U;
      }
    }
    ranks[tiles_] = rank;
    base_[p + 1] = base_[p] + rank;
  }
}

std::size_t Planes::channels_of(std::size_t tile) const {
  return std::min(tile_channels, widths_.size() - tile * tile_channels);
}

std::size_t Planes::tokens_of(std::size_t block) const {
  return std::min(block_tokens, tokens_ - block * block_tokens);
}

Planes::Place Planes::place(std::size_t plane, std::size_t block, std::size_t tile) const {
  const std::uint32_t* ranks = rank_.data() + plane * (tiles_ + 1);
  const std::size_t of_plane = ranks[tiles_];
  const std::size_t count = ranks[tile + 1] - ranks[tile];
  if (block < full_blocks_) {
    return {count, 4 * (base_[plane] * full_blocks_ + block * of_plane + ranks[tile]), 0};
  }
  return {count, 4 * base_[max_width] * full_blocks_ + base_[plane] * tail_groups_ + ranks[tile], of_plane};
}

void Planes::store(const Tile& symbols, std::size_t block, std::size_t tile, std::uint8_t* payload) const {
  const PlaneKernels& kernel = kernels().planes;
  const std::size_t channels = channels_of(tile);
  const bool full = block < full_blocks_;
  const std::size_t used_groups = full ? groups : tail_groups_;
  PlaneTile planes;
  for (std::size_t g = 0; g < used_groups; ++g) {
    std::array<const std::uint64_t*, 8> in;
    std::array<std::uint64_t*, 8> out;
    for (std::size_t k = 0; k < 8; ++k) {
      in[k] = symbols.words(group_tokens * g + k);
      out[k] = planes.words[7 - k][g].data();  // bit 7 is plane 0
    }
    kernel.transpose_8x8(in, out, (channels + 7) / 8);
  }
  const std::uint8_t* widths = widths_.data() + tile * tile_channels;
  alignas(64) std::array<std::uint32_t, tile_channels> words;
  alignas(64) std::array<std::uint32_t, tile_channels + 1> kept_words;
  std::array<std::uint8_t, tile_channels + 1> kept_bytes;
  for (std::size_t p = 0; p < max_width; ++p) {
    const Place at = place(p, block, tile);
    if (at.count == 0) {
      continue;
    }
    if (full) {
      kernel.interleave(std::as_const(planes).rows(p), channels,
                        reinterpret_cast<std::uint8_t*>(words.data()));
      const std::uint32_t* kept = words.data();
      if (at.count < channels) {
        kernel.compress_words(words.data(), widths, channels, p, kept_words.data());
        kept = kept_words.data();
      }
      std::memcpy(payload + at.offset, kept, 4 * at.count);
      continue;
    }
    for (std::size_t g = 0; g < used_groups; ++g) {
      kernel.compress_bytes(planes.row(p, g), widths, channels, p, kept_bytes.data());
      std::memcpy(payload + at.offset + g * at.stride, kept_bytes.data(), at.count);
    }
  }
}

void Planes::load(const std::uint8_t* payload, std::size_t block, std::size_t tile, Tile& symbols) const {
  const PlaneKernels& kernel = kernels().planes;
  const std::size_t channels = channels_of(tile);
  const bool full = block < full_blocks_;
  const std::uint8_t* widths = widths_.data() + tile * tile_channels;
  PlaneTile planes;
  alignas(64) std::array<std::uint32_t, tile_channels + 1> kept_words{};
  alignas(64) std::array<std::uint32_t, tile_channels> words;
  std::array<std::uint8_t, tile_channels + 1> kept_bytes{};
  for (std::size_t p = 0; p < max_width; ++p) {
    const Place at = place(p, block, tile);
    if (at.count == 0) {
      std::memset(planes.words[p].data(), 0, sizeof planes.words[p]);
      continue;
    }
    if (full) {
      std::memcpy(kept_words.data(), payload + at.offset, 4 * at.count);
      const std::uint32_t* all = kept_words.data();
      if (at.count < channels) {
        kernel.expand_words(kept_words.data(), widths, channels, p, words.data());
        all = words.data();
      }
      kernel.deinterleave(reinterpret_cast<const std::uint8_t*>(all), channels, planes.rows(p));
      continue;
    }
    for (std::size_t g = 0; g < groups; ++g) {
      if (g >= tail_groups_) {
        std::memset(planes.row(p, g), 0, tile_channels);
        continue;
      }
      std::memcpy(kept_bytes.data(), payload + at.offset + g * at.stride, at.count);
      kernel.expand_bytes(kept_bytes.data(), widths, channels, p, planes.row(p, g));
    }
  }
  for (std::size_t g = 0; g < groups; ++g) {
    std::array<const std::uint64_t*, 8> in;
    std::array<std::uint64_t*, 8> out;
    for (std::size_t k = 0; k < 8; ++k) {
      in[k] = planes.words[7 - k][g].data();
      out[k] = symbols.words(group_tokens * g + k);
    }
    kernel.transpose_8x8(in, out, (channels + 7) / 8);
  }
}

}  // namespace cutlink::codecs::plane32
