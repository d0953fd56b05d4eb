// A half's adapters as bytes: how the client gets those of a server elsewhere.
#pragma once

#include <vector>

#include "base/byte_io.h"
#include "model/llama/lora.h"

namespace cutlink::session {

[[nodiscard]] ByteVector write_adapters(const std::vector<model::NamedParameter>& parameters);
// What write_adapters() makes of them, without allocating anything.
[[nodiscard]] std::uint64_t adapter_bytes(const std::vector<model::NamedParameter>& parameters);
// The bytes may be hostile: throws Error(peer) naming the field where a name is not a parameter's or comes
// twice, or a shape does not fit its numbers. The values do not train.
[[nodiscard]] std::vector<model::NamedParameter> read_adapters(ByteSpan bytes);

}  // namespace cutlink::session
