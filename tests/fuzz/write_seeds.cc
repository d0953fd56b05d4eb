// Writes the first inputs of the corpora; after a change of a format, run it again and let a fuzzer go on
// from there.
//
//   write_fuzz_seeds tests/fuzz/corpus
#include <cstdio>
#include <filesystem>

#include "base/file_io.h"
#include "wire/frame/sample_frames.h"
#include "wire/message.h"

namespace {

using namespace cutlink;
using wire::MessageType;

ByteVector message(MessageType type, std::uint64_t number, const ByteVector& body) {
  const auto head = wire::write_envelope({type, static_cast<std::uint32_t>(body.size()), number});
  ByteVector bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

std::vector<std::pair<std::string, ByteVector>> messages() {
  wire::Hello restores;
  restores.kind = wire::Hello::Kind::restores;
  restores.token = {1, 2};
  restores.step = 7;
  restores.agreement = {1, 2, 3};
  wire::Welcome welcome;
  welcome.token = {1};
  welcome.cap = 4096;
  welcome.checkpoints = {3, 9};
  welcome.server = "server";
  return {
      {"hello", message(MessageType::hello, 0, wire::write_hello({}))},
      {"hello-restores", message(MessageType::hello, 0, wire::write_hello(restores))},
      {"welcome", message(MessageType::welcome, 0, wire::write_welcome(welcome))},
      {"refusal", message(MessageType::refusal, 0, wire::write_refusal({wire::RefusalCode::busy, "no"}))},
      {"frame", message(MessageType::frame, 1, ByteVector(64))},
      {"answer", message(MessageType::answer, 1, {2, 0, 0, 0, 1, 2, 3})},
      {"save", message(MessageType::save, 0, wire::write_step(5))},
      {"saved", message(MessageType::saved, 0, wire::write_step(5))},
      {"adapters", message(MessageType::adapters, 0, {})},
      {"adapters-are", message(MessageType::adapters_are, 0, {1})},
      {"clock", message(MessageType::clock, 0, wire::write_clock({1, 2, 3}, MessageType::clock))},
      {"clock-is", message(MessageType::clock_is, 0, wire::write_clock({1, 2, 3}, MessageType::clock_is))},
      {"goodbye", message(MessageType::goodbye, 0, wire::write_goodbye(true))}};
}

void write(const std::filesystem::path& folder, const std::string& name, const ByteVector& bytes) {
  std::filesystem::create_directories(folder);
  replace_file(folder / name, ByteSpan(bytes));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_fuzz_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path corpus = argv[1];
  ByteVector session;
  for (const auto& [name, bytes] : messages()) {
    write(corpus / "message", name, bytes);
    if (name != "hello-restores" && name != "welcome" && name != "refusal" && name != "answer" &&
        name != "saved" && name != "adapters-are" && name != "clock-is") {
      session.insert(session.end(), bytes.begin(), bytes.end());
    }
    write(corpus / "session", name, bytes);
  }
  write(corpus / "session", "whole", session);
  for (const wire::Sample& sample : wire::all_samples()) {
    for (const std::uint8_t repaired : {std::uint8_t{0}, std::uint8_t{1}}) {
      ByteVector bytes = sample.encode();
      bytes.insert(bytes.begin(), repaired);
      write(corpus / "frame", std::string(sample.name) + (repaired != 0 ? "-repaired" : ""), bytes);
    }
  }
  const std::string key = "cutlink-key-1 cutlink-0123456789abcdef " + std::string(64, '7') + "\n";
  write(corpus / "key_file", "key", ByteVector(key.begin(), key.end()));
  write(corpus / "key_file", "no-end", ByteVector(key.begin(), key.end() - 1));
  return 0;
}
