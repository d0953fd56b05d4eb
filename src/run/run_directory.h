// The files of one run (DESIGN.md §7), written as it goes and cut back to a checkpoint when it resumes.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "run/run_sink.h"

namespace cutlink::run {

// Lengths of steps.csv, messages.csv, widths.csv and events.jsonl, in this order.
using FileOffsets = std::array<std::uint64_t, 4>;

class RunDirectory : public RunSink {
 public:
  using OnEvent = std::function<void(const Event&)>;

  // Creates the directory and begins its files anew; what an earlier, unfinished run left is removed.
  // on_event: called for every event, after it was written; may be empty. Throws Error(run) with path and
  // cause.
  static std::unique_ptr<RunDirectory> begin(const std::filesystem::path& path, OnEvent on_event);
  // The same for a run that goes back to its beginning: the history of its connections stays.
  static std::unique_ptr<RunDirectory> begin_again(const std::filesystem::path& path, OnEvent on_event);
  // Cuts the files back to `offsets` and goes on there. Events that tell of connections stay.
  static std::unique_ptr<RunDirectory> resume(const std::filesystem::path& path, const FileOffsets& offsets,
                                              OnEvent on_event);
  ~RunDirectory() override;

  void step(const StepRow& row) override;
  void message(const MessageRow& row) override;
  void width(const WidthRow& row) override;
  void event(const Event& event) override;

  // Everything written so far is on the disk; lengths for a checkpoint.
  FileOffsets sync();

 private:
  struct State;
  explicit RunDirectory(std::unique_ptr<State> state);
  static std::unique_ptr<RunDirectory> begin_with(const std::filesystem::path& path, OnEvent on_event,
                                                  bool keep_history);
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::run
