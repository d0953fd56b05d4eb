#include "record/run_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/file_io.h"
#include "record/csv_reader.h"

namespace cutlink::record {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t max_csv_bytes = 4'000'000'000;

Crossing crossing_of(const CsvReader& csv, std::size_t row) {
  const std::string& text = csv.text(row, "crossing");
  for (const Crossing crossing : all_crossings) {
    if (text == name_of(crossing)) {
      return crossing;
    }
  }
  usage_error(fmt::format("{}:{}: crossing \"{}\" is not known", csv.file(), row + 2, text));
}

// A column that files of this schema did not always have.
std::optional<double> later_column(const CsvReader& csv, std::size_t row, const char* column) {
  return csv.has(column) ? csv.maybe_real(row, column) : std::nullopt;
}

MessageRow message_of(const CsvReader& csv, std::size_t row) {
  MessageRow m;
  m.phase = csv.text(row, "phase") == name_of(Phase::eval) ? Phase::eval : Phase::train;
  m.step = static_cast<std::uint32_t>(csv.count(row, "step"));
  m.micro_batch = static_cast<std::uint32_t>(csv.count(row, "micro_batch"));
  m.crossing = crossing_of(csv, row);
  m.codec = csv.text(row, "codec");
  m.rows = csv.count(row, "rows");
  m.channels = csv.count(row, "channels");
  m.payload_bytes = csv.count(row, "payload_bytes");
  m.metadata_bytes = csv.count(row, "metadata_bytes");
  m.outlier_bytes = csv.count(row, "outlier_bytes");
  m.descriptor_bytes = csv.count(row, "descriptor_bytes");
  m.label_bytes = csv.count(row, "label_bytes");
  m.header_bytes = csv.count(row, "header_bytes");
  m.modelled_bytes = csv.count(row, "modelled_bytes");
  m.mean_width = csv.maybe_real(row, "mean_width_bits").value_or(0.0);
  m.encode_ns = csv.whole(row, "encode_ns");
  m.queue_ns = csv.whole(row, "queue_ns");
  m.wire_ns = csv.whole(row, "wire_ns");
  m.decode_ns = csv.whole(row, "decode_ns");
  if (const auto predicted = later_column(csv, row, "predicted_ns")) {
    m.predicted_ns = static_cast<std::int64_t>(*predicted);
  }
  return m;
}

StepRow step_of(const CsvReader& csv, std::size_t row) {
  StepRow s;
  s.step = static_cast<std::uint32_t>(csv.count(row, "step"));
  s.hold = csv.count(row, "hold") != 0;
  s.loss = csv.real(row, "loss");
  s.up_bytes = csv.count(row, "up_bytes");
  s.down_bytes = csv.count(row, "down_bytes");
  s.modelled_bytes = csv.count(row, "modelled_bytes");
  for (std::size_t i = 0; i < work_kinds; ++i) {
    s.work_ns[i] = csv.whole(row, std::string(name_of(static_cast<Work>(i))) + "_ns");
  }
  s.codec_ns = csv.whole(row, "codec_ns");
  s.client_ns = csv.whole(row, "client_ns");
  s.server_ns = csv.whole(row, "server_ns");
  s.link_ns = csv.whole(row, "link_ns");
  s.total_ns = csv.whole(row, "total_ns");
  s.now_ns = csv.whole(row, "now_ns");
  if (const auto up = later_column(csv, row, "socket_up_bytes")) {
    s.socket = SocketBytes{static_cast<std::uint64_t>(*up), csv.count(row, "socket_down_bytes"),
                           csv.count(row, "repeated_bytes"), csv.count(row, "retransmitted_bytes")};
  }
  return s;
}

WidthRow width_of(const CsvReader& csv, std::size_t row) {
  WidthRow w;
  w.step = static_cast<std::uint32_t>(csv.count(row, "step"));
  w.crossing = crossing_of(csv, row);
  w.channel = static_cast<std::uint32_t>(csv.count(row, "channel"));
  w.width = static_cast<std::uint8_t>(csv.count(row, "width_bits"));
  return w;
}

double deviation_of(const std::map<std::uint32_t, double>& widths) {
  double sum = 0.0;
  double squares = 0.0;
  for (const auto& [channel, width] : widths) {
    sum += width;
    squares += width * width;
  }
  const double n = std::max<double>(static_cast<double>(widths.size()), 1.0);
  return std::sqrt(std::max(squares / n - (sum / n) * (sum / n), 0.0));
}

// Over channels, of the widths in force at the end; mean over the activation crossings that have widths.
double width_deviation(const std::vector<WidthRow>& changes) {
  std::map<Crossing, std::map<std::uint32_t, double>> last;
  for (const WidthRow& change : changes) {
    if (is_activation(change.crossing)) {
      last[change.crossing][change.channel] = change.width;
    }
  }
  double sum = 0.0;
  for (const auto& [crossing, widths] : last) {
    sum += deviation_of(widths);
  }
  return last.empty() ? 0.0 : sum / static_cast<double>(last.size());
}

template <typename Row>
std::vector<Row> read_rows(const std::filesystem::path& file, Row (*row_at)(const CsvReader&, std::size_t)) {
  const CsvReader csv(read_text_file(file, max_csv_bytes), file.string());
  std::vector<Row> rows;
  rows.reserve(csv.rows());
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    rows.push_back(row_at(csv, i));
  }
  return rows;
}

// Means of the training steps' times.
Json times_json(const RunRecord& run, std::uint32_t first_step) {
  double client = 0.0;
  double server = 0.0;
  double codec = 0.0;
  double link = 0.0;
  double total = 0.0;
  double count = 0.0;
  for (const StepRow& s : run.steps) {
    if (s.step >= first_step) {
      client += static_cast<double>(s.client_ns);
      server += static_cast<double>(s.server_ns);
      codec += static_cast<double>(s.codec_ns);
      link += static_cast<double>(s.link_ns);
      total += static_cast<double>(s.total_ns);
      count += 1.0;
    }
  }
  const double n = std::max(count, 1.0);
  return {{"client_ns", client / n},
          {"server_ns", server / n},
          {"codec_ns", codec / n},
          {"link_ns", link / n},
          {"total_ns", total / n}};
}

Json part_json(const RunRecord& run, std::uint32_t first_step) {
  const TrafficSummary t = summarise_traffic(run, first_step);
  Json json = {{"steps", t.steps},
               {"up_bytes", t.up_bytes},
               {"down_bytes", t.down_bytes},
               {"modelled_bytes", t.modelled_bytes},
               {"bits_per_element", t.bits_per_element},
               {"metadata_share", t.metadata_share},
               {"outlier_share", t.outlier_share},
               {"mean_width", t.mean_width},
               {"width_deviation", t.width_deviation}};
  json.update(times_json(run, first_step));
  return json;
}

}  // namespace

RunRecord load_run(const std::filesystem::path& directory, const Json& info) {
  RunRecord run;
  run.directory = directory;
  run.info = info;
  run.steps = read_rows(directory / "steps.csv", step_of);
  run.messages = read_rows(directory / "messages.csv", message_of);
  run.widths = read_rows(directory / "widths.csv", width_of);
  if (info.contains("evaluations")) {
    for (const Json& item : info["evaluations"]) {
      Evaluation evaluation;
      evaluation.step = item.at("step").get<std::uint32_t>();
      evaluation.loss = item.at("loss").is_number() ? item.at("loss").get<double>() : std::nan("");
      if (item.contains("loss_plain") && item.at("loss_plain").is_number()) {
        evaluation.loss_plain = item.at("loss_plain").get<double>();
      }
      run.evaluations.push_back(evaluation);
    }
  }
  return run;
}

RunRecord load_finished_run(const std::filesystem::path& directory, const Json& info) {
  RunRecord run = load_run(directory, info);
  std::uint64_t in_steps = 0;
  for (const StepRow& step : run.steps) {
    in_steps += step.up_bytes + step.down_bytes;
  }
  std::uint64_t in_messages = 0;
  for (const MessageRow& message : run.messages) {
    in_messages += message.phase == Phase::train ? message.frame_bytes() : 0;
  }
  const auto steps = info.value("steps_done", std::uint64_t{0});
  if (run.steps.size() != steps || in_steps != in_messages) {
    usage_error(
        fmt::format("{}: its files are damaged: {} of {} steps in steps.csv with {} B, {} B in messages.csv "
                    "(run it again with --force)",
                    directory.string(), run.steps.size(), steps, in_steps, in_messages));
  }
  return run;
}

bool has_real_link(const RunRecord& run) {
  return run.info.value("world", std::string("simulated")) != "simulated";
}

std::optional<std::uint32_t> common_hold(const std::vector<const RunRecord*>& runs) {
  std::uint32_t begins = 0;
  for (const RunRecord* run : runs) {
    begins = std::max(begins, run->info.value("hold_begins", 0U));
  }
  const bool reached = std::all_of(runs.begin(), runs.end(), [&](const RunRecord* run) {
    return !run->steps.empty() && run->steps.back().step >= begins;
  });
  return reached ? std::optional(begins) : std::nullopt;
}

TrafficSummary summarise_traffic(const RunRecord& run, std::uint32_t first_step) {
  TrafficSummary t;
  for (const StepRow& s : run.steps) {
    t.steps += s.step >= first_step ? 1 : 0;
  }
  double elements = 0.0;
  double bytes = 0.0;
  double metadata = 0.0;
  double outliers = 0.0;
  double width = 0.0;
  double activations = 0.0;
  for (const MessageRow& m : run.messages) {
    if (m.phase != Phase::train || m.step < first_step) {
      continue;
    }
    const auto frame = static_cast<double>(m.frame_bytes());
    (direction_of(m.crossing) == Direction::up ? t.up_bytes : t.down_bytes) += frame;
    t.modelled_bytes += static_cast<double>(m.modelled_bytes);
    bytes += frame;
    elements += static_cast<double>(m.rows) * static_cast<double>(m.channels);
    metadata += static_cast<double>(m.metadata_bytes);
    outliers += static_cast<double>(m.outlier_bytes);
    if (is_activation(m.crossing)) {
      width += m.mean_width;
      activations += 1.0;
    }
  }
  const double n = std::max<double>(static_cast<double>(t.steps), 1.0);
  t.up_bytes /= n;
  t.down_bytes /= n;
  t.modelled_bytes /= n;
  t.bits_per_element = elements > 0.0 ? bytes * 8.0 / elements : 0.0;
  t.metadata_share = bytes > 0.0 ? metadata / bytes : 0.0;
  t.outlier_share = bytes > 0.0 ? outliers / bytes : 0.0;
  t.mean_width = activations > 0.0 ? width / activations : 0.0;
  t.width_deviation = width_deviation(run.widths);
  return t;
}

Json summary_json(const RunRecord& run) {
  Json json;
  json["steps"] = run.steps.size();
  if (!run.steps.empty()) {
    json["final_train_loss"] = run.steps.back().loss;
    json["virtual_time_ns"] = run.steps.back().now_ns;
    const std::optional<std::uint32_t> hold = common_hold({&run});
    json["hold_reached"] = hold.has_value();
    json["hold"] = part_json(run, hold.value_or(0));
    json["whole"] = part_json(run, 0);
  }
  if (!run.evaluations.empty()) {
    json["first_eval_loss"] = run.evaluations.front().loss;
    json["final_eval_loss"] = run.evaluations.back().loss;
    if (run.evaluations.back().loss_plain) {
      json["final_eval_loss_plain"] = *run.evaluations.back().loss_plain;
    }
  }
  return json;
}

}  // namespace cutlink::record
