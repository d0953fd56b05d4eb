// A half's state in a checkpoint: it is refused, or restored; what is saved of it then comes back as it is.
#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "train/half_fixture.h"

using namespace cutlink;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static train::Observer silent;
  static train::ServerHalf half(train::tiny_spec(train::SplitSpec::Shape::u, "amaq:start=6,target=3,steps=4",
                                                 "uniform:bits=8-4,per=token,round=stochastic"),
                                train::tiny_config(), nullptr, silent);
  try {
    ByteReader in({data, size}, "state", ErrorKind::usage);
    half.restore(in);
    in.expect_end();
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::usage, "the file is at fault");
    return 0;
  }
  const ByteVector state = train::saved(half);
  train::restore(half, state);
  fuzz::must(train::saved(half) == state, "a state comes back");
  return 0;
}
