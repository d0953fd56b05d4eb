#include "scenario/key_hint.h"

#include "base/text/text.h"

namespace cutlink::scenario {

std::string hint_for(const std::string& given, const std::vector<std::string>& names) {
  std::string near;
  for (const std::string& name : names) {
    if (name.ends_with("." + given)) {
      near = name;
      break;
    }
  }
  if (near.empty()) {
    near = nearest_name(given, names);
  }
  return near.empty() ? "" : " (did you mean \"" + near + "\"?)";
}

}  // namespace cutlink::scenario
