// The text of key files: what is a key, says so in one way only.
#include <string_view>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "wire/tls/key_file.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cutlink;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  try {
    const wire::PresharedKey key = wire::parse_key(text, "fuzz.key");
    fuzz::must(key.identity.size() == 24 && text.find(key.identity) == 14, "the identity is the second word");
  } catch (const Error& error) {
    fuzz::must(error.kind() == ErrorKind::usage, "the file is at fault");
  }
  return 0;
}
