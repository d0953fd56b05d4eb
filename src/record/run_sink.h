// Where a run's rows go. Knows no file format.
#pragma once

#include "base/records.h"

namespace cutlink::record {

class RunSink {
 public:
  virtual ~RunSink() = default;
  virtual void step(const StepRow& row) = 0;
  virtual void message(const MessageRow& row) = 0;
  virtual void width(const WidthRow& row) = 0;
  virtual void event(const Event& event) = 0;
};

}  // namespace cutlink::record
