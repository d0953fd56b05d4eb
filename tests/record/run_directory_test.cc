#include "record/run_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace cutlink::record {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "mine";
}

TEST(RunDirectory, NeverTakesADirectoryThatHoldsOtherFiles) {
  const TemporaryFolder folder;
  for (const char* name : {"checkpoints/notes.txt", "adapters/mine.safetensors", "letter.txt"}) {
    const fs::path path = folder / fs::path(name).stem().c_str();
    write(path / name);
    try {
      RunLock lock(path);
      static_cast<void>(RunDirectory::begin(lock, {}));
      ADD_FAILURE() << name << " was taken for a run's";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
    }
    EXPECT_TRUE(fs::exists(path / name));
    EXPECT_FALSE(fs::exists(path / "steps.csv"));
  }
}

TEST(RunDirectory, IsOneRunsAtATime) {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  const auto expect_taken = [&](const std::function<void()>& take) {
    try {
      take();
      ADD_FAILURE() << "two runs write the same files";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(std::string(error.what()).find("another cutlink run writes here"), std::string::npos);
    }
  };
  {
    RunLock late(path);  // there is nothing to lock yet
    RunLock first(path);
    const auto files = RunDirectory::begin(first, {});
    expect_taken([&] { static_cast<void>(RunDirectory::begin(late, {})); });
    expect_taken([&] { const RunLock another(path); });
  }
  EXPECT_NO_THROW(RunLock{path});
}

TEST(RunDirectory, WhatARunWroteMeanwhileIsNotReplaced) {
  const TemporaryFolder folder;
  const fs::path path = folder / "run";
  RunLock late(path);
  {
    RunLock first(path);
    static_cast<void>(RunDirectory::begin(first, {}));
    write(path / "run.json");
    write(path / "adapters/merged");
  }
  try {
    static_cast<void>(RunDirectory::begin(late, {}));
    ADD_FAILURE() << "it was replaced";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("another cutlink run came first"), std::string::npos);
  }
  EXPECT_TRUE(fs::exists(path / "adapters/merged"));
}

TEST(RunDirectory, TakesAnEmptyOneAndWhatARunBegan) {
  const TemporaryFolder folder;
  const auto begin = [](const fs::path& path) {
    RunLock lock(path);
    static_cast<void>(RunDirectory::begin(lock, {}));
  };
  EXPECT_NO_THROW(begin(folder / "new"));
  EXPECT_NO_THROW(begin(folder / "new"));
  write(folder / "new/run.json.tmp-123-0");  // it was killed meanwhile
  EXPECT_NO_THROW(begin(folder / "new"));
  write(folder / "run/run.json");
  write(folder / "run/checkpoints/1/marker");
  EXPECT_NO_THROW(begin(folder / "run"));
  EXPECT_FALSE(fs::exists(folder / "run/checkpoints"));
}

}  // namespace
}  // namespace cutlink::record
