#include "record/run_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/directory_lock.h"
#include "base/error.h"
#include "base/file_io.h"
#include "base/regular_file.h"
#include "record/event_history.h"
#include "record/events_jsonl.h"
#include "record/messages_csv.h"
#include "record/run_json.h"
#include "record/steps_csv.h"
#include "record/widths_csv.h"

namespace cutlink::record {

namespace fs = std::filesystem;

namespace {

// A run may replace what a run wrote, never somebody's other files: a directory without run.json is taken
// only when it is empty, or holds no more than the files that a run begins with.
void refuse_foreign(const fs::path& path) {
  constexpr std::array<std::string_view, 5> first_files = {"steps.csv", "messages.csv", "widths.csv",
                                                           "events.jsonl", "server"};
  std::error_code ignored;
  if (fs::exists(path / "run.json", ignored)) {
    return;
  }
  for (const fs::path& entry : entries_of(path)) {
    const std::string name = entry.filename().string();
    const bool was_being_written = name.starts_with("run.json.tmp-");  // when the run was killed
    if (!was_being_written && std::find(first_files.begin(), first_files.end(), name) == first_files.end()) {
      usage_error(fmt::format("{} holds {}, which is not of a run: name another directory with --output",
                              path.string(), name));
    }
  }
}

// None, too, where it is damaged.
std::optional<RunInfo> readable_run_json(const fs::path& path) {
  try {
    return read_run_json(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

EventsJsonl cut_back(const fs::path& events, std::uint64_t offset) {
  // A file that is too short is open_at()'s to refuse.
  return EventsJsonl::open_at(events, std::max(offset, cut_event_file(events, offset)));
}

}  // namespace

RunLock::RunLock(fs::path directory) : directory_(std::move(directory)) {
  std::error_code ignored;
  if (fs::exists(directory_, ignored)) {
    take();
  }
}

void RunLock::take() {
  descriptor_ = lock_directory(directory_, ErrorKind::run);
  if (!descriptor_) {
    usage_error(fmt::format("{}: another cutlink run writes here (wait for it, or name another --output)",
                            directory_.string()));
  }
}

void RunLock::make_directory() {
  if (descriptor_) {
    return;
  }
  make_directories(directory_);
  take();
  std::error_code error;
  if (fs::exists(directory_ / "run.json", error)) {
    usage_error(fmt::format("{}: another cutlink run came first (look at it, or name another --output)",
                            directory_.string()));
  }
}

struct RunDirectory::State {
  StepsCsv steps;
  MessagesCsv messages;
  WidthsCsv widths;
  EventsJsonl events;
  OnEvent on_event;
};

RunDirectory::RunDirectory(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunDirectory::~RunDirectory() = default;

std::unique_ptr<RunDirectory> RunDirectory::begin(RunLock& lock, OnEvent on_event) {
  return begin_with(lock, std::move(on_event), false);
}

std::unique_ptr<RunDirectory> RunDirectory::begin_again(RunLock& lock, OnEvent on_event) {
  return begin_with(lock, std::move(on_event), true);
}

std::unique_ptr<RunDirectory> RunDirectory::begin_with(RunLock& lock, OnEvent on_event, bool keep_history) {
  const fs::path& path = lock.directory();
  lock.make_directory();
  refuse_foreign(path);
  // Whatever is left of it when this process is killed is to be begun again, and is a run's until the last.
  if (std::optional<RunInfo> earlier = readable_run_json(path)) {
    earlier->status = Status::interrupted;
    write_run_json(path, *earlier);
  }
  std::error_code error;
  for (const char* stale : {"checkpoints", "adapters", "run.json"}) {
    fs::remove_all(path / stale, error);
    if (error) {
      run_error(fmt::format("cannot remove {}: {}", (path / stale).string(), error.message()));
    }
  }
  const fs::path events = path / "events.jsonl";
  auto state = std::make_unique<State>(
      State{StepsCsv::create(path / "steps.csv"), MessagesCsv::create(path / "messages.csv"),
            WidthsCsv::create(path / "widths.csv"),
            keep_history && is_there(events) ? cut_back(events, 0) : EventsJsonl::create(events),
            std::move(on_event)});
  return std::unique_ptr<RunDirectory>(new RunDirectory(std::move(state)));
}

std::unique_ptr<RunDirectory> RunDirectory::resume(const RunLock& lock, const FileOffsets& offsets,
                                                   OnEvent on_event) {
  const fs::path& path = lock.directory();
  auto state =
      std::make_unique<State>(State{StepsCsv::open_at(path / "steps.csv", offsets[0]),
                                    MessagesCsv::open_at(path / "messages.csv", offsets[1]),
                                    WidthsCsv::open_at(path / "widths.csv", offsets[2]),
                                    cut_back(path / "events.jsonl", offsets[3]), std::move(on_event)});
  return std::unique_ptr<RunDirectory>(new RunDirectory(std::move(state)));
}

void RunDirectory::step(const StepRow& row) {
  state_->steps.write(row);
  // A step is whole in the files before the next one begins.
  state_->messages.flush();
  state_->widths.flush();
  state_->steps.flush();
}

void RunDirectory::message(const MessageRow& row) { state_->messages.write(row); }

void RunDirectory::width(const WidthRow& row) { state_->widths.write(row); }

void RunDirectory::record(const Event& event) { state_->events.write(event); }

void RunDirectory::event(const Event& event) {
  record(event);
  if (state_->on_event) {
    state_->on_event(event);
  }
}

FileOffsets RunDirectory::sync() {
  state_->steps.sync();
  state_->messages.sync();
  state_->widths.sync();
  state_->events.sync();
  return {state_->steps.offset(), state_->messages.offset(), state_->widths.offset(),
          state_->events.offset()};
}

}  // namespace cutlink::record
