#include "codecs/registry.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/text.h"
#include "codecs/amaq/amaq.h"
#include "codecs/codec_spec.h"
#include "codecs/floats/floats.h"
#include "codecs/shared/shared.h"
#include "codecs/stages/zstd_stage.h"
#include "codecs/uniform/uniform.h"

namespace cutlink::codecs {
namespace {

struct CodecEntry {
  CodecInfo info;
  std::function<std::unique_ptr<Codec>(const SpecParams&)> make;
};

CodecEntry floats_entry(FloatFormat format) {
  return {floats_info(format), [format](const SpecParams& params) { return make_floats(params, format); }};
}

const std::vector<CodecEntry>& codec_table() {
  static const std::vector<CodecEntry> table = {
      floats_entry(FloatFormat::fp32), floats_entry(FloatFormat::bf16),     floats_entry(FloatFormat::fp16),
      {uniform_info(), make_uniform},  {shared_info(), make_shared_widths}, {amaq_info(), make_amaq},
  };
  return table;
}

// A stage wraps the codec before it.
struct StageEntry {
  CodecInfo info;
  std::function<std::unique_ptr<Codec>(std::unique_ptr<Codec>, const SpecParams&)> wrap;
};

const std::vector<StageEntry>& stage_table() {
  static const std::vector<StageEntry> table = {{zstd_info(), wrap_zstd}};
  return table;
}

template <typename Entry>
const Entry& entry_of(const std::vector<Entry>& table, const SpecParams& params, const std::string& kind) {
  const auto it =
      std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.info.name == params.name(); });
  if (it != table.end()) {
    return *it;
  }
  std::vector<std::string> names;
  for (const Entry& entry : table) {
    names.push_back(entry.info.name);
  }
  const std::string near = nearest_name(params.name(), names);
  params.refuse("unknown " + kind + " " + params.name() +
                (near.empty() ? "" : ", did you mean " + near + "?") + " (known: " + join(names, ", ") + ")");
}

}  // namespace

std::unique_ptr<Codec> make_codec(std::string_view spec) {
  const std::vector<std::string_view> parts = spec_parts(spec);
  const SpecParams params(parts.front(), spec);
  std::unique_ptr<Codec> codec = entry_of(codec_table(), params, "codec").make(params);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const SpecParams stage(parts[i], spec);
    codec = entry_of(stage_table(), stage, "stage").wrap(std::move(codec), stage);
  }
  return codec;
}

const std::vector<CodecInfo>& list_codecs() {
  static const std::vector<CodecInfo> infos = [] {
    std::vector<CodecInfo> all;
    for (const CodecEntry& entry : codec_table()) {
      all.push_back(entry.info);
    }
    for (const StageEntry& entry : stage_table()) {
      all.push_back(entry.info);
      all.back().name = "+" + all.back().name;
    }
    return all;
  }();
  return infos;
}

}  // namespace cutlink::codecs
