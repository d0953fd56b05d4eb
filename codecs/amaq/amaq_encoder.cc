#include "codecs/amaq/amaq_encoder.h"

#include <string>

#include "codecs/amaq/width_table.h"

namespace cutlink::codecs::amaq {

AmaqEncoder::AmaqEncoder(const AmaqParameters& parameters, const CodecContext& context)
    : crossing_(context.crossing),
      learner_(parameters, {context.channels, context.max_positions, 1, context.total_steps},
               std::string("amaq ") + name_of(context.crossing)) {}

BodyFacts AmaqEncoder::encode(MatrixView x, const CallInfo& call, Body& body) {
  body.clear();
  const std::span<const std::uint8_t> table = learner_.table(0);
  ByteWriter metadata(body.metadata);
  const bool changed = put_width_table(metadata, table, sent_);
  BodyFacts facts = learner_.encode(0, x, call, body);
  facts.width_table = changed;
  sent_.assign(table.begin(), table.end());
  if (call.phase == Phase::train) {
    ends_step_ = call.last_micro_batch;
  }
  return facts;
}

void AmaqEncoder::learn(MatrixView gradient) {
  learner_.learn(0, gradient);
  if (ends_step_) {
    learner_.end_step();
  }
}

std::span<const std::uint8_t> AmaqEncoder::widths() const {
  return sent_.empty() ? learner_.table(0) : sent_;
}

std::vector<Event> AmaqEncoder::take_events() {
  std::vector<Event> events = learner_.take_events();
  for (Event& event : events) {
    event.crossing = crossing_;
  }
  return events;
}

void AmaqEncoder::save(ByteWriter& out) const {
  out.put_array(std::span<const std::uint8_t>(sent_));
  learner_.save(out);
}

void AmaqEncoder::restore(ByteReader& in) {
  std::vector<std::uint8_t> sent = in.get_array<std::uint8_t>();
  if (!sent.empty() && sent.size() != learner_.table(0).size()) {
    in.fail("a table of " + std::to_string(sent.size()) + " widths where this codec has " +
            std::to_string(learner_.table(0).size()));
  }
  learner_.restore(in);
  sent_ = std::move(sent);
}

}  // namespace cutlink::codecs::amaq
