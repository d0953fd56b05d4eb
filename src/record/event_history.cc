#include "record/event_history.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "base/regular_file.h"

namespace cutlink::record {

namespace {

constexpr std::uint64_t max_bytes = 100'000'000;  // of the file: events are few
constexpr std::array<std::string_view, 3> kept = {"connection_lost", "connection_back", "went_back"};

bool is_history(std::string_view line) {
  if (line.find('\0') != std::string_view::npos) {
    return false;
  }
  const auto event = nlohmann::json::parse(line, nullptr, false);
  const auto name = event.is_object() ? event.find("name") : event.end();
  return event.is_object() && name != event.end() && name->is_string() &&
         std::ranges::find(kept, name->get_ref<const std::string&>()) != kept.end();
}

}  // namespace

std::string cut_events(std::string_view events, std::uint64_t offset) {
  std::string text(events.substr(0, offset));
  for (std::size_t at = offset, end = 0; (end = events.find('\n', at)) != std::string_view::npos;
       at = end + 1) {
    const std::string_view line = events.substr(at, end - at);
    if (is_history(line)) {
      text.append(line).append("\n");
    }
  }
  return text;
}

std::uint64_t cut_event_file(const std::filesystem::path& file, std::uint64_t offset) {
  const std::string events = read_regular_file(file, max_bytes);
  if (events.size() <= offset) {
    return events.size();
  }
  const std::string text = cut_events(events, offset);
  replace_file(file, text);
  return text.size();
}

}  // namespace cutlink::record
