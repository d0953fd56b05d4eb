// A gate bank's saved state.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "codecs/amaq/gate_plant.h"

namespace cutlink::codecs::amaq {
namespace {

TEST(GateState, RestoredInTheMiddleOfAStepItGoesOnBitForBit) {
  for (const Control control : {Control::budget, Control::controlled, Control::fixed}) {
    const GateRules rules = rules_of(control, 7.0, 4.0, 30);
    GateBank bank(rules, 16);
    Plant plant{spread_sensitivities(16), 0.0, 1e-4};
    for (int step = 0; step < 25; ++step) {
      bank.accumulate(0, plant.gradient(bank.widths()));
      bank.observe_rows(0, std::vector<std::uint32_t>(16, static_cast<std::uint32_t>(step + 1)));
      bank.end_step();
    }
    bank.accumulate(0, random_vector(16, 1e-3, 11));
    ByteVector bytes;
    ByteWriter writer(bytes);
    bank.save(writer);
    GateBank resumed(rules, 16);
    ByteReader reader(bytes, "state", ErrorKind::run);
    resumed.restore(reader);
    reader.expect_end();
    for (int step = 0; step < 25; ++step) {
      const Vector g = random_vector(16, 1e-3, static_cast<std::uint64_t>(100 + step));
      for (GateBank* b : {&bank, &resumed}) {
        b->accumulate(0, g);
        b->end_step();
      }
    }
    ByteVector a;
    ByteVector b;
    ByteWriter to_a(a);
    ByteWriter to_b(b);
    bank.save(to_a);
    resumed.save(to_b);
    EXPECT_EQ(a, b);
    EXPECT_EQ(bank.wire_widths(), resumed.wire_widths());
  }
}

TEST(GateState, RefusesAStateThatDoesNotFit) {
  const GateRules rules = rules_of(Control::budget, 7.0, 4.0, 30);
  ByteVector bytes;
  ByteWriter writer(bytes);
  GateBank(rules, 16).save(writer);
  GateBank other(rules, 17);
  ByteReader of_another_size(bytes, "state", ErrorKind::run);
  EXPECT_THROW(other.restore(of_another_size), Error);
  GateBank same(rules, 16);
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, bytes.size() - 1}) {
    ByteReader truncated(ByteSpan(bytes).first(length), "state", ErrorKind::run);
    EXPECT_THROW(same.restore(truncated), Error);
  }
  ByteVector poisoned = bytes;
  const double nan = std::nan("");
  std::memcpy(poisoned.data() + 4 + 2 + 2 * (8 + 16) + 8, &nan, sizeof nan);  // the first gate
  ByteReader with_nan(poisoned, "state", ErrorKind::run);
  EXPECT_THROW(same.restore(with_nan), Error);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
