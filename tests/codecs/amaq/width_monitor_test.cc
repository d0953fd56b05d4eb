#include "codecs/amaq/width_monitor.h"

#include <gtest/gtest.h>

#include "codecs/amaq/amaq_test_data.h"

namespace cutlink::codecs::amaq {
namespace {

const Descent descent{7.0, 4.0, 10};

// Names of all events of `steps` steps in this state, from step `first` on.
std::vector<std::string> names_after(WidthMonitor& monitor, WidthState state, std::uint32_t first,
                                     std::uint32_t steps) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < steps; ++i) {
    state.step = first + i;
    monitor.end_step(state);
    for (const Event& event : monitor.take_events()) {
      names.push_back(event.name);
      EXPECT_EQ(event.message.rfind("amaq act_up: ", 0), 0U) << event.message;
    }
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(WidthMonitor, SaysOnceThatTheTargetIsReached) {
  WidthMonitor monitor("amaq act_up", descent);
  EXPECT_EQ(names_after(monitor, {0, 5.5, 0.4, false, false}, 0, 10), Names{});
  EXPECT_EQ(names_after(monitor, {0, 4.0, 0.4, true, false}, 10, 50), Names{"target_reached"});
}

TEST(WidthMonitor, SaysThatFrozenWidthsAreUniform) {
  WidthMonitor monitor("amaq act_up", descent);
  monitor.end_step({6, 4.0, 0.03, true, true});
  const std::vector<Event> events = monitor.take_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].name, "target_reached");
  EXPECT_FALSE(events[0].warning);
  EXPECT_NE(events[0].message.find("all gates are frozen"), std::string::npos);
  EXPECT_EQ(events[1].name, "uniform_widths");
  EXPECT_TRUE(events[1].warning);
  EXPECT_NE(events[1].message.find("0.03 < 0.10"), std::string::npos);
}

TEST(WidthMonitor, JudgesTheWidthsThatAreSent) {
  WidthMonitor monitor("amaq act_up", descent);
  monitor.end_step({10, 4.0, 0.29, true, false, 0.0});  // rounded, every width is 4
  const std::vector<Event> events = monitor.take_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].name, "uniform_widths");
  EXPECT_NE(events[1].message.find("the widths on the wire are uniform (standard deviation 0.00 < 0.10 bits"),
            std::string::npos)
      << events[1].message;
  WidthMonitor apart("amaq act_up", descent);
  EXPECT_EQ(names_after(apart, {0, 4.0, 0.29, true, false, 0.4}, 10, 50), Names{"target_reached"});
}

TEST(WidthMonitor, WarnsOfWidthsThatStayAboveTheTarget) {
  WidthMonitor monitor("amaq act_up", descent);
  EXPECT_EQ(names_after(monitor, {0, 4.3, 0.5, false, false}, 0, 29), Names{});
  EXPECT_EQ(names_after(monitor, {0, 4.3, 0.5, false, false}, 29, 50), Names{"widths_stuck"});
}

TEST(WidthMonitor, WarnsOfWidthsThatFallBelowTheTarget) {
  WidthMonitor monitor("amaq act_up", descent);
  EXPECT_EQ(names_after(monitor, {0, 3.7, 0.5, true, false}, 10, 50),
            (Names{"target_reached", "widths_collapsed"}));
  WidthMonitor near("amaq act_up", descent);
  EXPECT_EQ(names_after(near, {0, 3.8, 0.5, true, false}, 10, 50), Names{"target_reached"});
}

TEST(WidthMonitor, EveryWarningSaysItsThresholdAndWhatHelps) {
  struct Case {
    const char* name;
    WidthState state;
    const char* threshold;
    const char* remedy;
  };
  for (const Case& c :
       {Case{"uniform_widths", {0, 4.0, 0.03, true, true}, "< 0.10 bits", "use control=budget"},
        Case{"widths_stuck",
             {0, 4.3, 0.5, false, false},
             "more than 0.25 bits above its target 4.00 for 20 steps",
             "raise beta or gate_lr"},
        Case{"widths_collapsed",
             {0, 3.7, 0.5, true, false},
             "more than 0.25 bits below its target 4.00 for 20 steps",
             "start=4"}}) {
    WidthMonitor monitor("amaq act_up", descent);
    std::string said;
    for (WidthState state = c.state; state.step < 60; ++state.step) {
      monitor.end_step(state);
      for (const Event& event : monitor.take_events()) {
        if (event.name == c.name) {
          EXPECT_TRUE(event.warning);
          said += event.message;
        }
      }
    }
    EXPECT_NE(said.find(c.threshold), std::string::npos) << c.name << ": " << said;
    EXPECT_NE(said.find(c.remedy), std::string::npos) << c.name << ": " << said;
  }
}

TEST(WidthMonitor, ResumedItRepeatsNothing) {
  WidthMonitor monitor("amaq act_up", descent);
  static_cast<void>(names_after(monitor, {0, 4.0, 0.02, true, false}, 0, 30));
  monitor.left_out(30, 2);
  WidthMonitor resumed("amaq act_up", descent);
  restore_from(resumed, saved(monitor));
  resumed.left_out(31, 2);
  EXPECT_EQ(names_after(resumed, {0, 4.0, 0.02, true, false}, 31, 30), Names{});
}

TEST(WidthMonitor, SaysOnceThatGradientsWereLeftOut) {
  WidthMonitor monitor("amaq act_up", descent);
  monitor.left_out(3, 0);
  EXPECT_TRUE(monitor.take_events().empty());
  monitor.left_out(4, 7);
  monitor.left_out(5, 7);
  const std::vector<Event> events = monitor.take_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "gate_gradient_not_finite");
  EXPECT_EQ(events[0].step, 4U);
}

}  // namespace
}  // namespace cutlink::codecs::amaq
