// A toy run with its server half behind real sockets of loopback, and the same run simulated to hold against
// it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/file_io.h"
#include "record/columns_page.h"
#include "record/csv_reader.h"
#include "run/runner.h"
#include "scenario/toy_folder.h"
#include "session/session_server.h"
#include "wire/server/server_listener.h"

namespace cutlink::run {

inline session::ServeOptions serve_options(const std::filesystem::path& model,
                                           const std::filesystem::path& state) {
  session::ServeOptions o;
  o.models = {model};
  o.state = state;
  o.threads = 1;
  return o;
}

// `cutlink serve` as a thread. Destroyed, it has forgotten all that is not in its checkpoints.
class LiveServer {
 public:
  LiveServer(const std::filesystem::path& model, const std::filesystem::path& state, std::uint16_t port = 0,
             const std::optional<wire::Certificates>& certificates = {})
      : listener_(options(port, certificates)),
        server_(
            std::make_unique<session::SessionServer>(serve_options(model, state), [](const std::string&) {})),
        thread_([this] { listener_.run(*server_); }) {}
  ~LiveServer() {
    listener_.stop();
    thread_.join();
  }
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  static wire::ListenOptions options(std::uint16_t port,
                                     const std::optional<wire::Certificates>& certificates) {
    wire::ListenOptions o;
    o.port = port;
    o.certificates = certificates;
    o.greeting_deadline = o.read_deadline = std::chrono::seconds(10);
    return o;
  }
  wire::ServerListener listener_;
  std::unique_ptr<session::SessionServer> server_;
  std::thread thread_;
};

class LiveRun : public testing::Test {
 protected:
  [[nodiscard]] RunRequest request(const std::string& name, const scenario::Overrides& overrides) const {
    RunRequest r;
    r.scenario = toy_.scenario(overrides);
    r.directory = toy_ / "runs" / name;
    return r;
  }
  [[nodiscard]] static session::LiveOptions at(std::uint16_t port) {
    session::LiveOptions live;
    live.connect.host = "127.0.0.1";
    live.connect.port = port;
    live.connect.connect_deadline = live.connect.answer_deadline = std::chrono::seconds(10);
    live.give_up = std::chrono::seconds(20);
    return live;
  }

  // What a run with its server half elsewhere must be equal to: deterministic() of the same one, simulated.
  [[nodiscard]] std::vector<std::string> simulated(const scenario::Overrides& overrides) const {
    const RunRequest here = request("here", overrides);
    Reporter silent;
    EXPECT_EQ(run_one(here, load_assets(here.scenario), silent), RunStatus::finished);
    return deterministic(here.directory);
  }

  // All that COLUMNS.md calls deterministic in every world, of steps and messages; widths and adapters whole.
  [[nodiscard]] static std::vector<std::string> deterministic(const std::filesystem::path& run) {
    std::vector<std::string> all;
    for (const char* file : {"steps.csv", "messages.csv"}) {
      std::vector<std::string> header;
      const auto is_deterministic = [columns = record::described(file)](const std::string& name) {
        return std::ranges::any_of(columns, [&](const record::Described& column) {
          return column.name == name && column.deterministic == "yes";
        });
      };
      record::read_csv(run / file, [&](std::span<const std::string_view> cells, std::size_t line) {
        if (line == 1) {
          header.assign(cells.begin(), cells.end());
          return;
        }
        std::string text = file;
        for (std::size_t i = 0; i < cells.size(); ++i) {
          text += is_deterministic(header[i]) ? " " + header[i] + "=" + std::string(cells[i]) : "";
        }
        all.push_back(text);
      });
    }
    for (const char* file :
         {"widths.csv", "adapters/client/adapter_model.safetensors",
          "adapters/server/adapter_model.safetensors", "adapters/merged/adapter_model.safetensors"}) {
      all.push_back(read_text_file(run / file, 100'000'000));
    }
    return all;
  }

  scenario::ToyFolder toy_;
};

}  // namespace cutlink::run
