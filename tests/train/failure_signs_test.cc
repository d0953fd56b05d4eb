#include "train/failure_signs.h"

#include <gtest/gtest.h>

namespace cutlink::train {
namespace {

TEST(FailureSigns, WarnsOnceOfAnEarlySpike) {
  FailureSigns signs(100, 33, "lower train.lr");
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
  FailureSigns signs(100, 33, "lower train.lr");
  static_cast<void>(signs.on_loss(0, 1.0));
  EXPECT_FALSE(signs.on_loss(20, 5.0).has_value());
  FailureSigns early(100, 33, "lower train.lr");
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
  FailureSigns signs(10, 3, "lower train.lr");
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

TEST(FailureSigns, ASpikeEndsWithTheAdvice) {
  FailureSigns signs(100, 33, "raise `bits` of uniform, or lower train.lr");
  static_cast<void>(signs.on_loss(0, 1.0));
  EXPECT_EQ(signs.on_loss(1, 5.0)->message,
            "loss 5.000 at step 1 is above 1.5 x the lowest so far (1.000) and above the first (1.000): "
            "raise `bits` of uniform, or lower train.lr");
}

TEST(FailureSigns, RestoredTheyGoOnAsIfNeverSaved) {
  FailureSigns whole(100, 33, "lower train.lr");
  static_cast<void>(whole.on_loss(0, 2.0));
  static_cast<void>(whole.on_loss(1, 1.2));
  whole.on_message(message(40, 110, 890));
  ByteVector bytes;
  ByteWriter out(bytes);
  whole.save(out);
  FailureSigns resumed(100, 33, "lower train.lr");
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
  FailureSigns after(100, 33, "lower train.lr");
  ByteReader told_in(told, "signs");
  after.restore(told_in);
  EXPECT_FALSE(after.on_loss(3, 9.0).has_value());
}

}  // namespace
}  // namespace cutlink::train
