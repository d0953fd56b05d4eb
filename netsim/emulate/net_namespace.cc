#include "netsim/emulate/net_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <exception>
#include <thread>

#include "netsim/emulate/system_call.h"
#include "netsim/emulate/tun_device.h"

namespace cutlink::netsim {
namespace {

// A thread has its namespace to itself: the rest of the process stays where it is.
void in_thread(const std::function<void()>& work) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace

NetNamespace::NetNamespace() {
  in_thread([this] {
    checked(::unshare(CLONE_NEWNET), "make a network namespace");
    fd_ = OwnedFd(
        checked(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open the new network namespace"));
    raise_loopback();
  });
}

void NetNamespace::run(const std::function<void()>& work) const {
  in_thread([&] {
    checked(::setns(fd_.number(), CLONE_NEWNET), "enter the network namespace");
    work();
  });
}

}  // namespace cutlink::netsim
