#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <new>

#include "model/llama/llama_shapes.h"
#include "train/agreement.h"

namespace cutlink::train {
namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

class Digest {
 public:
  Digest() : state_(XXH3_createState()) {
    if (state_ == nullptr) {
      throw std::bad_alloc();
    }
    static_cast<void>(XXH3_128bits_reset(state_.get()));
  }
  void add(ByteSpan bytes) {
    if (!bytes.empty()) {
      static_cast<void>(XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()));
    }
  }
  [[nodiscard]] ModelDigest value() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    ModelDigest digest{};
    static_assert(sizeof canonical.digest == sizeof digest);
    std::copy_n(static_cast<const unsigned char*>(canonical.digest), digest.size(), digest.begin());
    return digest;
  }

 private:
  std::unique_ptr<XXH3_state_t, FreeState> state_;
};

// What decides a forward pass. Names of tokens and the type that config.json claims do not.
ByteVector config_bytes(const model::LlamaConfig& config) {
  ByteVector bytes;
  ByteWriter out(bytes);
  for (const std::size_t value :
       {config.vocabulary, config.hidden, config.blocks, config.heads, config.kv_heads, config.head_dim,
        config.intermediate, config.max_positions, static_cast<std::size_t>(config.tied_embeddings)}) {
    out.put<std::uint64_t>(value);
  }
  out.put(config.rope_theta);
  out.put(config.rms_epsilon);
  return bytes;
}

}  // namespace

ModelDigest digest_of(const model::LlamaConfig& config, const model::Checkpoint& checkpoint) {
  Digest digest;
  digest.add(config_bytes(config));
  for (const model::WeightShape& weight : model::all_weights(config)) {
    const model::StoredTensor& stored =
        checkpoint.get(weight.name, {weight.shape.begin(), weight.shape.end()});
    ByteVector head;
    ByteWriter out(head);
    out.put_string(weight.name);
    out.put(static_cast<std::uint8_t>(stored.type));
    out.put_array(std::span<const std::uint64_t>(stored.shape));
    digest.add(head);
    digest.add(stored.bytes);
  }
  return digest.value();
}

}  // namespace cutlink::train
