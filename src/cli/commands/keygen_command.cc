#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>

#include "cli/command_line.h"
#include "wire/tls/key_file.h"

namespace cutlink::cli {

namespace {

void keygen_command(const std::string& file) {
  const wire::PresharedKey key = wire::generate_key(file);
  const std::string name = std::filesystem::path(file).filename().string();
  const bool is_listed = std::filesystem::path(file).extension() == ".key";
  fmt::print("wrote {}, for one client: whoever has this file is that client\n", file);
  fmt::print("identity {}\n", key.identity);
  fmt::print("next: copy it to the server's key directory, over a safe way: scp {} SERVER:KEYS/{}{}\n", file,
             name, is_listed ? "" : ".key");
  fmt::print("  server: cutlink serve --model DIR --listen HOST:PORT --keys KEYS\n");
  fmt::print("  client: cutlink run SCENARIO --connect HOST:PORT --key {}\n", file);
}

}  // namespace

void add_keygen(Command app, Context&) {
  Command command = app.command("keygen", "make the key that a client and a server share");
  auto file = std::make_shared<std::string>();
  command.option("file", *file, "file to write, mode 0600; never one that exists").required();
  command.footer(
      "Examples:\n"
      "  cutlink keygen alice.key         a key for one client, and what to do with it\n"
      "  cutlink keygen keys/bob.key      straight into a server's key directory (files named *.key)");
  command.action([file] { keygen_command(*file); });
}

}  // namespace cutlink::cli
