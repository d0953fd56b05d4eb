#include "train/crossing_endpoint.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>

#include "base/error.h"
#include "train/frame_row.h"
#include "train/stopwatch.h"
#include "train/tensor_view.h"

namespace cutlink::train {
namespace {

std::uint64_t raw_bytes(std::uint64_t rows, std::uint64_t channels, DType dtype) {
  return rows * channels * size_of(dtype);
}

// With the half's place if the codec serves it, else with host memory.
codecs::CodecContext served(const codecs::Codec& codec, codecs::CodecContext context) {
  context.place = codec.serves(context.place) ? context.place : Place::host;
  return context;
}

codecs::CodecContext in_host_memory(codecs::CodecContext context) {
  context.place = Place::host;
  return context;
}

// x itself, or a copy in host memory if that is where the codec needs it.
at::Tensor at_place(const at::Tensor& x, Place place) {
  return place == Place::host && !x.is_cpu() ? x.cpu() : x;
}

}  // namespace

SendEndpoint::SendEndpoint(const codecs::Codec& codec, const codecs::CodecContext& context, DType dtype,
                           Observer& observer)
    : crossing_(context.crossing),
      spec_(codec.spec()),
      coding_(codec.cost()),
      codec_id_(wire::codec_id_of(spec_)),
      client_(static_cast<std::uint16_t>(context.client)),
      dtype_(dtype),
      place_(served(codec, context).place),
      observer_(observer),
      encoder_(codec.make_encoder(served(codec, context))) {}

ByteVector SendEndpoint::send(const at::Tensor& x, const MicroBatch& batch,
                              const wire::BatchDescriptor& descriptor, std::uint64_t sequence) {
  const Stopwatch watch;
  sent_ = at_place(x.detach().contiguous(), batch.plain ? Place::host : place_);
  const MatrixView view = view_of(sent_);
  assert(view.dtype == dtype_ && view.rows == batch.layout.rows());
  const wire::FrameInfo info = {.type = wire::FrameType::tensor,
                                .crossing = crossing_,
                                .phase = batch.phase,
                                .plain = batch.plain,
                                .last_micro_batch = batch.last,
                                .dtype = dtype_,
                                .client = client_,
                                .codec_id = codec_id_,
                                .step = batch.step,
                                .micro_batch = batch.index,
                                .sequence = sequence,
                                .rows = static_cast<std::uint32_t>(view.rows),
                                .channels = static_cast<std::uint32_t>(view.cols)};
  codecs::BodyFacts facts;
  ByteSpan payload;
  body_.clear();
  if (batch.plain) {
    payload = {static_cast<const std::uint8_t*>(view.data), view.elements() * size_of(dtype_)};
    facts.mean_width = 8.0 * static_cast<double>(size_of(dtype_));
  } else {
    facts = encoder_->encode(view, batch.call(), body_);
    payload = body_.payload;
  }
  wire::FrameSizes sizes;
  ByteVector frame = wire::encode_frame(info, descriptor, body_.metadata, payload, &sizes);

  MessageRow row = row_of(info, sizes);
  row.codec = batch.plain ? name_of(dtype_) : spec_;
  row.coding = batch.plain ? CodingCost::copied : coding_;
  row.metadata_bytes -= body_.outlier_bytes;
  row.outlier_bytes = body_.outlier_bytes;
  row.mean_width = facts.mean_width;
  row.escaped_rows = facts.escaped_rows;
  row.passthrough_channels = facts.passthrough_channels;
  row.encode_ns = watch.elapsed_ns();
  observer_.on_sent(row, view);
  if (batch.phase == Phase::train && batch.last && !batch.plain && !encoder_->widths().empty()) {
    observer_.on_widths(batch.step, crossing_, encoder_->widths());
  }
  report_events(batch.step);
  return frame;
}

std::int64_t SendEndpoint::learn(const at::Tensor& gradient, const MicroBatch& batch) {
  const Stopwatch watch;
  const at::Tensor placed = at_place(gradient, place_);
  encoder_->learn(view_of(placed));
  const std::int64_t duration = watch.elapsed_ns();
  report_events(batch.step);
  return duration;
}

void SendEndpoint::report_events(std::uint32_t step) {
  for (Event& event : encoder_->take_events()) {
    event.step = step;
    if (!event.crossing) {
      event.crossing = crossing_;
      event.message += fmt::format(" ({})", name_of(crossing_));
    }
    observer_.on_event(event);
  }
}

ReceiveEndpoint::ReceiveEndpoint(const codecs::Codec& codec, const codecs::CodecContext& context, DType dtype)
    : crossing_(context.crossing),
      spec_(codec.spec()),
      codec_id_(wire::codec_id_of(spec_)),
      channels_(context.channels),
      dtype_(dtype),
      decoder_(codec.make_decoder(in_host_memory(context))) {}

void ReceiveEndpoint::check(const wire::Frame& frame, const MicroBatch& batch) const {
  const wire::FrameInfo& info = frame.info;
  const auto refuse = [&](const std::string& why) {
    peer_error(fmt::format("frame {} ({}, step {}, micro-batch {}): {}", info.sequence,
                           name_of(info.crossing), info.step, info.micro_batch, why));
  };
  if (info.type != wire::FrameType::tensor || info.crossing != crossing_) {
    refuse(fmt::format("a tensor of {} was expected", name_of(crossing_)));
  }
  if (info.codec_id != codec_id_) {
    refuse(fmt::format("coded by another codec than {}; use the same scenario on both sides", spec_));
  }
  if (info.dtype != dtype_) {
    refuse(fmt::format("its matrix is {}, expected {}; set model.dtype alike on both sides",
                       name_of(info.dtype), name_of(dtype_)));
  }
  if (info.phase != batch.phase || info.step != batch.step || info.micro_batch != batch.index ||
      info.last_micro_batch != batch.last || info.plain != batch.plain) {
    refuse(fmt::format("expected step {}, micro-batch {}{} ({}{})", batch.step, batch.index,
                       batch.last ? ", the last of its step" : "", name_of(batch.phase),
                       batch.plain ? ", plain" : ""));
  }
  if (info.rows != batch.layout.rows() || info.channels != channels_) {
    refuse(fmt::format("{} x {} elements, expected {} x {}", info.rows, info.channels, batch.layout.rows(),
                       channels_));
  }
  if (!frame.descriptor.maps.empty()) {
    refuse("row maps are not served by this version");
  }
  if (batch.plain &&
      (!frame.metadata.empty() || frame.payload.size() != raw_bytes(info.rows, info.channels, dtype_))) {
    refuse(fmt::format("a plain frame of {} + {} bytes, expected 0 + {}", frame.metadata.size(),
                       frame.payload.size(), raw_bytes(info.rows, info.channels, dtype_)));
  }
}

at::Tensor ReceiveEndpoint::receive(const wire::Frame& frame, const MicroBatch& batch) {
  at::Tensor x_hat = empty_matrix(frame.info.rows, frame.info.channels, dtype_);
  if (batch.plain) {
    std::memcpy(x_hat.mutable_data_ptr(), frame.payload.data(), frame.payload.size());
    return x_hat;
  }
  ByteVector before;
  ByteWriter writer(before);
  decoder_->save(writer);
  try {
    decoder_->decode({frame.metadata, frame.payload}, batch.call(), mutable_view_of(x_hat));
  } catch (const Error&) {
    ByteReader reader(before, "decoder state", ErrorKind::run);
    decoder_->restore(reader);
    throw;
  }
  return x_hat;
}

}  // namespace cutlink::train
