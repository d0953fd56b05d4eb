// safetensors files: our own bounded reader (memory-mapped) and writer. Knows no torch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/file_io.h"

namespace cutlink::model {

enum class StoredType : std::uint8_t { f32, bf16, f16 };
[[nodiscard]] std::size_t size_of(StoredType type);

// One tensor in place: `bytes` points into the map and lives as long as the file object.
struct StoredTensor {
  StoredType type = StoredType::f32;
  std::vector<std::uint64_t> shape;
  ByteSpan bytes;
};

// One file. The header is capped, every offset is checked, holes and overlaps are refused.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);  // throws Error(usage)
  [[nodiscard]] const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }

 private:
  MappedFile file_;
  std::map<std::string, StoredTensor> tensors_;
};

class ConvertedWeights;

// All tensors of a Hugging Face directory: model.safetensors, or the files of model.safetensors.index.json.
class Checkpoint {
 public:
  explicit Checkpoint(const std::filesystem::path& directory);  // throws Error(usage)
  // Throws Error(usage) naming file, tensor and shapes when it is missing or has another shape.
  [[nodiscard]] const StoredTensor& get(const std::string& name,
                                        const std::vector<std::uint64_t>& shape) const;
  [[nodiscard]] bool contains(const std::string& name) const;
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] const std::map<std::string, const StoredTensor*>& tensors() const {
    return index_;
  }  // by name
  // Where models of this checkpoint share what they had to convert. Lives as long as this.
  [[nodiscard]] ConvertedWeights& converted() const { return *converted_; }

 private:
  std::filesystem::path directory_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, const StoredTensor*> index_;
  std::shared_ptr<ConvertedWeights> converted_;  // shared: its type, of torch, is not known here
};

// A tensor to be written; `bytes` must live until write_safetensors returns.
struct TensorToStore {
  std::string name;
  StoredType type = StoredType::f32;
  std::vector<std::uint64_t> shape;
  ByteSpan bytes;
};
// Replaces `path` atomically. metadata: the file's __metadata__ (strings).
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToStore>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace cutlink::model
