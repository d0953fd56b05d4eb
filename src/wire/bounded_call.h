// A call that blocks for as long as it likes, waited for no longer than until a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "wire/signals_blocked.h"

namespace cutlink::wire {

// The result of `work`, which runs on a thread of its own; none where it has not ended by deadline_ns (steady
// clock). Then it is left to itself: it must own all that it touches. What it throws before is thrown here.
template <typename Work>
[[nodiscard]] auto call_until(std::int64_t deadline_ns, Work work)
    -> std::optional<std::invoke_result_t<Work>> {
  std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
  std::future<std::invoke_result_t<Work>> result = task.get_future();
  {
    const SignalsBlocked signals_blocked;
    std::thread(std::move(task)).detach();
  }
  const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(deadline_ns)};
  if (result.wait_until(deadline) != std::future_status::ready) {
    return std::nullopt;
  }
  return result.get();
}

}  // namespace cutlink::wire
