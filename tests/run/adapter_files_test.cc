#include "run/adapter_files.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "model/weights/safetensors.h"

namespace cutlink::run {
namespace {

model::NamedParameter parameter(const std::string& name) { return {name, at::ones({2, 3})}; }

TEST(AdapterFiles, AreOneAHalfAndOneOfBoth) {
  const TemporaryFolder scratch;
  scenario::Scenario scenario;
  scenario.model = scratch.path() / "model";
  save_run_adapters(scratch.path(), scenario, {parameter("a"), parameter("b")}, {parameter("c")});
  const auto tensors = [&](const char* half) {
    return model::SafetensorsFile(scratch.path() / "adapters" / half / "adapter_model.safetensors")
        .tensors()
        .size();
  };
  EXPECT_EQ(tensors("client"), 2U);
  EXPECT_EQ(tensors("server"), 1U);
  EXPECT_EQ(tensors("merged"), 3U);
}

TEST(AdapterFiles, TheSameAdapterFromBothHalvesIsThePeersFault) {
  const TemporaryFolder scratch;
  try {
    save_run_adapters(scratch.path(), scenario::Scenario{}, {parameter("a")}, {parameter("a")});
    FAIL() << "saved";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "adapters"));
}

}  // namespace
}  // namespace cutlink::run
