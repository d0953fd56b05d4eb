#include "train/failure_signs.h"

#include <gtest/gtest.h>

namespace cutlink::train {
namespace {

TEST(FailureSigns, WarnsOnceOfAnEarlySpike) {
  FailureSigns signs(100, 33);
  EXPECT_FALSE(signs.on_loss(0, 2.0).has_value());
  EXPECT_FALSE(signs.on_loss(1, 1.2).has_value());
  EXPECT_FALSE(signs.on_loss(2, 1.9).has_value());  // above 1.5 × 1.2, below the first
  const auto event = signs.on_loss(3, 2.1);
  ASSERT_TRUE(event.has_value());
  EXPECT_TRUE(event->warning);
  EXPECT_EQ(event->name, "loss_spike");
  EXPECT_EQ(event->step, 3U);
  EXPECT_NE(event->message.find("1.5"), std::string::npos);
  EXPECT_FALSE(signs.on_loss(4, 9.0).has_value());
}

TEST(FailureSigns, ALateSpikeIsNoSignOfAFastDescent) {
  FailureSigns signs(100, 33);
  static_cast<void>(signs.on_loss(0, 1.0));
  EXPECT_FALSE(signs.on_loss(20, 5.0).has_value());
  FailureSigns early(100, 33);
  static_cast<void>(early.on_loss(0, 1.0));
  EXPECT_TRUE(early.on_loss(19, 5.0).has_value());
}

MessageRow message(std::uint32_t step, std::uint64_t metadata, std::uint64_t payload) {
  MessageRow row;
  row.step = step;
  row.metadata_bytes = metadata;
  row.payload_bytes = payload;
  return row;
}

TEST(FailureSigns, WarnsOnceOfMetadataInTheHold) {
  FailureSigns signs(10, 3);
  signs.on_message(message(0, 900, 100));  // before the hold
  EXPECT_FALSE(signs.on_step_end(0).has_value());
  MessageRow evaluation = message(4, 900, 100);
  evaluation.phase = Phase::eval;
  signs.on_message(evaluation);
  signs.on_message(message(4, 100, 900));  // exactly a tenth
  EXPECT_FALSE(signs.on_step_end(4).has_value());
  signs.on_message(message(5, 110, 900));
  const auto event = signs.on_step_end(5);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->name, "metadata_share");
  EXPECT_NE(event->message.find("10 %"), std::string::npos);
  EXPECT_NE(event->message.find("raise train.batch"), std::string::npos);
  EXPECT_FALSE(signs.on_step_end(6).has_value());
}

TEST(FailureSigns, TheAdviceNamesWhatTheCodecHas) {
  const auto advice = [](const std::string& codec) {
    FailureSigns signs(100, 33);
    static_cast<void>(signs.on_loss(0, 1.0));
    MessageRow row;
    row.crossing = Crossing::act_up;
    row.codec = codec;
    signs.on_message(row);
    row.crossing = Crossing::grad_up;  // the gradients' codec is not what falls first
    row.codec = "amaq:control=fixed";
    signs.on_message(row);
    return signs.on_loss(1, 5.0)->message;
  };
  const std::string budget = advice("amaq:start=7,target=4");
  EXPECT_NE(budget.find("`start`"), std::string::npos);
  EXPECT_EQ(budget.find("`beta`"), std::string::npos) << "budget has no beta to lower";
  EXPECT_NE(advice("amaq:start=7,control=controlled+zstd").find("`beta`"), std::string::npos);
  const std::string fall = advice("uniform:per=token,bits=8-4,outliers=off");
  EXPECT_NE(fall.find("lengthen `steps` of uniform"), std::string::npos);
  EXPECT_EQ(advice("uniform:bits=4").find("`steps`"), std::string::npos);
  for (const std::string& exact : {advice("bf16"), advice("uniform:bits=4")}) {
    EXPECT_EQ(exact.find("fall too fast"), std::string::npos) << exact;
    EXPECT_NE(exact.find("train.warmup"), std::string::npos) << exact;
  }
}

TEST(FailureSigns, RestoredTheyGoOnAsIfNeverSaved) {
  FailureSigns whole(100, 33);
  static_cast<void>(whole.on_loss(0, 2.0));
  static_cast<void>(whole.on_loss(1, 1.2));
  whole.on_message(message(40, 110, 890));
  ByteVector bytes;
  ByteWriter out(bytes);
  whole.save(out);
  FailureSigns resumed(100, 33);
  ByteReader in(bytes, "signs");
  resumed.restore(in);
  in.expect_end();
  // A fresh watcher would take 2.1 for the first loss, and would know of no metadata.
  EXPECT_TRUE(resumed.on_loss(2, 2.1).has_value());
  EXPECT_TRUE(resumed.on_step_end(40).has_value());
  EXPECT_TRUE(whole.on_loss(2, 2.1).has_value());
  ByteVector told;
  ByteWriter told_out(told);
  whole.save(told_out);
  FailureSigns after(100, 33);
  ByteReader told_in(told, "signs");
  after.restore(told_in);
  EXPECT_FALSE(after.on_loss(3, 9.0).has_value());
}

}  // namespace
}  // namespace cutlink::train
