#include "record/events_jsonl.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file_io.h"
#include "base/temporary_folder.h"

namespace cutlink::record {
namespace {

const Event warning = {.warning = true, .step = 12, .name = "widths_stuck", .message = "a \"b\"\nc"};

Event note(const char* name, const char* message = "") { return {false, 0, name, message}; }

TEST(EventsJsonl, ALineIsOneObject) {
  EXPECT_EQ(
      event_line(warning),
      "{\"step\":12,\"level\":\"warning\",\"name\":\"widths_stuck\",\"message\":\"a \\\"b\\\"\\nc\"}\n");
  EXPECT_EQ(nlohmann::json::parse(event_line(note("target_reached")))["level"], "note");
}

TEST(EventsJsonl, BytesThatAreNotUtf8AreReplaced) {
  const std::string line = event_line(note("quoted", "bad \xff byte"));
  EXPECT_EQ(nlohmann::json::parse(line)["message"], "bad \xEF\xBF\xBD byte");
}

TEST(EventsJsonl, IsInTheFileAtOnceAndCanBeResumed) {
  const TemporaryFolder folder;
  EventsJsonl file = EventsJsonl::create(folder / "events.jsonl");
  file.write(warning);
  EXPECT_EQ(read_text_file(folder / "events.jsonl", 1000), event_line(warning));
  const std::uint64_t checkpoint = file.offset();
  file.write(note("lost"));
  EventsJsonl resumed = EventsJsonl::open_at(folder / "events.jsonl", checkpoint);
  resumed.write(note("again"));
  EXPECT_EQ(read_text_file(folder / "events.jsonl", 1000), event_line(warning) + event_line(note("again")));
}

}  // namespace
}  // namespace cutlink::record
