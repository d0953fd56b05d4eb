#include "record/event_history.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/events_jsonl.h"

namespace cutlink::record {
namespace {

std::string line(const char* name) { return event_line({true, 3, name, "words"}); }

TEST(EventHistory, KeepsWhatWasThereAndThenOnlyWhatTellsOfConnections) {
  const std::string before = line("target_reached");
  const std::string after = line("connection_lost") + line("widths_stuck") + line("connection_back") +
                            line("went_back") + line("run_failed");
  EXPECT_EQ(cut_events(before + after, before.size()),
            before + line("connection_lost") + line("connection_back") + line("went_back"));
  EXPECT_EQ(cut_events(before + after, 0),
            line("connection_lost") + line("connection_back") + line("went_back"));
  EXPECT_EQ(cut_events(before, before.size()), before);
}

TEST(EventHistory, DropsWhatIsNoWholeLine) {
  const std::string torn = line("connection_lost").substr(0, 30);
  EXPECT_EQ(cut_events(line("went_back") + torn, 0), line("went_back"));
  EXPECT_EQ(cut_events("no json\n[]\n{}\n{\"name\":7}\n" + line("went_back"), 0), line("went_back"));
}

TEST(EventHistory, AFileIsCutWholeAndAShorterOneLeft) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "events.jsonl";
  const std::string before = line("target_reached");
  replace_file(file, std::string_view(before + line("widths_stuck") + line("connection_lost")));
  const std::string kept = before + line("connection_lost");
  EXPECT_EQ(cut_event_file(file, before.size()), kept.size());
  EXPECT_EQ(read_text_file(file, 1000), kept);
  EXPECT_EQ(cut_event_file(file, before.size()), kept.size());  // again: nothing more to cut
  EXPECT_EQ(cut_event_file(file, 10'000), kept.size());
  EXPECT_EQ(read_text_file(file, 1000), kept);
}

}  // namespace
}  // namespace cutlink::record
