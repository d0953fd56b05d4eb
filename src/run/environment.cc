#include "run/environment.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/machine_memory.h"
#include "base/text/text.h"
#include "base/units.h"
#include "base/version.h"
#include "netsim/emulate/emulator_support.h"
#include "netsim/spec/link_spec.h"
#include "scenario/data_root.h"
#include "scenario/device_profile.h"

namespace cutlink::run {

namespace {

namespace fs = std::filesystem;

// The flags that decide how fast training and codecs are.
std::string cpu_flags() {
  std::ifstream info("/proc/cpuinfo");
  std::vector<std::string> found;
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("flags") || line.starts_with("Features")) {
      line += " ";
      for (const char* flag : {"avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve"}) {
        if (line.find(std::string(" ") + flag + " ") != std::string::npos) {
          found.emplace_back(flag);
        }
      }
      break;
    }
  }
  return found.empty() ? "no vector flags seen" : join(found, ", ");
}

Finding model_finding(const std::string& name, const fs::path& path, const std::string& remedy) {
  std::error_code ignored;
  const bool there = fs::exists(path / "config.json", ignored);
  return {there, "model", there ? name + " in " + scenario::portable_path(path) : name + " is not there",
          there ? "" : remedy};
}

Finding python_finding() {
  const fs::path venv = scenario::data_root() / ".venv";
  std::error_code ignored;
  std::vector<std::string> missing;
  const std::vector<std::string> wanted = {"torch",      "transformers", "peft",
                                           "tokenizers", "safetensors",  "matplotlib"};
  for (const std::string& name : wanted) {
    bool found = false;
    for (const fs::directory_entry& python : fs::directory_iterator(venv / "lib", ignored)) {
      found = found || fs::is_directory(python.path() / "site-packages" / name, ignored);
    }
    if (!found) {
      missing.push_back(name);
    }
  }
  if (missing.empty()) {
    return {true, "python",
            "virtual environment with " + join(wanted, ", ") + " (plots and cross-checks only)", ""};
  }
  return {false, "python", "virtual environment lacks " + join(missing, ", "),
          "tools/setup --all adds them; only plots and cross-checks need them"};
}

}  // namespace

std::vector<Finding> look_around() {
  std::vector<Finding> findings;
  const std::string at = commit();
  findings.push_back({true, "cutlink", version() + (at.empty() ? "" : " (" + at + ")"), ""});
  findings.push_back({true, "torch",
                      fmt::format("LibTorch {}, {} threads by default", TORCH_VERSION, at::get_num_threads()),
                      ""});
  findings.push_back(
      {true, "cpu", fmt::format("{} cores; {}", std::thread::hardware_concurrency(), cpu_flags()), ""});
  const std::uint64_t memory = machine_memory_bytes();
  constexpr std::uint64_t wanted_memory = 8'000'000'000;  // SmolLM2 in fp32, 4 × 224 tokens, with headroom
  findings.push_back({memory >= wanted_memory, "memory", to_text(Bytes{memory}),
                      memory >= wanted_memory ? "" : "enough for the embedded model; SmolLM2 wants 8 GB"});
#ifdef CUTLINK_CUDA_TOOLKIT
  findings.push_back(
      {true, "cuda",
       fmt::format("toolkit {}, {}; no kernels in this version: training and codecs run on the "
                   "CPU",
                   CUTLINK_CUDA_TOOLKIT, at::hasCUDA() ? "a device answers" : "no device answers"),
       ""});
#else
  findings.push_back({true, "cuda", "not built in: training and codecs run on the CPU", ""});
#endif
  findings.push_back({true, "worlds",
                      "simulated (virtual time; needs no privileges and no network), shaped (on "
                      "loopback; needs no privileges), live (cutlink serve)",
                      ""});
  const netsim::EmulatorSupport emulator = netsim::emulator_support();
  findings.push_back(
      {emulator.available(), "emulator",
       emulator.available()
           ? "links can be emulated here (--world emulated, link emulate)"
           : "links cannot be emulated here, --world emulated is shaped instead: " + emulator.missing,
       emulator.remedy});
  const std::size_t links = netsim::list_links(scenario::link_directories()).size();
  findings.push_back(
      {links > 0, "links",
       fmt::format("{} presets in {}", links, scenario::portable_path(scenario::link_directories().front())),
       links > 0 ? "" : "run inside the project's directory, or set CUTLINK_ROOT to it"});
  const std::vector<std::string> profiles = scenario::list_profiles(scenario::profile_directory());
  findings.push_back(
      {!profiles.empty(), "profiles", profiles.empty() ? "none" : join(profiles, ", "),
       profiles.empty() ? "run inside the project's directory, or set CUTLINK_ROOT to it" : ""});
  findings.push_back(model_finding("the embedded model",
                                   scenario::data_root() / "scenarios" / "models" / "tiny",
                                   "cutlink pretrain scenarios/models/tiny"));
  findings.push_back(model_finding("SmolLM2-135M", scenario::data_root() / "models" / "smollm2-135m",
                                   "tools/fetch-model smollm2-135m"));
  std::error_code ignored;
  const bool gsm8k =
      fs::exists(scenario::gsm8k_file("train"), ignored) && fs::exists(scenario::gsm8k_file("test"), ignored);
  findings.push_back({gsm8k, "data",
                      gsm8k ? "GSM8K is there; generated word problems are built in"
                            : "GSM8K is not there; generated word problems are built in",
                      gsm8k ? ""
                            : "put train.jsonl and test.jsonl (github.com/openai/grade-school-math) into "
                              "data/gsm8k, or set CUTLINK_GSM8K to their directory"});
  findings.push_back(python_finding());
  return findings;
}

}  // namespace cutlink::run
