// What a hello carries: read as agreed, it is written as the same bytes; its codecs are made or refused.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "codecs/registry.h"
#include "fuzz/fuzz_input.h"
#include "train/agreement.h"

using namespace cutlink;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  train::Agreement agreement;
  try {
    agreement = train::read_agreement({data, size});
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::peer, "the peer is at fault");
    return 0;
  }
  const ByteVector again = train::write_agreement(agreement);
  fuzz::must(std::equal(again.begin(), again.end(), data, data + size), "an agreement comes back");
  fuzz::must(train::difference(agreement, agreement).empty(), "it does not differ from itself");
  const train::OptimizerSpec& optimizer = agreement.spec.optimizer;
  for (const double real : {optimizer.learning_rate, optimizer.epsilon, optimizer.weight_decay,
                            optimizer.clip_norm, agreement.spec.lora.alpha}) {
    fuzz::must(std::isfinite(static_cast<float>(real)), "a number is one in fp32, too");
  }
  for (const std::string& spec : {agreement.spec.codecs.activation, agreement.spec.codecs.gradient}) {
    try {
      const auto codec = codecs::make_codec(spec);
      const codecs::CodecContext context = {.crossing = Crossing::act_up,
                                            .channels = 16,
                                            .max_positions = agreement.spec.max_length,
                                            .seed = agreement.spec.seed,
                                            .client = agreement.spec.client,
                                            .total_steps = agreement.spec.steps};
      static_cast<void>(codec->make_encoder(context));
      static_cast<void>(codec->make_decoder(context));
    } catch (const Error& error) {
      fuzz::must(error.kind() == ErrorKind::usage, "a codec is refused as a usage");
    }
  }
  return 0;
}
