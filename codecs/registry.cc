#include "codecs/registry.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "codecs/amaq/amaq.h"
#include "codecs/codec_spec.h"
#include "codecs/floats/floats.h"
#include "codecs/shared/shared.h"
#include "codecs/spec_repair.h"
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
std::vector<CodecInfo> infos_of(const std::vector<Entry>& table) {
  std::vector<CodecInfo> infos;
  std::transform(table.begin(), table.end(), std::back_inserter(infos),
                 [](const Entry& e) { return e.info; });
  return infos;
}

template <typename Entry>
const Entry* find_entry(const std::vector<Entry>& table, const std::string& name) {
  const auto it =
      std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.info.name == name; });
  return it == table.end() ? nullptr : &*it;
}

// A name to the letter but for a slip. Else (amaq,target=3 or uniform4) what it is nearest to is the lesser
// hint: make_codec() gives the whole spec that was meant.
bool is_one_name(std::string_view text, const std::vector<std::string>& known) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return std::all_of(text.begin(), text.end(), plain) &&
         std::none_of(known.begin(), known.end(),
                      [&](const std::string& name) { return text.starts_with(name); });
}

// `table` has no entry of this name: says what it has.
template <typename Entry>
[[noreturn]] void refuse_unknown(const std::vector<Entry>& table, const SpecParams& params,
                                 const std::string& kind) {
  std::vector<std::string> names;
  for (const Entry& entry : table) {
    names.push_back(entry.info.name);
  }
  const std::string near = is_one_name(params.name(), names) ? nearest_name(params.name(), names) : "";
  params.refuse("unknown " + kind + " " + params.name() +
                (near.empty() ? "" : ", did you mean " + near + "?") + " (known: " + join(names, ", ") + ")");
}

std::unique_ptr<Codec> make_first(std::string_view part, std::string_view spec) {
  const SpecParams params(part, spec);
  if (const CodecEntry* entry = find_entry(codec_table(), params.name())) {
    return entry->make(params);
  }
  if (find_entry(stage_table(), params.name()) != nullptr) {
    params.refuse(params.name() + " is a stage: write it after a codec (such as bf16+" + params.name() + ")");
  }
  refuse_unknown(codec_table(), params, "codec");
}

std::unique_ptr<Codec> wrap(std::unique_ptr<Codec> codec, const SpecParams& stage) {
  if (const StageEntry* entry = find_entry(stage_table(), stage.name())) {
    return entry->wrap(std::move(codec), stage);
  }
  if (find_entry(codec_table(), stage.name()) != nullptr) {
    stage.refuse(stage.name() + " is a codec: one comes first, only stages follow (such as +zstd)");
  }
  refuse_unknown(stage_table(), stage, "stage");
}

std::unique_ptr<Codec> parse(std::string_view spec) {
  const std::vector<std::string_view> parts = spec_parts(spec);
  std::unique_ptr<Codec> codec = make_first(parts.front(), spec);
  std::vector<std::string> stages;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const SpecParams stage(parts[i], spec);
    if (std::find(stages.begin(), stages.end(), stage.name()) != stages.end()) {
      stage.refuse("stage " + stage.name() + " is given twice");
    }
    stages.push_back(stage.name());
    codec = wrap(std::move(codec), stage);
  }
  return codec;
}

// What `spec` most likely meant, if that is a codec; else empty.
std::string meant_by(std::string_view spec) {
  const std::string repaired = repaired_spec(spec, infos_of(codec_table()), infos_of(stage_table()));
  if (repaired.empty() || repaired == spec) {
    return {};
  }
  try {
    static_cast<void>(parse(repaired));
  } catch (const Error&) {
    return {};
  }
  return repaired;
}

}  // namespace

std::unique_ptr<Codec> make_codec(std::string_view spec) {
  try {
    return parse(spec);
  } catch (const Error& error) {
    const std::string what = error.what();
    const std::string meant = meant_by(spec);
    if (meant.empty() || what.find("did you mean") != std::string::npos) {
      throw;
    }
    throw Error(error.kind(), what + "; did you mean " + meant + "?");
  }
}

const std::vector<CodecInfo>& list_codecs() {
  static const std::vector<CodecInfo> infos = [] {
    std::vector<CodecInfo> all = infos_of(codec_table());
    for (const StageEntry& entry : stage_table()) {
      all.push_back(entry.info);
      all.back().name = "+" + all.back().name;
    }
    return all;
  }();
  return infos;
}

}  // namespace cutlink::codecs
