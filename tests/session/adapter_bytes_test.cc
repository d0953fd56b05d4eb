#include "session/adapter_bytes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::session {
namespace {

std::vector<model::NamedParameter> sample() {
  return {{"model.layers.3.self_attn.q_proj.lora_A.weight",
           at::tensor({1.0F, -2.0F, 3.5F, 0.0F, 1e-30F, -0.0F}).view({2, 3})},
          {"model.layers.3.self_attn.q_proj.lora_B.weight", at::full({4, 1}, 7.0F)}};
}

std::string refusal_of(ByteSpan bytes) {
  try {
    static_cast<void>(read_adapters(bytes));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::peer);
    return error.what();
  }
  return "";
}

TEST(AdapterBytes, ComeBackAsWritten) {
  const auto parameters = sample();
  const ByteVector bytes = write_adapters(parameters);
  EXPECT_EQ(bytes.size(), adapter_bytes(parameters));
  const auto read = read_adapters(bytes);
  ASSERT_EQ(read.size(), parameters.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].name, parameters[i].name);
    EXPECT_TRUE(read[i].value.equal(parameters[i].value));
  }
  EXPECT_TRUE(read_adapters(write_adapters({})).empty());
}

TEST(AdapterBytes, TruncatedAnywhereOrTooLongIsRefused) {
  ByteVector bytes = write_adapters(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(refusal_of(ByteSpan(bytes).first(size)), "") << size;
  }
  bytes.push_back(0);
  EXPECT_NE(refusal_of(bytes), "");
}

TEST(AdapterBytes, HostileNamesShapesAndCountsAreRefused) {
  auto twice = sample();
  twice[1].name = twice[0].name;
  EXPECT_NE(refusal_of(write_adapters(twice)).find("twice"), std::string::npos);
  for (const char* name : {"", "a\"b", "../x", "line\n"}) {
    auto named = sample();
    named[0].name = name;
    EXPECT_NE(refusal_of(write_adapters(named)).find("name"), std::string::npos);
  }
  ByteVector bytes = write_adapters(sample());
  const std::size_t shape = 4 + 8 + sample()[0].name.size();
  for (const std::uint64_t rows : {std::uint64_t{0}, std::uint64_t{3}, ~std::uint64_t{0}}) {
    ByteVector wrong = bytes;
    std::memcpy(&wrong[shape], &rows, sizeof rows);
    EXPECT_NE(refusal_of(wrong).find("shape"), std::string::npos);
  }
  bytes[3] = 0xFF;  // four thousand million of them
  EXPECT_NE(refusal_of(bytes).find("cannot hold"), std::string::npos);
}

}  // namespace
}  // namespace cutlink::session
