#include "session/served_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "model/llama/llama_shapes.h"
#include "session/report_writer.h"
#include "train/crossings.h"
#include "train/split_parts.h"
#include "wire/frame/frame.h"
#include "wire/frame/frame_descriptor.h"

namespace cutlink::session {

namespace {

// Of a session. What an honest client asks for is far below.
constexpr std::uint64_t max_frame_bytes = std::uint64_t{1} << 30U;
// Of an adapter's weight: itself, gradient and two moments, in fp32.
constexpr std::uint64_t training_bytes_a_weight = 16;

std::string name_of_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(directory, error);
  return (error ? directory : whole).filename().string();
}

std::uint64_t adapter_weights(const train::TrainSpec& spec, const model::LlamaConfig& config) {
  std::uint64_t weights = 0;
  for (std::size_t block = spec.split.bottom; block < config.blocks - spec.split.top; ++block) {
    for (const model::WeightShape& weight : model::block_weights(config, block)) {
      const bool adapted = std::ranges::any_of(spec.lora.targets, [&](const std::string& target) {
        return weight.name.find("." + target + ".") != std::string::npos;
      });
      if (adapted) {
        weights += spec.lora.r * static_cast<std::uint64_t>(weight.shape[0] + weight.shape[1]);
      }
    }
  }
  return weights;
}

std::uint64_t frame_bytes(const train::TrainSpec& spec, const model::LlamaConfig& config) {
  const std::uint32_t rows = spec.batch * spec.max_length;  // read_agreement() bounds both: 2^28
  return wire::header_bytes + wire::max_descriptor_bytes(rows, spec.batch) +
         wire::max_body_bytes(rows, static_cast<std::uint32_t>(config.hidden));
}

std::size_t max_widths(const train::TrainSpec& spec, const model::LlamaConfig& config) {
  return std::max<std::size_t>(config.hidden, spec.max_length);
}

}  // namespace

ServedModel::ServedModel(const std::filesystem::path& directory)
    : name(name_of_directory(directory)),
      config(model::load_config(directory)),
      checkpoint(directory),
      digest(train::digest_of(config, checkpoint)) {}

void check_agreement(const train::TrainSpec& spec, const ServedModel& model, std::uint64_t max_bytes) {
  const model::LlamaConfig& config = model.config;
  static_cast<void>(train::server_part(spec.split, config));
  if (spec.max_length > config.max_positions) {
    usage_error(fmt::format("train.max_length: {} tokens; {} takes at most {}", spec.max_length, model.name,
                            config.max_positions));
  }
  train::check_codecs(spec.codecs, spec, config);
  if (const std::uint64_t bytes = frame_bytes(spec, config); bytes > max_frame_bytes) {
    usage_error(fmt::format("train.batch {} x train.max_length {}: frames of up to {}; this server takes {}",
                            spec.batch, spec.max_length, cutlink::to_text(Bytes{bytes}),
                            cutlink::to_text(Bytes{max_frame_bytes})));
  }
  if (const std::uint64_t bytes = session_bytes(spec, model); bytes > max_bytes) {
    usage_error(
        fmt::format("train.batch {} x train.max_length {}, lora.r {}: needs {} of memory; this server gives "
                    "a session {}",
                    spec.batch, spec.max_length, spec.lora.r, cutlink::to_text(Bytes{bytes}),
                    cutlink::to_text(Bytes{max_bytes})));
  }
}

std::uint64_t session_bytes(const train::TrainSpec& spec, const ServedModel& model) {
  const model::LlamaConfig& config = model.config;
  return training_bytes_a_weight * adapter_weights(spec, config) +
         model::activation_bytes(config, config.blocks - spec.split.bottom - spec.split.top,
                                 std::uint64_t{spec.batch} * spec.max_length, spec.compute);
}

std::uint32_t max_session_body_bytes(const train::TrainSpec& spec, const ServedModel& model,
                                     std::uint64_t adapters) {
  const std::uint64_t answer = sizeof(std::uint32_t) + frame_bytes(spec, model.config) +
                               max_report_bytes(max_widths(spec, model.config));
  return static_cast<std::uint32_t>(std::max(answer, adapters));
}

}  // namespace cutlink::session
