#include "netsim/emulate/tun_device.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cstring>
#include <fstream>
#include <sstream>

#include "netsim/emulate/system_call.h"

namespace cutlink::netsim {
namespace {

// Configures one interface of this namespace.
class Interface {
 public:
  explicit Interface(const char* name)
      : socket_(checked(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "open a socket")) {
    assert(std::strlen(name) < IFNAMSIZ);
    std::strncpy(request_.ifr_name, name, IFNAMSIZ - 1);
  }

  void set_address(unsigned long what, const std::string& address, const char* action) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address.c_str(), &in.sin_addr) != 1) {
      run_error("\"" + address + "\" is no IPv4 address");
    }
    std::memcpy(&request_.ifr_addr, &in, sizeof in);
    call(what, action);
  }
  void set_mtu(std::uint32_t mtu) {
    request_.ifr_mtu = static_cast<int>(mtu);
    call(SIOCSIFMTU, "set the MTU of the TUN device");
  }
  void raise() {
    call(SIOCGIFFLAGS, "read an interface's flags");
    request_.ifr_flags = static_cast<short>(request_.ifr_flags | IFF_UP | IFF_RUNNING);
    call(SIOCSIFFLAGS, "raise an interface");
  }

 private:
  void call(unsigned long what, const char* action) {
    checked(::ioctl(socket_.number(), what, &request_), action);
  }

  OwnedFd socket_;
  ifreq request_{};
};

// By netlink: the ioctl for it asks for rights outside the user namespace.
void set_queue(std::uint32_t packets) {
  struct {
    nlmsghdr header{};
    ifinfomsg link{};
    rtattr attribute{};
    std::uint32_t packets = 0;
  } request;
  static_assert(sizeof request == NLMSG_LENGTH(sizeof(ifinfomsg)) + RTA_LENGTH(sizeof(std::uint32_t)));
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_NEWLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_family = AF_UNSPEC;
  request.link.ifi_index = static_cast<int>(::if_nametoindex(tun_name));
  request.attribute.rta_type = IFLA_TXQLEN;
  request.attribute.rta_len = RTA_LENGTH(sizeof(std::uint32_t));
  request.packets = packets;
  const char* const action = "set the queue of the TUN device";
  const OwnedFd socket(checked(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), action));
  checked(::send(socket.number(), &request, sizeof request, 0), action);
  struct {
    nlmsghdr header{};
    nlmsgerr error{};
    std::array<char, 256> rest{};
  } answer;
  checked(::recv(socket.number(), &answer, sizeof answer, 0), action);
  if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error != 0) {
    errno = -answer.error.error;
    system_failure(action);
  }
}

}  // namespace

OwnedFd open_tun(const TunSettings& settings) {
  OwnedFd tun(checked(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "open /dev/net/tun"));
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, tun_name, IFNAMSIZ - 1);
  checked(::ioctl(tun.number(), TUNSETIFF, &request), "make a TUN device");
  Interface device(tun_name);
  device.set_mtu(settings.mtu);
  set_queue(settings.queue_packets);
  device.set_address(SIOCSIFADDR, settings.address, "set the address of the TUN device");
  device.set_address(SIOCSIFDSTADDR, settings.peer, "set the peer of the TUN device");
  device.raise();
  return tun;
}

void raise_loopback() { Interface("lo").raise(); }

std::uint64_t tun_send_drops() {
  std::ifstream devices("/proc/thread-self/net/dev");
  for (std::string line; std::getline(devices, line);) {
    const std::size_t colon = line.find(std::string(tun_name) + ":");
    if (colon == std::string::npos) {
      continue;
    }
    std::istringstream fields(line.substr(colon + std::strlen(tun_name) + 1));
    std::uint64_t value = 0;
    for (int i = 0; i < 12; ++i) {  // 8 of receiving, then bytes, packets, errs, drop of sending
      fields >> value;
    }
    return value;
  }
  return 0;
}

}  // namespace cutlink::netsim
