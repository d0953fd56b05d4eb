// A link in one word: fixed:up=20Mbit/s,down=100Mbit/s,delay=10ms or wifi:standard=802.11ac,width=80,mcs=4.
#pragma once

#include <string_view>

#include "netsim/spec/link_spec.h"

namespace cutlink::netsim {

// Whether the text is meant as a short form: it begins with a kind and a colon, or looks like it.
[[nodiscard]] bool is_short_form(std::string_view text);

// The keys are those of a file; TCP's stand beside them, with `tcp=off` for `enabled`. Sets all of LinkSpec.
// Keys left out have the defaults of LinkSpec (fixed: both rates are needed); a link without any key is
// refused: nobody means one by it. Throws Error(usage) that quotes the text, names the key and says what is
// allowed.
[[nodiscard]] LinkSpec parse_link_short_form(std::string_view text);

}  // namespace cutlink::netsim
