// The files of one run (DESIGN.md §7), written as it goes and cut back to a checkpoint when it resumes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/file_descriptor.h"
#include "record/run_sink.h"

namespace cutlink::record {

// Lengths of steps.csv, messages.csv, widths.csv and events.jsonl, in this order.
using FileOffsets = std::array<std::uint64_t, 4>;

// A run's directory is one process's at a time: from before anything in it is read until the run is over.
class RunLock {
 public:
  // Of the directory where there is one. Throws Error(usage) where another run has it.
  explicit RunLock(std::filesystem::path directory);
  // The directory is made where there was none. Throws Error(run) with path and cause, and Error(usage) as
  // above and where another run came first meanwhile.
  void make_directory();
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  void take();
  std::filesystem::path directory_;
  std::optional<FileDescriptor> descriptor_;
};

class RunDirectory : public RunSink {
 public:
  using OnEvent = std::function<void(const Event&)>;

  // The lock outlives what is returned.
  //
  // Creates the directory and begins its files anew; what an earlier, unfinished run left is removed.
  // on_event: called for every event, after it was written; may be empty. Throws Error(run) with path and
  // cause.
  static std::unique_ptr<RunDirectory> begin(RunLock& lock, OnEvent on_event);
  // The same for a run that goes back to its beginning: the history of its connections stays.
  static std::unique_ptr<RunDirectory> begin_again(RunLock& lock, OnEvent on_event);
  // Cuts the files back to `offsets` and goes on there. Events that tell of connections stay.
  static std::unique_ptr<RunDirectory> resume(const RunLock& lock, const FileOffsets& offsets,
                                              OnEvent on_event);
  ~RunDirectory() override;

  void step(const StepRow& row) override;
  void message(const MessageRow& row) override;
  void width(const WidthRow& row) override;
  void event(const Event& event) override;
  // The same of an event that was told already: on_event is not called.
  void record(const Event& event);

  // Everything written so far is on the disk; lengths for a checkpoint.
  FileOffsets sync();

 private:
  struct State;
  explicit RunDirectory(std::unique_ptr<State> state);
  static std::unique_ptr<RunDirectory> begin_with(RunLock& lock, OnEvent on_event, bool keep_history);
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::record
