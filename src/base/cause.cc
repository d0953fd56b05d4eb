#include "base/cause.h"

#include <new>
#include <string_view>

#include "base/error.h"
#include "base/text/one_line.h"

namespace cutlink {

std::string cause_of(const std::exception& exception) {
  if (dynamic_cast<const Error*>(&exception) != nullptr) {
    return exception.what();
  }
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) {
    return "not enough memory";
  }
  const std::string_view text = exception.what();
  return on_one_line(text.substr(0, text.find('\n')));
}

}  // namespace cutlink
