// Codecs by name. A spec is `name[:key=value,…][+stage[:key=value,…]]…`, e.g. `amaq:start=7,target=4+zstd`.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "codecs/codec.h"
#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

struct CodecEntry {
  CodecInfo info;
  // Throws Error(usage): a parameter that is unknown, or a value that is not allowed.
  std::function<std::unique_ptr<Codec>(const SpecParams&)> make;
};

// A stage wraps the codec before it.
struct StageEntry {
  CodecInfo info;  // its name is without the '+'
  std::function<std::unique_ptr<Codec>(std::unique_ptr<Codec>, const SpecParams&)> wrap;
};

// A table of codecs and stages that parses specs. Immutable.
class Registry {
 public:
  Registry(std::vector<CodecEntry> codecs, std::vector<StageEntry> stages);

  // Throws Error(usage): unknown codec or parameter (with what is allowed and the nearest name), impossible
  // value.
  [[nodiscard]] std::unique_ptr<Codec> make(std::string_view spec) const;
  // All codecs, then all stages (with a '+' before their names), in the order of the tables.
  [[nodiscard]] const std::vector<CodecInfo>& list() const { return list_; }

 private:
  [[nodiscard]] std::unique_ptr<Codec> parse(std::string_view spec) const;
  [[nodiscard]] std::unique_ptr<Codec> make_first(std::string_view part, std::string_view spec) const;
  [[nodiscard]] std::unique_ptr<Codec> wrap(std::unique_ptr<Codec> codec, const SpecParams& stage) const;
  [[nodiscard]] std::string meant_by(std::string_view spec) const;

  std::vector<CodecEntry> codecs_;
  std::vector<StageEntry> stages_;
  std::vector<CodecInfo> list_;
};

// The registry of this program: the tables of codecs/codec_table.h.
[[nodiscard]] const Registry& registry();

// registry().make(spec) and registry().list().
[[nodiscard]] std::unique_ptr<Codec> make_codec(std::string_view spec);
[[nodiscard]] const std::vector<CodecInfo>& list_codecs();

}  // namespace cutlink::codecs
