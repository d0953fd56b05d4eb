// Which packets a link loses, as netem describes it: at random, or in bursts (Gilbert–Elliott).
#pragma once

#include <string>
#include <string_view>

namespace cutlink::netsim {

// A chain of two states, moved once a packet. Loss at random is the good state alone.
struct LossSpec {
  double to_bad = 0.0;   // p: chance a packet to go from good to bad
  double to_good = 1.0;  // r: from bad to good
  double in_bad = 1.0;   // 1-h: chance to lose a packet in the bad state
  double in_good = 0.0;  // 1-k: in the good state

  [[nodiscard]] bool loses() const { return in_good > 0.0 || (to_bad > 0.0 && in_bad > 0.0); }
  // Share of packets lost in the long run.
  [[nodiscard]] double mean() const;
  bool operator==(const LossSpec&) const = default;
};

// "1%", or "gemodel P R [1-H [1-K]]" in percent each. Throws Error(usage) that quotes the text.
[[nodiscard]] LossSpec parse_loss(std::string_view text);
// So that parse_loss reads it back: "1%", "gemodel 0.2% 20%"; "0%" for none.
[[nodiscard]] std::string loss_text(const LossSpec& loss);

}  // namespace cutlink::netsim
