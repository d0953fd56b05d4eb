#include "model/llama/matrix_product.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace cutlink::model {
namespace {

// at::native::mkldnn_linear_pointwise: an internal operator of LibTorch, so its absence is no error.
using LinearPointwise = at::Tensor(const at::Tensor& input, const at::Tensor& weight,
                                   const std::optional<at::Tensor>& bias, c10::string_view attribute,
                                   c10::List<std::optional<at::Scalar>> scalars,
                                   std::optional<c10::string_view> algorithm);

std::optional<c10::TypedOperatorHandle<LinearPointwise>> find_operator() {
  const auto handle = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  if (!handle || !handle->hasKernelForDispatchKey(c10::DispatchKey::CPU)) {
    return {};
  }
  try {
    return handle->typed<LinearPointwise>();
  } catch (const c10::Error&) {  // another LibTorch with another signature
    return {};
  }
}

}  // namespace

at::Tensor product_nt(const at::Tensor& x, const at::Tensor& w) {
  static const auto linear = find_operator();
  if (linear && x.scalar_type() == at::kFloat && x.is_cpu() && x.is_contiguous() && x.size(0) > 0) {
    return linear->call(x, w, {}, "none", c10::List<std::optional<at::Scalar>>(), "");
  }
  return at::mm(x, w.t());
}

}  // namespace cutlink::model
