#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/file_io.h"
#include "base/text/nul_byte.h"
#include "model/weights/converted_weights.h"
#include "model/weights/safetensors.h"

namespace cutlink::model {
namespace {

constexpr const char* single_name = "model.safetensors";
constexpr const char* index_name = "model.safetensors.index.json";
constexpr std::uint64_t max_index_bytes = 64U
                                          << 20;  // a name and a file each: megabytes for the largest models

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const std::uint64_t n : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  }
  return text + "]";
}

[[noreturn]] void refuse_missing(const std::filesystem::path& directory) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    usage_error(directory.string() + ": no such model directory; `tools/fetch-model` makes one");
  }
  for (const auto& item : std::filesystem::directory_iterator(directory, ignored)) {
    const auto extension = item.path().extension();
    if (extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".gguf") {
      usage_error(item.path().string() +
                  ": only safetensors are read; convert it (in Python: "
                  "AutoModelForCausalLM.from_pretrained(…).save_pretrained(DIRECTORY))");
    }
  }
  usage_error(directory.string() + ": holds neither " + single_name + " nor " + index_name);
}

// weight_map of the index: tensor -> file. File names are plain: they may not lead out of the directory.
std::map<std::string, std::string> read_index(const std::filesystem::path& path) {
  const std::string text = read_text_file(path, max_index_bytes);
  refuse_nul(text, path.string());
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    constexpr int max_depth = 8;
    return depth <= max_depth;
  };
  const nlohmann::json json = nlohmann::json::parse(text, shallow, false);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) {
    usage_error(path.string() + ": is not an index of safetensors files (no weight_map)");
  }
  std::map<std::string, std::string> files;
  for (const auto& [tensor, file] : json["weight_map"].items()) {
    if (!file.is_string() || !file.get_ref<const std::string&>().ends_with(".safetensors") ||
        file.get_ref<const std::string&>().find_first_of("/\\") != std::string::npos) {
      usage_error(path.string() + ": weight_map of \"" + tensor.substr(0, 120) +
                  "\" is not the name of a .safetensors file beside it");
    }
    files[tensor] = file.get<std::string>();
  }
  return files;
}

}  // namespace

Checkpoint::Checkpoint(const std::filesystem::path& directory)
    : directory_(directory), converted_(std::make_shared<ConvertedWeights>()) {
  std::error_code ignored;
  if (std::filesystem::exists(directory / single_name, ignored)) {
    files_.emplace_back(directory / single_name);
    for (const auto& [name, tensor] : files_.front().tensors()) {
      index_[name] = &tensor;
    }
    return;
  }
  if (!std::filesystem::exists(directory / index_name, ignored)) {
    refuse_missing(directory);
  }
  const auto file_of = read_index(directory / index_name);
  std::map<std::string, std::size_t> opened;
  for (const auto& [name, file] : file_of) {
    const auto [at, fresh] = opened.try_emplace(file, files_.size());
    if (fresh) {
      files_.emplace_back(directory / file);
    }
    const auto& tensors = files_[at->second].tensors();
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      usage_error((directory / file).string() + ": tensor \"" + name + "\" is missing, but " + index_name +
                  " says it is there");
    }
    index_[name] = &found->second;  // a map's nodes stay where they are when files_ grows
  }
}

const StoredTensor& Checkpoint::get(const std::string& name, const std::vector<std::uint64_t>& shape) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    usage_error(directory_.string() + ": the checkpoint has no tensor \"" + name + "\" (wanted with shape " +
                shape_text(shape) + "); config.json and the safetensors do not belong together");
  }
  if (found->second->shape != shape) {
    usage_error(directory_.string() + ": tensor \"" + name + "\" has shape " +
                shape_text(found->second->shape) + ", but config.json asks for " + shape_text(shape));
  }
  return *found->second;
}

bool Checkpoint::contains(const std::string& name) const { return index_.contains(name); }

}  // namespace cutlink::model
