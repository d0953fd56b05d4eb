// Two network namespaces behind a link: what runs in the one reaches the other over it, with real sockets.
//
//   Emulator emulator(load_link("wifi5-typical", …), 1);
//   auto server = emulator.start(Half::server, {"cutlink", "serve", "--listen", "0.0.0.0:7070", …});
//   emulator.run_inside(Half::client, [&] { socket = connect(emulator.address(Half::server), 7070); });
//   …
//   print(report_text(emulator.report()));
//
// Needs what require_emulator() asks for. Nothing has a name, so nothing is left behind: devices and
// namespaces go with this object and the processes inside, and those go with their SupervisedCommand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/records.h"
#include "netsim/emulate/emulation_report.h"
#include "netsim/emulate/forwarder.h"
#include "netsim/emulate/net_namespace.h"
#include "netsim/emulate/supervised_command.h"
#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// Links beyond are emulated as fast as the machine can, which is slower than they are.
inline constexpr BitRate fastest_emulated{2e9};

class Emulator {
 public:
  // Calls require_emulator(). seed: of loss, jitter and backoff. Throws Error(usage) if the link cannot
  // exist or privileges are missing, Error(run) if a system call fails.
  Emulator(const LinkSpec& link, std::uint64_t seed);

  [[nodiscard]] static std::string address(Half half);  // IPv4, the same in every emulator
  // Runs `work` in the half's namespace, in a thread of its own, and waits. Sockets opened there stay there
  // and may be used from anywhere. Exceptions come through.
  void run_inside(Half half, const std::function<void()>& work) const;
  // Starts a command there; argv[0] is looked for in PATH. It finds CUTLINK_PEER (the other half's address),
  // CUTLINK_ADDRESS (its own), CUTLINK_HALF and CUTLINK_LINK in its environment. background: out of reach of
  // the terminal's Ctrl-C. Throws as SupervisedCommand does.
  [[nodiscard]] std::unique_ptr<SupervisedCommand> start(Half half, const std::vector<std::string>& argv,
                                                         bool background = true) const;
  // Whether somebody listens in the half's namespace, TCP or UDP, on any port; waits up to `limit` for it.
  [[nodiscard]] bool wait_for_listener(Half half, Nanoseconds limit) const;
  [[nodiscard]] EmulationReport report();

 private:
  [[nodiscard]] const NetNamespace& space(Half half) const {
    return half == Half::client ? client_ : server_;
  }
  [[nodiscard]] Forwarder make_forwarder(std::uint64_t seed) const;

  LinkSpec link_;
  NetNamespace client_;
  NetNamespace server_;
  Forwarder forwarder_;
};

}  // namespace cutlink::netsim
