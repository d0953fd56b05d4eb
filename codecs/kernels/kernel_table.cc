#include "codecs/kernels/kernel_table.h"

namespace cutlink::codecs {

const KernelTable& kernels() {
  static const KernelTable& chosen = scalar_kernels();
  return chosen;
}

}  // namespace cutlink::codecs
