// The three streams that a program is started with, as they may be: closed, full, or read by nobody.
#pragma once

#include <string_view>

namespace cutlink {

// To stderr, for a person. Never fails: that nobody can read it is no reason to stop what the program does.
void tell(std::string_view text);

// Takes the places of those standard streams that are closed, so that no file which is opened later gets the number of
// one and receives what is told there. What is written to such a stream fails as if it were closed. For the beginning
// of main().
void hold_standard_streams();

}  // namespace cutlink
