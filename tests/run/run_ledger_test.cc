#include <gtest/gtest.h>

#include <vector>

#include "run/ledger.h"

namespace cutlink::run {
namespace {

// A link of 1 byte a nanosecond after 100 ns of delay, that queues nothing.
class PlainLink : public netsim::Link {
 public:
  netsim::Delivery send(Direction, Bytes size, netsim::Instant now) override {
    ++sent_;
    return {now + Nanoseconds(5), now + Nanoseconds(5 + 100 + static_cast<std::int64_t>(size.count)), 7};
  }
  BitRate goodput(Direction) const override { return {8e9}; }
  Nanoseconds transfer_time(Direction, Bytes) const override { return {}; }
  std::string describe() const override { return "plain"; }
  void save(ByteWriter& out) const override { out.put(sent_); }
  void restore(ByteReader& in) override { sent_ = in.get<std::uint64_t>(); }

  std::uint64_t sent_ = 0;
};

struct Rows : record::RunSink {
  void step(const StepRow& row) override { steps.push_back(row); }
  void message(const MessageRow& row) override { messages.push_back(row); }
  void width(const WidthRow& row) override { widths.push_back(row); }
  void event(const Event& row) override { events.push_back(row); }
  std::vector<StepRow> steps;
  std::vector<MessageRow> messages;
  std::vector<WidthRow> widths;
  std::vector<Event> events;
};

class LedgerTest : public testing::Test {
 protected:
  // One crossing: work, message, decoding.
  static void cross(Ledger& ledger, Crossing crossing, Work work, std::uint64_t payload,
                    Phase phase = Phase::train, std::uint32_t step = 0) {
    ledger.on_work({work, phase, step, 0, 1000});
    MessageRow row;
    row.phase = phase;
    row.step = step;
    row.crossing = crossing;
    row.codec = "uniform:bits=4";
    row.rows = 2;
    row.channels = 2;
    row.payload_bytes = payload;
    row.header_bytes = 64;
    row.mean_width = 4.0;
    row.encode_ns = 10;
    static const float x[4] = {1, 2, 3, 4};
    static const float x_hat[4] = {1, 2, 3, 3};
    ledger.on_sent(row, {x, DType::f32, 2, 2});
    ledger.on_received(crossing, phase, 20, {x_hat, DType::f32, 2, 2});
  }

  PlainLink training_, evaluation_;
  Rows rows_;
  train::StepResult result_{{6.0, 3}, 0.1, 0.5};
};

TEST_F(LedgerTest, AStepIsAChainOfWorkCodingAndMessages) {
  Ledger ledger(rows_, training_, evaluation_, {.distortion_every = 1, .total_steps = 10, .hold_begins = 0});
  ledger.begin({});
  cross(ledger, Crossing::act_up, Work::client_bottom_forward, 36);
  cross(ledger, Crossing::grad_down, Work::server_forward, 136);
  ledger.on_work({Work::client_bottom_backward, Phase::train, 0, 0, 500});
  const StepRow row = ledger.finish_step(0, result_, 0.25);
  EXPECT_EQ(row.up_bytes, 100U);
  EXPECT_EQ(row.down_bytes, 200U);
  EXPECT_EQ(row.modelled_bytes, 14U);
  EXPECT_EQ(row.client_ns, 1500);
  EXPECT_EQ(row.server_ns, 1000);
  EXPECT_EQ(row.codec_ns, 60);
  EXPECT_EQ(row.link_ns, (5 + 100 + 100) + (5 + 100 + 200));
  EXPECT_EQ(row.total_ns, row.client_ns + row.server_ns + row.codec_ns + row.link_ns);
  EXPECT_EQ(row.now_ns, row.total_ns);
  EXPECT_DOUBLE_EQ(row.loss, 2.0);
  EXPECT_TRUE(row.hold);
  ASSERT_EQ(rows_.messages.size(), 2U);
  EXPECT_EQ(rows_.messages[0].queue_ns, 5);
  EXPECT_EQ(rows_.messages[0].wire_ns, 200);
  EXPECT_EQ(rows_.messages[0].decode_ns, 20);
  EXPECT_NEAR(rows_.messages[0].distortion, 1.0 / 30.0, 1e-12);
}

TEST_F(LedgerTest, EvaluationPlaysOnAClockOfItsOwn) {
  Ledger ledger(rows_, training_, evaluation_, {});
  cross(ledger, Crossing::act_up, Work::client_bottom_forward, 36, Phase::eval);
  ledger.finish_evaluation();
  EXPECT_EQ(training_.sent_, 0U);
  EXPECT_EQ(evaluation_.sent_, 1U);
  cross(ledger, Crossing::act_up, Work::client_bottom_forward, 36);
  const StepRow row = ledger.finish_step(0, result_, 0.0);
  EXPECT_EQ(row.now_ns, row.total_ns);  // the evaluation took no training time
  EXPECT_EQ(rows_.messages.size(), 2U);
}

TEST_F(LedgerTest, WidthsAreWrittenWhenTheyChange) {
  Ledger ledger(rows_, training_, evaluation_, {});
  const std::vector<std::uint8_t> first = {7, 7, 6};
  const std::vector<std::uint8_t> second = {7, 5, 6};
  ledger.on_widths(0, Crossing::act_up, first);
  static_cast<void>(ledger.finish_step(0, result_, 0.0));
  EXPECT_EQ(rows_.widths.size(), 3U);
  ledger.on_widths(1, Crossing::act_up, second);
  static_cast<void>(ledger.finish_step(1, result_, 0.0));
  ASSERT_EQ(rows_.widths.size(), 4U);
  EXPECT_EQ(rows_.widths[3].channel, 1U);
  EXPECT_EQ(rows_.widths[3].width, 5U);
  ledger.on_widths(2, Crossing::act_up, first);
  ledger.discard();  // a step that failed leaves nothing, and the last widths stay
  ledger.on_widths(2, Crossing::act_up, second);
  static_cast<void>(ledger.finish_step(2, result_, 0.0));
  EXPECT_EQ(rows_.widths.size(), 4U);
}

TEST_F(LedgerTest, WarningsAreToldOnce) {
  Ledger ledger(rows_, training_, evaluation_, {});
  ledger.on_event({true, 1, "widths_stuck", "…"});
  ledger.on_event({true, 2, "widths_stuck", "…"});
  ledger.on_event({false, 2, "note", "…"});
  ledger.on_event({false, 3, "note", "…"});
  EXPECT_EQ(rows_.events.size(), 3U);
}

TEST_F(LedgerTest, RestoredItGoesOnAsIfNothingHadHappened) {
  Ledger whole(rows_, training_, evaluation_, {});
  cross(whole, Crossing::act_up, Work::client_bottom_forward, 36);
  whole.on_widths(0, Crossing::act_up, std::vector<std::uint8_t>{7});
  static_cast<void>(whole.finish_step(0, result_, 0.0));
  ByteVector bytes;
  ByteWriter out(bytes);
  whole.save(out);

  PlainLink training, evaluation;
  Rows rows;
  Ledger resumed(rows, training, evaluation, {});
  ByteReader in(bytes, "state");
  resumed.restore(in);
  in.expect_end();
  for (Ledger* ledger : {&whole, &resumed}) {
    cross(*ledger, Crossing::act_up, Work::client_bottom_forward, 36, Phase::train, 1);
    ledger->on_widths(1, Crossing::act_up, std::vector<std::uint8_t>{7});
  }
  EXPECT_EQ(whole.finish_step(1, result_, 0.0).now_ns, resumed.finish_step(1, result_, 0.0).now_ns);
  EXPECT_EQ(training.sent_, 2U);
  EXPECT_TRUE(rows.widths.empty());
}

}  // namespace
}  // namespace cutlink::run
