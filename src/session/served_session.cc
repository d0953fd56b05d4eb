#include "session/served_session.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/steady_now.h"
#include "session/adapter_bytes.h"
#include "session/session_server.h"
#include "session/session_store.h"

namespace cutlink::session {

ServedSession::ServedSession(const wire::Token& token, std::string owner, const train::Agreement& agreement,
                             const ServedModel& model, std::uint32_t threads)
    : token_(token), owner_(std::move(owner)), agreement_(agreement), model_(model), threads_(threads) {
  half_ = std::make_unique<train::ServerHalf>(agreement.spec, model.config, &model.checkpoint, reporter_);
  memory_bytes_ = session_bytes(agreement.spec, model);
  cap_ = max_session_body_bytes(agreement.spec, model, adapter_bytes(half_->adapters()));
}

MessageParts ServedSession::run(std::uint64_t number, ByteSpan frame, const wire::Arrival& arrival) {
  if (number == answered_ && !answer_.empty()) {
    return answer_;
  }
  if (number != answered_ + 1) {
    peer_error(fmt::format("request {}: {} was expected", number, answered_ + 1));
  }
  if (at::get_num_threads() != static_cast<int>(threads_)) {  // the last request was another session's
    at::set_num_threads(static_cast<int>(threads_));
  }
  std::optional<ByteVector> reply;
  try {
    reply = half_->handle(frame);
  } catch (...) {
    static_cast<void>(reporter_.take({}, 0.0));  // what it heard of this frame goes with it
    throw;
  }
  const auto size = static_cast<std::uint32_t>(reply ? reply->size() : 0);  // frames are below 4 GiB
  ByteVector head(sizeof size);
  std::memcpy(head.data(), &size, sizeof size);
  MessageParts parts = {std::make_shared<const ByteVector>(std::move(head))};
  if (reply) {
    parts.push_back(std::make_shared<const ByteVector>(std::move(*reply)));
  }
  const RequestTimes times = {arrival.first_byte_ns, arrival.last_byte_ns,
                              std::max(steady_now_ns(), arrival.last_byte_ns)};
  parts.push_back(std::make_shared<const ByteVector>(reporter_.take(times, half_->gradient_norm())));
  answered_ = number;
  answer_ = parts;
  return parts;
}

ByteVector ServedSession::save() const {
  ByteVector bytes;
  ByteWriter out(bytes);
  half_->save(out);
  out.put(threads_);
  return bytes;
}

void ServedSession::restore(ByteSpan state) {
  ByteReader in(state, "checkpoint of session " + wire::to_text(token_).substr(0, 8), ErrorKind::usage);
  half_->restore(in);
  const auto threads = in.get<std::uint32_t>();
  if (threads == 0 || threads > max_session_threads) {
    in.fail(fmt::format("{} threads (1 to {})", threads, max_session_threads));
  }
  in.expect_end();
  threads_ = threads;
  answered_ = 0;
  answer_.clear();
}

ByteVector ServedSession::adapters() { return write_adapters(half_->adapters()); }

std::string ServedSession::describe() const {
  const train::TrainSpec& spec = agreement_.spec;
  const std::size_t middle = model_.config.blocks - spec.split.bottom - spec.split.top;
  const std::string split = spec.split.shape == train::SplitSpec::Shape::u
                                ? fmt::format("{}·{}·{}", spec.split.bottom, middle, spec.split.top)
                                : fmt::format("{}·{}", spec.split.bottom, middle);
  return fmt::format("{}, {}, {} / {}, {} steps", model_.name, split, spec.codecs.activation,
                     spec.codecs.gradient, spec.steps);
}

}  // namespace cutlink::session
