#include "train/split_parts.h"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <string_view>

#include "base/error.h"

namespace cutlink::train {
namespace {

void check(const SplitSpec& split, const model::LlamaConfig& config) {
  if (split.shape == SplitSpec::Shape::vanilla && split.top != 0) {
    usage_error(
        "split: the vanilla shape has one cut, so no blocks above a second one; set top to 0 or use "
        "the U-shape");
  }
  if (split.bottom + split.top >= config.blocks) {
    usage_error(
        fmt::format("split: {} blocks below and {} above the cuts leave none of the model's {} to the "
                    "server; lower one of them",
                    split.bottom, split.top, config.blocks));
  }
}

}  // namespace

model::Part client_part(const SplitSpec& split, const model::LlamaConfig& config) {
  check(split, config);
  return {.embedding = true,
          .head = split.shape == SplitSpec::Shape::u,
          .bottom_begin = 0,
          .bottom_end = split.bottom,
          .top_begin = config.blocks - split.top,
          .top_end = config.blocks};
}

model::Part server_part(const SplitSpec& split, const model::LlamaConfig& config) {
  check(split, config);
  return {.embedding = false,
          .head = split.shape == SplitSpec::Shape::vanilla,
          .bottom_begin = split.bottom,
          .bottom_end = config.blocks - split.top,
          .top_begin = config.blocks,
          .top_end = config.blocks};
}

model::Part whole_model(const model::LlamaConfig& config) {
  return {.embedding = true,
          .head = true,
          .bottom_begin = 0,
          .bottom_end = config.blocks,
          .top_begin = config.blocks,
          .top_end = config.blocks};
}

std::size_t block_of(const std::string& parameter_name) {
  constexpr std::string_view prefix = "model.layers.";
  std::size_t block = 0;
  assert(parameter_name.starts_with(prefix));
  const char* const begin = parameter_name.data() + prefix.size();
  [[maybe_unused]] const auto result =
      std::from_chars(begin, parameter_name.data() + parameter_name.size(), block);
  assert(result.ec == std::errc{});
  return block;
}

}  // namespace cutlink::train
