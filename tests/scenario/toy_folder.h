// A folder with the toy model, its data and scenarios, as the golden command-line tests have them. Made once
// a process (it needs python3), copied for every test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/scoped_variable.h"
#include "base/temporary_folder.h"
#include "scenario/scenario.h"

namespace cutlink::scenario {

class ToyFolder {
 public:
  ToyFolder() {
    for (const char* name : {"toy", "nan", "toy.toml", "rows.toml", "data.jsonl"}) {
      std::filesystem::copy(master() / name, folder_ / name, std::filesystem::copy_options::recursive);
    }
  }

  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return folder_ / name; }

  // 1·2·0 blocks, 4 steps of 2 sequences, compute of a profile. file: toy.toml or rows.toml (two rows).
  [[nodiscard]] Scenario scenario(const Overrides& overrides = {}, const char* file = "toy.toml") const {
    return load_scenario(folder_ / file, overrides);
  }

 private:
  static std::filesystem::path master() {
    static const TemporaryFolder made;
    static const bool done = [] {
      const std::string make = "python3 " CUTLINK_SOURCE_DIR "/tests/cli/make_fixtures.py ";
      if (std::system((make + (made / "").string()).c_str()) != 0) {
        run_error("tests/cli/make_fixtures.py failed");
      }
      return true;
    }();
    static_cast<void>(done);
    return made / "";
  }

  TemporaryFolder folder_;
  ScopedVariable root_{"CUTLINK_ROOT", CUTLINK_SOURCE_DIR};  // presets and profiles
};

}  // namespace cutlink::scenario
