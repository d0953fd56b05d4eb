#include "codecs/stages/zstd_stage.h"

#include <fmt/format.h>
#include <zstd.h>

#include <utility>

#include "base/error.h"
#include "codecs/parameters.h"

namespace cutlink::codecs {
namespace {

// Ends a body's metadata: u64 length of the payload inside, u8 method.
enum class Method : std::uint8_t { stored = 0, zstd = 1 };
constexpr std::size_t trailer_bytes = 9;
constexpr int window_log_max = 24;  // 16 MiB: levels up to 19 use at most 8 MiB

struct ZstdParameters {
  int level = 3;

  template <typename P, typename Visitor>
  static void visit(P& p, Visitor& v) {
    v.whole_number("level", p.level, 1, 19, {.meaning = "zstd's compression level"});
  }
};

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdEncoder : public Encoder {
 public:
  ZstdEncoder(std::unique_ptr<Encoder> inner, int level)
      : inner_(std::move(inner)), context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) {
      run_error("zstd: out of memory");
    }
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  }

  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override {
    const BodyFacts facts = inner_->encode(x, call, body);
    const std::uint64_t raw_size = body.payload.size();
    compressed_.resize(ZSTD_compressBound(body.payload.size()));
    const std::size_t size = ZSTD_compress2(context_.get(), compressed_.data(), compressed_.size(),
                                            body.payload.data(), body.payload.size());
    const bool helps = ZSTD_isError(size) == 0 && size < body.payload.size();
    if (helps) {
      body.payload.assign(compressed_.begin(), compressed_.begin() + static_cast<std::ptrdiff_t>(size));
    }
    ByteWriter trailer(body.metadata);
    trailer.put(raw_size);
    trailer.put(helps ? Method::zstd : Method::stored);
    return facts;
  }

  bool learns() const override { return inner_->learns(); }
  void learn(MatrixView gradient) override { inner_->learn(gradient); }
  std::span<const std::uint8_t> widths() const override { return inner_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) override { inner_->use_widths(widths); }
  std::vector<Event> take_events() override { return inner_->take_events(); }
  void save(ByteWriter& out) const override { inner_->save(out); }
  void restore(ByteReader& in) override { inner_->restore(in); }

 private:
  std::unique_ptr<Encoder> inner_;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context_;
  ByteVector compressed_;
};

class ZstdDecoder : public Decoder {
 public:
  ZstdDecoder(std::unique_ptr<Decoder> inner, std::shared_ptr<const Codec> codec)
      : inner_(std::move(inner)), codec_(std::move(codec)), context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) {
      run_error("zstd: out of memory");
    }
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log_max);
  }

  void decode(BodyView body, const CallInfo& call, MutableMatrixView out) override {
    ByteReader whole(body.metadata, "zstd stage");
    if (body.metadata.size() < trailer_bytes) {
      whole.fail(
          fmt::format("{} bytes of metadata, expected {} or more", body.metadata.size(), trailer_bytes));
    }
    const ByteSpan inner_metadata = whole.take(body.metadata.size() - trailer_bytes);
    const auto raw_size = whole.get<std::uint64_t>();
    const auto method = whole.get<std::uint8_t>();
    if (method == static_cast<std::uint8_t>(Method::stored)) {
      if (raw_size != body.payload.size()) {
        whole.fail(fmt::format("{} bytes stored, {} announced", body.payload.size(), raw_size));
      }
      inner_->decode({inner_metadata, body.payload}, call, out);
      return;
    }
    if (method != static_cast<std::uint8_t>(Method::zstd)) {
      whole.fail(fmt::format("method {} is not 0 or 1", method));
    }
    if (raw_size > codec_->largest_payload(out.rows, out.cols)) {
      whole.fail(fmt::format("{} bytes announced, more than {} x {} elements can take", raw_size, out.rows,
                             out.cols));
    }
    if (ZSTD_getFrameContentSize(body.payload.data(), body.payload.size()) != raw_size ||
        ZSTD_findFrameCompressedSize(body.payload.data(), body.payload.size()) != body.payload.size()) {
      whole.fail("the payload is not one zstd frame of the announced length");
    }
    raw_.resize(raw_size);
    const std::size_t size = ZSTD_decompressDCtx(context_.get(), raw_.data(), raw_.size(),
                                                 body.payload.data(), body.payload.size());
    if (ZSTD_isError(size) != 0 || size != raw_size) {
      whole.fail(ZSTD_isError(size) != 0 ? ZSTD_getErrorName(size) : "a shorter payload than announced");
    }
    inner_->decode({inner_metadata, raw_}, call, out);
  }

  std::span<const std::uint8_t> widths() const override { return inner_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) override { inner_->use_widths(widths); }
  void save(ByteWriter& out) const override { inner_->save(out); }
  void restore(ByteReader& in) override { inner_->restore(in); }

 private:
  std::unique_ptr<Decoder> inner_;
  std::shared_ptr<const Codec> codec_;  // of inner_
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  ByteVector raw_;
};

class ZstdCodec : public Codec {
 public:
  ZstdCodec(std::unique_ptr<Codec> inner, const ZstdParameters& parameters)
      : inner_(std::move(inner)), p_(parameters) {}

  std::string spec() const override { return inner_->spec() + "+" + canonical_spec("zstd", p_); }
  BodySize body_size(const BodyFacts& facts, const CodecContext& context) const override {
    BodySize size = inner_->body_size(facts, context);
    size.metadata_bytes += trailer_bytes;
    size.exact = false;
    return size;
  }
  BodyFacts expected_facts(const ExpectedRows& rows, std::uint32_t step,
                           const CodecContext& context) const override {
    return inner_->expected_facts(rows, step, context);
  }
  std::uint32_t hold_begins(const CodecContext& context) const override {
    return inner_->hold_begins(context);
  }
  bool exact_for(DType dtype) const override { return inner_->exact_for(dtype); }
  std::uint64_t largest_payload(std::size_t rows, std::size_t channels) const override {
    return inner_->largest_payload(rows, channels);  // stored if compressing it does not help
  }
  CodingCost cost() const override { return CodingCost::quantised; }
  bool serves(Place place) const override { return inner_->serves(place); }
  std::unique_ptr<InnerQuantiser> make_inner(const InnerShape& shape) const override {
    return inner_->make_inner(shape);
  }
  std::string spike_advice() const override { return inner_->spike_advice(); }
  bool shares_widths() const override { return inner_->shares_widths(); }

 private:
  std::unique_ptr<Encoder> new_encoder(const CodecContext& context) const override {
    return std::make_unique<ZstdEncoder>(inner_->make_encoder(context), p_.level);
  }
  std::unique_ptr<Decoder> new_decoder(const CodecContext& context) const override {
    return std::make_unique<ZstdDecoder>(inner_->make_decoder(context), inner_);
  }

  std::shared_ptr<const Codec> inner_;  // shared with decoders: they outlive this and ask it for its bound
  ZstdParameters p_;
};

}  // namespace

std::unique_ptr<Codec> wrap_zstd(std::unique_ptr<Codec> inner, const SpecParams& params) {
  return std::make_unique<ZstdCodec>(std::move(inner), parse_parameters<ZstdParameters>(params));
}

CodecInfo zstd_info() {
  return {"zstd", "compresses the payload of the codec before it; stored as it is where that does not help",
          "at most the codec's bytes + 9", "the codec's", parameter_rows<ZstdParameters>()};
}

}  // namespace cutlink::codecs
