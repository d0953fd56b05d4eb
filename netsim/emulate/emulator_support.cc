#include "netsim/emulate/emulator_support.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "netsim/emulate/system_call.h"

namespace cutlink::netsim {
namespace {

// Steps of the trial, in order; the process ends with the first that fails.
enum class Step : std::uint8_t { user_namespace, net_namespace, open_tun, make_tun, done, unknown };

struct Trial {
  Step failed = Step::unknown;
  int cause = 0;
};

bool has_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) {
    return false;
  }
  const std::uint32_t wanted = (1U << CAP_SYS_ADMIN) | (1U << CAP_NET_ADMIN);
  return (data[0].effective & wanted) == wanted;
}

Trial attempt(bool user_namespace) {
  if (user_namespace && ::unshare(CLONE_NEWUSER) != 0) {
    return {Step::user_namespace, errno};
  }
  if (::unshare(CLONE_NEWNET) != 0) {
    return {Step::net_namespace, errno};
  }
  const int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (tun < 0) {
    return {Step::open_tun, errno};
  }
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(tun, TUNSETIFF, &request) != 0) {
    return {Step::make_tun, errno};
  }
  return {Step::done, 0};
}

Trial attempt_in_child(bool user_namespace) {
  std::array<int, 2> ends{};
  checked(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    const Trial trial = attempt(user_namespace);
    static_cast<void>(!::write(ends[1], &trial, sizeof trial));
    ::_exit(0);
  }
  ::close(ends[1]);
  Trial trial;
  if (child < 0 || ::read(ends[0], &trial, sizeof trial) != static_cast<ssize_t>(sizeof trial)) {
    trial = {};
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return trial;
}

EmulatorSupport explain(const Trial& trial, bool user_namespace) {
  const std::string cause = std::generic_category().message(trial.cause);
  const char* const as_root = "run as root, or with CAP_SYS_ADMIN and CAP_NET_ADMIN";
  switch (trial.failed) {
    case Step::done:
      return {"", "", user_namespace};
    case Step::user_namespace:
      return {fmt::format("no right to make a network namespace, and none to a user namespace ({})", cause),
              fmt::format("{}, or allow user namespaces (sysctl user.max_user_namespaces, "
                          "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)",
                          as_root)};
    case Step::net_namespace:
      return {fmt::format("no network namespace ({})", cause),
              fmt::format("{}, on a kernel with CONFIG_NET_NS", as_root)};
    case Step::open_tun:
      if (trial.cause == ENOENT || trial.cause == ENODEV || trial.cause == ENXIO) {
        return {fmt::format("/dev/net/tun ({})", cause),
                "modprobe tun, or in a container pass the device in (--device /dev/net/tun)"};
      }
      return {fmt::format("/dev/net/tun ({})", cause),
              fmt::format("{}, or allow users the device (chmod 666 /dev/net/tun)", as_root)};
    case Step::make_tun:
      return {fmt::format("no right to make a TUN device ({})", cause), as_root};
    case Step::unknown:
      break;
  }
  return {"a process to try in", "look for limits on processes (ulimit -u)"};
}

void write_map(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) {
    usage_error(
        fmt::format("cannot write {}: {}; run as root", path, std::generic_category().message(errno)));
  }
}

}  // namespace

EmulatorSupport emulator_support() {
  const bool user_namespace = !has_capabilities();
  return explain(attempt_in_child(user_namespace), user_namespace);
}

void require_emulator() {
  const EmulatorSupport support = emulator_support();
  if (!support.available()) {
    usage_error(fmt::format("cannot emulate a link: missing {}; {}", support.missing, support.remedy));
  }
  if (!support.through_user_namespace) {
    return;
  }
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER) != 0) {
    usage_error(fmt::format("cannot enter a user namespace{}: {}; run as root",
                            errno == EINVAL ? " once this process has several threads" : "",
                            std::generic_category().message(errno)));
  }
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", fmt::format("0 {} 1", user));
  write_map("/proc/self/gid_map", fmt::format("0 {} 1", group));
}

}  // namespace cutlink::netsim
