#include "cli/text/run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/units.h"
#include "cli/text/figure_text.h"

namespace cutlink::cli {

namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string losses_text(const record::RunRecord& run) {
  if (run.evaluations.empty()) {
    return "";
  }
  const record::Evaluation& first = run.evaluations.front();
  const record::Evaluation& last = run.evaluations.back();
  const auto line = [&](const char* name, double before, double after) {
    return fmt::format("  {:<31} {:.4f}", name, before) +
           (run.steps.empty() ? "\n" : fmt::format(" -> {:.4f}\n", after));
  };
  std::string text = line("eval loss, codecs in the loop", first.loss, last.loss);
  if (first.loss_plain && last.loss_plain) {
    text += line("eval loss, without codecs", *first.loss_plain, *last.loss_plain);
  }
  return text;
}

std::string averages_text(const nlohmann::ordered_json& summary) {
  std::string text;
  for (const char* part : {"hold", "whole"}) {
    const auto& s = summary[part];
    text += fmt::format(
        "  bytes a batch, {:<5}            {} up, {} down, {:.2f} bits an element, {:.1f} % metadata\n", part,
        bytes_text(s["up_bytes"]), bytes_text(s["down_bytes"]), s["bits_per_element"].get<double>(),
        100.0 * s["metadata_share"].get<double>());
    text += fmt::format("  time a batch, {:<5}             {}: client {}, server {}, codec {}, link {}\n",
                        part, time_text(s["total_ns"]), time_text(s["client_ns"]), time_text(s["server_ns"]),
                        time_text(s["codec_ns"]), time_text(s["link_ns"]));
  }
  return text;
}

// Medians over the training messages of a crossing.
std::string transfers_text(const record::RunRecord& run) {
  std::string text;
  for (const Crossing crossing : all_crossings) {
    std::vector<double> predicted, measured, residual;
    for (const MessageRow& m : run.messages) {
      if (m.phase == Phase::train && m.crossing == crossing && m.predicted_ns && *m.predicted_ns > 0) {
        const auto model = static_cast<double>(*m.predicted_ns);
        const auto real = static_cast<double>(m.queue_ns + m.wire_ns);
        predicted.push_back(model);
        measured.push_back(real);
        residual.push_back(100.0 * (real - model) / model);
      }
    }
    if (predicted.empty()) {
      continue;
    }
    std::vector<double> size = residual;
    std::transform(size.begin(), size.end(), size.begin(), [](double r) { return std::abs(r); });
    text += fmt::format(
        "  transfer, {:<9}             measured {}, predicted {}; message by message {:+.1f} %, "
        "error {:.1f} % (all medians)\n",
        name_of(crossing), time_text(median(measured)), time_text(median(predicted)), median(residual),
        median(size));
  }
  return text;
}

std::string socket_text(const record::RunRecord& run) {
  SocketBytes sum;
  double frames = 0.0;
  bool any = false;
  for (const StepRow& step : run.steps) {
    if (step.socket) {
      any = true;
      sum.up_bytes += step.socket->up_bytes;
      sum.down_bytes += step.socket->down_bytes;
      sum.repeated_bytes += step.socket->repeated_bytes;
      sum.retransmitted_bytes += step.socket->retransmitted_bytes;
      frames += static_cast<double>(step.up_bytes + step.down_bytes);
    }
  }
  if (!any || frames == 0.0) {
    return "";
  }
  const auto socket = static_cast<double>(sum.up_bytes + sum.down_bytes);
  return fmt::format(
      "  at the socket, training steps   {} up, {} down: {:.2f} % over the frames; {} repeated, {} "
      "retransmitted\n",
      to_text(Bytes{sum.up_bytes}), to_text(Bytes{sum.down_bytes}), 100.0 * (socket / frames - 1.0),
      to_text(Bytes{sum.repeated_bytes}), to_text(Bytes{sum.retransmitted_bytes}));
}

}  // namespace

std::string run_text(const record::RunRecord& run) {
  const auto& info = run.info;
  const auto world = info.value("world", std::string("simulated"));
  std::string text = fmt::format(
      "{} · world {}, link {} · {} / {} · {} steps · seed {}\n", info.value("name", std::string()), world,
      info["link"].value("name", std::string()), info["codecs"].value("activation", std::string()),
      info["codecs"].value("gradient", std::string()), run.steps.size(),
      info.value("seed", std::uint64_t{0}));
  text += losses_text(run);
  if (!run.steps.empty()) {
    text += averages_text(info["summary"]) + transfers_text(run) + socket_text(run);
  }
  if (world == "shaped" && info["figures"].contains("shaped_lacks")) {
    text += fmt::format("  shaped, not emulated: {}\n", info["figures"]["shaped_lacks"].get<std::string>());
  }
  if (world == "live") {
    text += fmt::format("  predictions are for the scenario's link, {}: the real one may be another\n",
                        info["link"].value("name", std::string()));
  }
  return text + fmt::format("compute: {} · link: {} · every byte of every frame counted · files: {}/\n",
                            info.value("compute", std::string()), world, run.directory.string());
}

}  // namespace cutlink::cli
