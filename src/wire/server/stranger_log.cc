#include "wire/server/stranger_log.h"

namespace cutlink::wire {

void StrangerLog::note(const std::string& peer, const std::string& why, std::int64_t now_ns) {
  if (!sink_) {
    return;
  }
  if (last_line_ns_ && now_ns - *last_line_ns_ < between_lines_ns) {
    ++untold_;
    return;
  }
  last_line_ns_ = now_ns;
  std::string line = peer + " came no further than its greeting: " +
                     (why.empty() ? "too many others, or no descriptor or memory left" : why);
  if (untold_ > 0) {
    line += " (and " + std::to_string(untold_) + " more since the last such line)";
    untold_ = 0;
  }
  sink_(line);
}

}  // namespace cutlink::wire
