#include "model/weights/safetensors.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/checked.h"
#include "base/error.h"
#include "model/weights/safetensors_header.h"

namespace cutlink::model {
namespace {

constexpr std::size_t prefix_bytes = 8;  // the header's length, u64 little-endian

std::uint64_t stored_bytes(const HeaderEntry& entry, const char* what) {
  std::uint64_t bytes = size_of(entry.type);
  for (const std::uint64_t n : entry.shape) {
    bytes = checked_mul(bytes, n, what);
  }
  return bytes;
}

// The tensors must tile the data: no hole, no overlap, nothing after the last.
void check_layout(const std::map<std::string, HeaderEntry>& entries, std::uint64_t data_bytes,
                  const std::string& where) {
  std::vector<const std::pair<const std::string, HeaderEntry>*> order;
  order.reserve(entries.size());
  for (const auto& item : entries) {
    order.push_back(&item);
  }
  std::sort(order.begin(), order.end(),
            [](const auto* a, const auto* b) { return a->second.offsets < b->second.offsets; });
  std::uint64_t at = 0;
  for (const auto* item : order) {
    const auto& [name, entry] = *item;
    const auto [begin, end] = entry.offsets;
    const std::string tensor = where + ": tensor \"" + name.substr(0, 120) + "\"";
    if (begin > end || end > data_bytes) {
      usage_error(tensor + " lies at bytes " + std::to_string(begin) + " to " + std::to_string(end) + " of " +
                  std::to_string(data_bytes) + "; the file is truncated or broken, download it again");
    }
    if (begin != at) {
      usage_error(tensor + (begin < at ? " overlaps the one before it" : " leaves a hole before it") +
                  " (starts at byte " + std::to_string(begin) + ", not " + std::to_string(at) + ")");
    }
    const std::uint64_t wanted = stored_bytes(entry, tensor.c_str());
    if (end - begin != wanted) {
      usage_error(tensor + " has " + std::to_string(end - begin) + " bytes; its shape and dtype need " +
                  std::to_string(wanted));
    }
    at = end;
  }
  if (at != data_bytes) {
    usage_error(where + ": " + std::to_string(data_bytes - at) + " bytes belong to no tensor");
  }
}

}  // namespace

std::size_t size_of(StoredType type) { return type == StoredType::f32 ? 4 : 2; }

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : file_(path) {
  const std::string where = path.string();
  const ByteSpan all = file_.bytes();
  if (all.size() < prefix_bytes) {
    usage_error(where + ": " + std::to_string(all.size()) + " bytes are too few for a safetensors file");
  }
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, all.data(), prefix_bytes);
  if (header_bytes > max_safetensors_header) {
    usage_error(where + ": header of " + std::to_string(header_bytes) +
                " bytes (at most 100000000); is it a safetensors file?");
  }
  if (header_bytes > all.size() - prefix_bytes) {
    usage_error(where + ": truncated in its header; download it again");
  }
  const ByteSpan header = all.subspan(prefix_bytes, static_cast<std::size_t>(header_bytes));
  const ByteSpan data = all.subspan(prefix_bytes + header.size());
  const auto entries =
      parse_safetensors_header({reinterpret_cast<const char*>(header.data()), header.size()}, where);
  check_layout(entries, data.size(), where);
  for (const auto& [name, entry] : entries) {
    const ByteSpan bytes = data.subspan(static_cast<std::size_t>(entry.offsets[0]),
                                        static_cast<std::size_t>(entry.offsets[1] - entry.offsets[0]));
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % size_of(entry.type) != 0) {
      usage_error(where + ": tensor \"" + name + "\" is not aligned to its type; save the file again with " +
                  "safetensors 0.3 or later");
    }
    tensors_.emplace(name, StoredTensor{entry.type, entry.shape, bytes});
  }
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToStore>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  // Hugging Face's order: widest type first (keeps every tensor aligned), then by name.
  std::vector<const TensorToStore*> order;
  for (const TensorToStore& tensor : tensors) {
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return a->type != b->type ? a->type < b->type : a->name < b->name;
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  std::uint64_t at = 0;
  for (const TensorToStore* tensor : order) {
    assert(tensor->bytes.size() == stored_bytes({tensor->type, tensor->shape, {}}, "tensor to store"));
    assert(!header.contains(tensor->name));
    const std::uint64_t end = at + tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", name_of(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // 8: the data starts aligned for every type

  ByteVector out;
  out.reserve(prefix_bytes + text.size() + static_cast<std::size_t>(at));
  ByteWriter writer(out);
  writer.put<std::uint64_t>(text.size());
  writer.put_raw(text.data(), text.size());
  for (const TensorToStore* tensor : order) {
    writer.put_raw(tensor->bytes.data(), tensor->bytes.size());
  }
  replace_file(path, out);
}

}  // namespace cutlink::model
