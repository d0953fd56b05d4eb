// What an exception says, as one line for people, whoever threw it.
#pragma once

#include <exception>
#include <string>

namespace cutlink {

// An Error's message as it is. Of others (a library's, the C++ runtime's) the first line, without control
// characters: LibTorch's go on with some thirty lines of stack. No memory is called by its name.
[[nodiscard]] std::string cause_of(const std::exception& exception);

}  // namespace cutlink
