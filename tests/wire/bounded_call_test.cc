#include "wire/bounded_call.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "base/steady_now.h"
#include "wire/tcp_socket.h"

namespace cutlink::wire {
namespace {

std::int64_t in(std::chrono::nanoseconds time) { return steady_now_ns() + time.count(); }

TEST(BoundedCall, GivesWhatTheCallGives) {
  EXPECT_EQ(call_until(in(std::chrono::seconds(20)), [] { return 7; }), 7);
  EXPECT_THROW(static_cast<void>(
                   call_until(in(std::chrono::seconds(20)), []() -> int { throw std::runtime_error("no"); })),
               std::runtime_error);
}

TEST(BoundedCall, LeavesACallThatTakesTooLong) {
  auto gate = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  EXPECT_FALSE(call_until(in(std::chrono::milliseconds(20)), [gate, ended] {
                 gate->get_future().wait();
                 ended->set_value();
                 return 7;
               }).has_value());
  gate->set_value();
  ended->get_future().wait();
}

}  // namespace
}  // namespace cutlink::wire
