// Frozen weights in another type than the file's: converted once for all models of a checkpoint that are
// alive together, so that many sessions of a server hold one copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace cutlink::model {

// Any thread may ask.
class ConvertedWeights {
 public:
  // `stored` itself if the types agree, else its conversion, which lives as long as somebody holds it. Nobody may
  // write to it.
  [[nodiscard]] at::Tensor get(const std::string& name, const at::Tensor& stored, at::ScalarType type);

 private:
  using WeakTensor = c10::weak_intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>;
  std::mutex lock_;
  std::map<std::pair<std::string, at::ScalarType>, WeakTensor> alive_;
};

}  // namespace cutlink::model
