// The server half as a second process on this machine, behind an emulated link: `--world emulated`.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "netsim/link_spec.h"
#include "run/live_options.h"

namespace cutlink::run {

class EmulatedServer {
 public:
  // Starts `program serve` for this model behind the link, with a key of its own; state and key are kept in
  // `folder`, so that a run resumes. seed: of the link's loss, jitter and backoff. Throws Error(usage) where
  // privileges are missing, Error(run) where the server does not come up.
  EmulatedServer(const netsim::LinkSpec& link, std::uint64_t seed, const std::filesystem::path& program,
                 const std::filesystem::path& model, std::uint32_t threads,
                 const std::filesystem::path& folder);
  ~EmulatedServer();  // stops the server

  // How a run reaches it; valid while this lives.
  [[nodiscard]] LiveOptions options() const;
  // What the link did so far, for people.
  [[nodiscard]] std::string report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cutlink::run
