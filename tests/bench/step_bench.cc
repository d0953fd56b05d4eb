// One training step, timed from outside: reads "step" lines on stdin, answers with wall and CPU nanoseconds
// and the loss. A driver (tools/compare-pytorch) interleaves it with another implementation of the same step.
//
//   step_bench MODEL_DIR BATCHES.json unsplit|split fp32|bf16 THREADS [CODEC]
//
// BATCHES.json: a list of micro-batches, each a list of {"ids": […], "labels": […]} of equal length.
#include <ATen/Parallel.h>
#include <sys/resource.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "train/halves.h"

namespace {

using namespace cutlink;

std::vector<train::Batch> read_batches(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    usage_error(path + ": cannot be read");
  }
  std::vector<train::Batch> batches;
  std::uint32_t examples = 0;
  for (const auto& sequences : nlohmann::json::parse(file)) {
    train::Batch batch;
    for (const auto& sequence : sequences) {
      const auto ids = sequence.at("ids").get<std::vector<std::int32_t>>();
      const auto labels = sequence.at("labels").get<std::vector<std::int32_t>>();
      batch.ids.insert(batch.ids.end(), ids.begin(), ids.end());
      batch.labels.insert(batch.labels.end(), labels.begin(), labels.end());
      batch.lengths.push_back(static_cast<std::uint32_t>(ids.size()));
      batch.examples.push_back(examples++);
    }
    for (const std::int32_t label : batch.labels) {
      batch.label_tokens += label >= 0 ? 1 : 0;
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

// Both halves in this process, frames handed over by a plain call.
class DirectChannel : public train::Channel {
 public:
  explicit DirectChannel(train::ServerHalf& server) : server_(server) {}
  std::optional<ByteVector> exchange(const ByteVector& frame) override { return server_.handle(frame); }

 private:
  train::ServerHalf& server_;
};

std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

int run(int argc, char** argv) {
  if (argc < 6) {
    std::cerr << "usage: step_bench MODEL_DIR BATCHES.json unsplit|split fp32|bf16 THREADS [CODEC]\n";
    return 2;
  }
  const bool split = std::string(argv[3]) == "split";
  at::set_num_threads(std::stoi(argv[5]));
  const model::LlamaConfig config = model::load_config(argv[1]);
  const model::Checkpoint checkpoint(argv[1]);
  const std::vector<train::Batch> batches = read_batches(argv[2]);

  train::TrainSpec spec;
  spec.steps = 1'000'000;  // the learning rate hardly moves: every step does the same work
  spec.compute = std::string(argv[4]) == "bf16" ? DType::bf16 : DType::f32;
  spec.max_length = 4096;
  spec.split.bottom = config.blocks > 8 ? 2 : 1;
  spec.split.top = config.blocks > 8 ? 2 : 0;
  if (argc > 6) {
    spec.codecs = {argv[6], argv[6]};
  }
  train::Observer nobody;
  std::unique_ptr<train::UnsplitModel> whole;
  std::unique_ptr<train::ClientHalf> client;
  std::unique_ptr<train::ServerHalf> server;
  if (split) {
    client = std::make_unique<train::ClientHalf>(spec, config, &checkpoint, nobody);
    server = std::make_unique<train::ServerHalf>(spec, config, &checkpoint, nobody);
  } else {
    whole = std::make_unique<train::UnsplitModel>(spec, config, &checkpoint);
  }

  std::cout << "ready" << std::endl;
  std::string line;
  for (std::uint32_t step = 0; std::getline(std::cin, line) && line == "step"; ++step) {
    const std::span<const train::Batch> batch(&batches[step % batches.size()], 1);
    const auto wall = std::chrono::steady_clock::now();
    const std::int64_t cpu = cpu_ns();
    train::StepResult result;
    if (split) {
      DirectChannel channel(*server);
      result = client->train_step(step, batch, channel);
    } else {
      result = whole->train_step(step, batch);
    }
    const std::int64_t cpu_spent = cpu_ns() - cpu;
    const std::chrono::nanoseconds spent = std::chrono::steady_clock::now() - wall;
    std::cout << spent.count() << ' ' << cpu_spent << ' ' << result.loss.mean() << std::endl;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::cout << usage.ru_maxrss << std::endl;  // KiB
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "step_bench: " << error.what() << '\n';
    return 1;
  }
}
