// A network namespace that exists for as long as this object or a process in it does: it has no name, so
// nothing is left behind, however the program ends.
#pragma once

#include <functional>

#include "base/owned_fd.h"

namespace cutlink::netsim {

class NetNamespace {
 public:
  NetNamespace();  // a new one, with its loopback up; throws Error(run)

  // Runs `work` inside, in a thread of its own, and waits. Sockets opened there stay there, whoever uses them
  // later. Exceptions come through.
  void run(const std::function<void()>& work) const;
  [[nodiscard]] int fd() const { return fd_.number(); }  // for setns(2)

 private:
  OwnedFd fd_;
};

}  // namespace cutlink::netsim
