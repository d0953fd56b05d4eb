#include "codecs/codec.h"

#include "base/error.h"

namespace cutlink::codecs {
namespace {

void check_place(const Codec& codec, const CodecContext& context) {
  if (!codec.serves(context.place)) {
    usage_error("codec \"" + codec.spec() + "\": cannot code a matrix in " + name_of(context.place) +
                " memory: move it to host memory first");
  }
}

}  // namespace

std::unique_ptr<Encoder> Codec::make_encoder(const CodecContext& context) const {
  check_place(*this, context);
  return new_encoder(context);
}

std::unique_ptr<Decoder> Codec::make_decoder(const CodecContext& context) const {
  check_place(*this, context);
  return new_decoder(context);
}

}  // namespace cutlink::codecs
