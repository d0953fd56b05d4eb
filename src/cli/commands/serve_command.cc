#include "cli/commands/serve_command.h"

#include <memory>

#include "cli/command_line.h"
#include "cli/training_commands.h"

namespace cutlink::cli {

void add_serve(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("serve", "the server half of live runs, for many clients");
  auto options = std::make_shared<ServeCommandOptions>();
  options->serve.state = "cutlink-state";
  command
      ->add_option("--model", options->serve.models, "directory of a model; several are told apart by digest")
      ->required()
      ->allow_extra_args(false)
      ->type_name("DIR");
  command
      ->add_option("--listen", options->listen,
                   "not loopback: needs --keys or --certificate; port 0: any free")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--keys", options->keys, "one *.key file a client (cutlink keygen); turns TLS 1.3 on")
      ->type_name("DIR");
  add_certificate_options(*command, options->certificates, wire::TlsRole::server);
  command->add_option("--state", options->serve.state, "sessions' checkpoints")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--keep", options->keep, "remove sessions unused for longer, e.g. 30d; default: never")
      ->type_name("TIME");
  command
      ->add_option("--keep-size", options->keep_size,
                   "remove the longest unused beyond, e.g. 20GB; default: never")
      ->type_name("SIZE");
  command->add_option("--sessions", options->serve.max_sessions, "in memory at once; idle ones make room")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  command
      ->add_option("--threads", options->serve.threads,
                   "of the computation; 0: all cores. A session keeps what it began with")
      ->capture_default_str()
      ->check(CLI::Range(0U, session::max_session_threads));
  command->add_option("--congestion", options->congestion, "TCP's congestion control, e.g. cubic, bbr")
      ->type_name("NAME");
  command->add_option("--log", options->log, "write what happens there instead of to stdout")
      ->type_name("FILE");
  command->add_option("--port-file", options->port_file, "write the port there, once the server listens")
      ->type_name("FILE");
  command->footer(
      "Ctrl-C stops it. A session that a client has saved goes on after a restart of either side.\n"
      "Examples:\n"
      "  cutlink serve --model scenarios/models/tiny                  for clients on this machine\n"
      "  cutlink serve --model DIR --listen 0.0.0.0:7070 --keys keys  for those whose keys are in keys/\n"
      "  cutlink serve --model DIR --listen 0.0.0.0:7070 --certificate server.pem --certificate-key "
      "server-key.pem \\\n"
      "    --client-ca ca.pem                    for those with a certificate of ca.pem "
      "(src/wire/SESSION.md)");
  command->callback([options, &context] { context.training.serve(*options, context); });
}

}  // namespace cutlink::cli
