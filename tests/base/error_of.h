// What an error said.
#pragma once

#include <string>

#include "base/error.h"

namespace cutlink {

// The message of the Error of `kind` that `work` throws; what happened instead where it throws none.
template <typename Work>
std::string error_of(ErrorKind kind, Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind() == kind ? error.what() : std::string("another kind of error: ") + error.what();
  }
  return "no error";
}

}  // namespace cutlink
