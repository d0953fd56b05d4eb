#include "base/version.h"

namespace cutlink {

std::string version() { return CUTLINK_VERSION; }

std::string commit() { return CUTLINK_COMMIT; }

}  // namespace cutlink
