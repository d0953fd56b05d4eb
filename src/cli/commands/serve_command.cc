#include "cli/commands/serve_command.h"

#include <memory>

#include "cli/command_line.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_serve(Command app, Context& context) {
  Command command = app.command("serve", "the server half of live runs, for many clients");
  auto options = std::make_shared<ServeCommandOptions>();
  options->serve.state = "cutlink-state";
  command.repeated("--model", options->serve.models, "directory of a model; several are told apart by digest")
      .required()
      .named("DIR");
  command.option("--listen", options->listen, "not loopback: needs --keys or --certificate; port 0: any free")
      .named("HOST:PORT")
      .shows_default();
  command.option("--keys", options->keys, "one *.key file a client (cutlink keygen); turns TLS 1.3 on")
      .named("DIR");
  add_certificate_options(command, options->certificates, wire::TlsRole::server);
  command.option("--state", options->serve.state, "sessions' checkpoints").named("DIR").shows_default();
  command.option("--keep", options->keep, "remove sessions unused for longer, e.g. 30d; default: never")
      .named("TIME");
  command
      .option("--keep-size", options->keep_size,
              "remove the longest unused beyond, e.g. 20GB; default: never")
      .named("SIZE");
  command.option("--sessions", options->serve.max_sessions, "in memory at once; idle ones make room")
      .shows_default()
      .within(1, 10'000);
  command
      .option("--threads", options->serve.threads,
              "of the computation; 0: all cores. A session keeps what it began with")
      .shows_default()
      .within(0U, session::max_session_threads);
  command.option("--congestion", options->congestion, "TCP's congestion control, e.g. cubic, bbr")
      .named("NAME");
  command.option("--log", options->log, "write what happens there instead of to stdout").named("FILE");
  command.option("--port-file", options->port_file, "write the port there, once the server listens")
      .named("FILE");
  command.footer(
      "Ctrl-C stops it. A session that a client has saved goes on after a restart of either side.\n"
      "Examples:\n"
      "  cutlink serve --model scenarios/models/tiny                  for clients on this machine\n"
      "  cutlink serve --model DIR --listen 0.0.0.0:7070 --keys keys  for those whose keys are in keys/\n"
      "  cutlink serve --model DIR --listen 0.0.0.0:7070 --certificate server.pem --certificate-key "
      "server-key.pem \\\n"
      "    --client-ca ca.pem                    for those with a certificate of ca.pem "
      "(src/wire/SESSION.md)");
  command.action([options, &context] { context.training.serve(*options, context); });
}

}  // namespace cutlink::cli
