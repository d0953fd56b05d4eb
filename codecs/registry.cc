#include "codecs/registry.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text/text.h"
#include "codecs/codec_table.h"
#include "codecs/spec_repair.h"

namespace cutlink::codecs {
namespace {

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

}  // namespace

Registry::Registry(std::vector<CodecEntry> codecs, std::vector<StageEntry> stages)
    : codecs_(std::move(codecs)), stages_(std::move(stages)), list_(infos_of(codecs_)) {
  for (CodecInfo& stage : infos_of(stages_)) {
    stage.name = "+" + stage.name;
    list_.push_back(std::move(stage));
  }
}

std::unique_ptr<Codec> Registry::make_first(std::string_view part, std::string_view spec) const {
  const SpecParams params(part, spec);
  if (const CodecEntry* entry = find_entry(codecs_, params.name())) {
    return entry->make(params);
  }
  if (find_entry(stages_, params.name()) != nullptr) {
    params.refuse(params.name() + " is a stage: write it after a codec (such as bf16+" + params.name() + ")");
  }
  refuse_unknown(codecs_, params, "codec");
}

std::unique_ptr<Codec> Registry::wrap(std::unique_ptr<Codec> codec, const SpecParams& stage) const {
  if (const StageEntry* entry = find_entry(stages_, stage.name())) {
    return entry->wrap(std::move(codec), stage);
  }
  if (find_entry(codecs_, stage.name()) != nullptr) {
    stage.refuse(stage.name() + " is a codec: one comes first, only stages follow (such as +zstd)");
  }
  refuse_unknown(stages_, stage, "stage");
}

std::unique_ptr<Codec> Registry::parse(std::string_view spec) const {
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
std::string Registry::meant_by(std::string_view spec) const {
  const std::string repaired = repaired_spec(spec, infos_of(codecs_), infos_of(stages_));
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

std::unique_ptr<Codec> Registry::make(std::string_view spec) const {
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

const Registry& registry() {
  static const Registry all(all_codecs(), all_stages());
  return all;
}

std::unique_ptr<Codec> make_codec(std::string_view spec) { return registry().make(spec); }

const std::vector<CodecInfo>& list_codecs() { return registry().list(); }

}  // namespace cutlink::codecs
