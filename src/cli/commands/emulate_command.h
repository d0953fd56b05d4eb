// `cutlink link emulate`: any command behind a link.
#pragma once

#include "cli/command_line.h"

namespace cutlink::cli {

// link: the command `cutlink link`. context outlives it.
void add_link_emulate(Command link, Context& context);

}  // namespace cutlink::cli
