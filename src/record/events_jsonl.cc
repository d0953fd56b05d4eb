#include "record/events_jsonl.h"

#include <nlohmann/json.hpp>

namespace cutlink::record {

std::string event_line(const Event& event) {
  const nlohmann::ordered_json object = {{"step", event.step},
                                         {"level", event.warning ? "warning" : "note"},
                                         {"name", event.name},
                                         {"message", event.message}};
  // A message may quote bytes of a user's file: what is not UTF-8 becomes U+FFFD.
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void EventsJsonl::write(const Event& event) {
  file_.append(event_line(event));
  file_.flush();
}

}  // namespace cutlink::record
