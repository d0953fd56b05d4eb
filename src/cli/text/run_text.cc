#include "cli/text/run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/statistics.h"
#include "base/units.h"
#include "cli/text/figure_text.h"

namespace cutlink::cli {

namespace {

std::string losses_text(const record::RunRecord& run) {
  if (run.info.evaluations.empty()) {
    return "";
  }
  const record::Evaluation& first = run.info.evaluations.front();
  const record::Evaluation& last = run.info.evaluations.back();
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

std::string averages_text(const char* part, const record::PartSummary& s) {
  return fmt::format(
             "  bytes a batch, {:<5}            {} up, {} down, {:.2f} bits an element, {:.1f} % metadata\n",
             part, bytes_text(s.traffic.up_bytes), bytes_text(s.traffic.down_bytes),
             s.traffic.bits_per_element, 100.0 * s.traffic.metadata_share) +
         fmt::format("  time a batch, {:<5}             {}: client {}, server {}, codec {}, link {}\n", part,
                     time_text(s.times.total_ns), time_text(s.times.client_ns), time_text(s.times.server_ns),
                     time_text(s.times.codec_ns), time_text(s.times.link_ns));
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
        name_of(crossing), time_text(upper_median(measured)), time_text(upper_median(predicted)),
        upper_median(residual), upper_median(size));
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
  const record::RunInfo& info = run.info;
  const WorldKind world = world_of(info);
  std::string text =
      fmt::format("{} · world {}, link {} · {} / {} · {} steps · seed {}\n", info.name, name_of(world),
                  info.link.name, info.codecs.activation, info.codecs.gradient, run.steps.size(), info.seed);
  text += losses_text(run);
  if (info.summary && info.summary->hold && info.summary->whole) {
    text += averages_text("hold", *info.summary->hold) + averages_text("whole", *info.summary->whole) +
            transfers_text(run) + socket_text(run);
  }
  if (world == WorldKind::shaped && info.figures.shaped_lacks) {
    text += fmt::format("  shaped, not emulated: {}\n", *info.figures.shaped_lacks);
  }
  if (world == WorldKind::live) {
    text += fmt::format("  predictions are for the scenario's link, {}: the real one may be another\n",
                        info.link.name);
  }
  return text + fmt::format("compute: {} · link: {} · every byte of every frame counted · files: {}/\n",
                            info.compute, name_of(world), run.directory.string());
}

}  // namespace cutlink::cli
