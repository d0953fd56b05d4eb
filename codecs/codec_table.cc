#include "codecs/codec_table.h"

#include "codecs/amaq/amaq.h"
#include "codecs/floats/floats.h"
#include "codecs/shared/shared.h"
#include "codecs/stages/zstd_stage.h"
#include "codecs/uniform/uniform.h"

namespace cutlink::codecs {
namespace {

CodecEntry floats(FloatFormat format) {
  return {floats_info(format), [format](const SpecParams& params) { return make_floats(params, format); }};
}

}  // namespace

std::vector<CodecEntry> all_codecs() {
  return {
      floats(FloatFormat::fp32),      floats(FloatFormat::bf16),           floats(FloatFormat::fp16),
      {uniform_info(), make_uniform}, {shared_info(), make_shared_widths}, {amaq_info(), make_amaq},
  };
}

std::vector<StageEntry> all_stages() {
  return {
      {zstd_info(), wrap_zstd},
  };
}

}  // namespace cutlink::codecs
