// Whether this build carries a sanitizer, which makes every byte slower: tests that hold real times against a
// model then run, and print, but judge no clock.
#pragma once

namespace cutlink {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool judges_clocks = false;
#else
inline constexpr bool judges_clocks = true;
#endif

}  // namespace cutlink
