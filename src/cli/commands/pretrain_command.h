// `cutlink pretrain`: its options.
#pragma once

#include <string>

#include "train/pretrain_spec.h"

namespace cutlink::cli {

struct PretrainOptions {
  std::string directory;
  train::PretrainSpec spec;
  bool force = false;
};

}  // namespace cutlink::cli
