// What lies between the two halves of a run.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cutlink {

enum class WorldKind : std::uint8_t {
  simulated,  // both halves in this process, over a link that is computed
  emulated,   // two processes, real sockets, a link made by the emulator in a network namespace
  shaped,     // the same, without any rights: a relay that delays what passes
  live,       // the network as it is
};
inline constexpr std::array<WorldKind, 4> all_worlds = {WorldKind::simulated, WorldKind::emulated,
                                                        WorldKind::shaped, WorldKind::live};

[[nodiscard]] constexpr const char* name_of(WorldKind world) {
  constexpr std::array<const char*, 4> names = {"simulated", "emulated", "shaped", "live"};
  return names[static_cast<std::size_t>(world)];
}
// Puts the world of this name into `world`; false if there is none.
[[nodiscard]] constexpr bool named(std::string_view name, WorldKind& world) {
  for (const WorldKind candidate : all_worlds) {
    if (name == name_of(candidate)) {
      world = candidate;
      return true;
    }
  }
  return false;
}

// Whether messages cross real sockets, so that their times are measured and not computed.
[[nodiscard]] constexpr bool has_sockets(WorldKind world) { return world != WorldKind::simulated; }

}  // namespace cutlink
