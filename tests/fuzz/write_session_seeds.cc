// The first inputs of the corpora agreement, report and half_state, from a real step of a tiny model.
//
//   write_session_seeds tests/fuzz/corpus
#include <cstdio>
#include <filesystem>

#include "base/file_io.h"
#include "session/report_writer.h"
#include "train/agreement.h"
#include "train/half_fixture.h"

namespace {

using namespace cutlink;
using train::SplitSpec;

void write(const std::filesystem::path& folder, const std::string& name, const ByteVector& bytes) {
  std::filesystem::create_directories(folder);
  replace_file(folder / name, ByteSpan(bytes));
}

// Reports of one request each: the exchange's number in report_fuzz.cc, then the report.
struct Reports : train::Channel {
  Reports(const train::TrainSpec& spec, std::vector<std::uint8_t> exchanges)
      : half(spec, train::tiny_config(), nullptr, observer), numbers(std::move(exchanges)) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override {
    std::optional<ByteVector> reply = half.handle(frame);
    ByteVector input = {numbers[made.size() % numbers.size()]};
    const ByteVector report = observer.take({1, 2, 3}, half.gradient_norm());
    input.insert(input.end(), report.begin(), report.end());
    made.push_back(input);
    return reply;
  }
  session::ReportingObserver observer;
  train::ServerHalf half;
  std::vector<std::uint8_t> numbers;
  std::vector<ByteVector> made;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_session_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path corpus = argv[1];
  constexpr const char* amaq = "amaq:start=6,target=3,steps=4";
  constexpr const char* stochastic = "uniform:bits=8-4,per=token,round=stochastic";
  for (const SplitSpec::Shape shape : {SplitSpec::Shape::u, SplitSpec::Shape::vanilla}) {
    const std::string name = shape == SplitSpec::Shape::u ? "u" : "vanilla";
    const train::TrainSpec spec = train::tiny_spec(shape, amaq, stochastic);
    write(corpus / "agreement", name, train::write_agreement({{1, 2, 3}, spec}));
    train::TrainSpec beyond = spec;
    beyond.lora.alpha = 1e300;
    write(corpus / "agreement", name + "-alpha-beyond-fp32", train::write_agreement({{1, 2, 3}, beyond}));
    train::Observer silent;
    train::ClientHalf client(spec, train::tiny_config(), nullptr, silent);
    Reports channel(
        spec, shape == SplitSpec::Shape::u ? std::vector<std::uint8_t>{0, 2} : std::vector<std::uint8_t>{4});
    static_cast<void>(client.train_step(0, train::tiny_batches(0, 1), channel));
    for (std::size_t i = 0; i < channel.made.size(); ++i) {
      write(corpus / "report", name + "-" + std::to_string(i), channel.made[i]);
    }
    if (shape == SplitSpec::Shape::u) {
      write(corpus / "half_state", "after-a-step", train::saved(channel.half));
    }
  }
  return 0;
}
