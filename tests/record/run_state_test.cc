#include "record/run_state.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cutlink::record {
namespace {

ByteVector written(const RunState& state) {
  ByteVector bytes;
  ByteWriter out(bytes);
  write_run_state(out, state);
  return bytes;
}

const RunState whole = {{1, 22, 333, 4444}, {{0, 5.5, std::nullopt}, {4, 0.25, 0.125}}};

TEST(RunState, ReadIsWhatWasWritten) {
  const ByteVector bytes = written(whole);
  ByteReader in(bytes, "run", ErrorKind::usage);
  const RunState read = read_run_state(in);
  in.expect_end();
  EXPECT_EQ(read.offsets, whole.offsets);
  ASSERT_EQ(read.evaluations.size(), 2U);
  EXPECT_EQ(read.evaluations[0].step, 0U);
  EXPECT_EQ(read.evaluations[0].loss, 5.5);
  EXPECT_FALSE(read.evaluations[0].loss_plain.has_value());
  EXPECT_EQ(read.evaluations[1].loss_plain, 0.125);
}

TEST(RunState, TruncatedAnywhereOrOfAnotherVersionIsRefused) {
  const ByteVector bytes = written(whole);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ByteVector shorter(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    ByteReader in(shorter, "run", ErrorKind::usage);
    EXPECT_THROW(static_cast<void>(read_run_state(in)), Error) << size;
  }
  ByteVector other = bytes;
  other[0] = 1;
  ByteReader in(other, "run", ErrorKind::usage);
  try {
    static_cast<void>(read_run_state(in));
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("another version"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace cutlink::record
