#include "model/weights/converted_weights.h"

namespace cutlink::model {

at::Tensor ConvertedWeights::get(const std::string& name, const at::Tensor& stored, at::ScalarType type) {
  if (stored.scalar_type() == type) {
    return stored;
  }
  const std::lock_guard guard(lock_);
  const auto found = alive_.find({name, type});
  if (found != alive_.end()) {
    if (at::Tensor shared(found->second.lock()); shared.defined()) {
      return shared;
    }
  }
  at::Tensor converted = stored.to(type);
  alive_.insert_or_assign({name, type}, WeakTensor(converted.getIntrusivePtr()));
  return converted;
}

}  // namespace cutlink::model
