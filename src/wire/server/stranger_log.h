// What a log shall hear of connections that ended before a hello: port scans, wrong keys, clients without
// TLS. Few lines, however many they are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace cutlink::wire {

class StrangerLog {
 public:
  static constexpr std::int64_t between_lines_ns = 10'000'000'000;

  // sink may be empty.
  explicit StrangerLog(std::function<void(const std::string& line)> sink) : sink_(std::move(sink)) {}

  // why: empty where the end was not its own doing. now_ns: steady clock. A line at once where the last one
  // is long enough ago; else counted in the next one.
  void note(const std::string& peer, const std::string& why, std::int64_t now_ns);

 private:
  std::function<void(const std::string&)> sink_;
  std::optional<std::int64_t> last_line_ns_;
  std::uint64_t untold_ = 0;
};

}  // namespace cutlink::wire
