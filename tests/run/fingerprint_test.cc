#include "run/fingerprint.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

namespace cutlink::run {
namespace {

std::string of_parts(const std::vector<std::string>& parts) {
  Fingerprint fingerprint;
  for (const std::string& part : parts) {
    fingerprint.add(ByteSpan(reinterpret_cast<const std::uint8_t*>(part.data()), part.size()));
  }
  return fingerprint.text();
}

std::string of_data(const std::vector<train::Sequence>& sequences) {
  Fingerprint fingerprint;
  fingerprint.add(train::Dataset(sequences, {}));
  return fingerprint.text();
}

TEST(Fingerprint, IsXxh3OfLengthsAndParts) {
  // XXH3-64 of nothing, seed 0: the reference value of xxHash's own test suite.
  EXPECT_EQ(of_parts({}), "2d06800538d394c2");
  std::string part(1'000'003, '\0');  // longer than XXH3's inner buffer, and no multiple of it
  std::iota(part.begin(), part.end(), '\1');
  std::uint64_t length = part.size();
  std::string stream(reinterpret_cast<const char*>(&length), sizeof length);
  stream += part;
  EXPECT_EQ(of_parts({part}), fmt::format("{:016x}", XXH3_64bits(stream.data(), stream.size())));
}

TEST(Fingerprint, PartsThatReadTheSameInARowDiffer) {
  EXPECT_NE(of_parts({"ab", "c"}), of_parts({"a", "bc"}));
  EXPECT_NE(of_parts({"abc", ""}), of_parts({"abc"}));
  EXPECT_NE(of_parts({"abc"}), of_parts({"abd"}));
  EXPECT_EQ(of_parts({"abc", "x"}), of_parts({"abc", "x"}));
}

TEST(Fingerprint, DataCountsByTokenLabelAndSequence) {
  const std::vector<train::Sequence> data = {{{1, 2, 3}, {-100, 3, 4}}, {{5}, {6}}};
  const std::string base = of_data(data);
  EXPECT_EQ(base, of_data(data));
  auto token = data;
  token[1].ids[0] = 7;
  auto label = data;
  label[0].labels[0] = 2;  // another prompt, the same text
  auto order = data;
  std::swap(order[0], order[1]);
  auto fewer = data;
  fewer.pop_back();
  for (const auto& other : {token, label, order, fewer}) {
    EXPECT_NE(base, of_data(other));
  }
}

}  // namespace
}  // namespace cutlink::run
