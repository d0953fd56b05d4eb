#include "cli/text/results_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/text.h"
#include "base/units.h"
#include "cli/text/figure_text.h"

namespace cutlink::cli {

namespace {

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string fill(width - std::min(width, display_width(text)), ' ');
  return left ? text + fill : fill + text;
}

using Line = std::vector<std::string>;

// Of a comparison's table: the row's name, six columns of bytes, six of time, the loss, the time to it.
constexpr std::size_t loss_column = 13;
constexpr std::size_t column_count = 15;

// Groups of columns under one heading each; the first column to the left, the others to the right.
struct Group {
  std::string heading;
  std::size_t columns = 0;
};

std::string render(const std::vector<Group>& groups, const Line& names, const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(names.size(), 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    widths[i] = display_width(names[i]);
    for (const Line& line : lines) {
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string top;
  std::size_t column = 0;
  for (const Group& group : groups) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < group.columns; ++i) {
      width += widths[column + i] + 2;
    }
    if (display_width(group.heading) + 2 > width) {  // widen the group's last column
      widths[column + group.columns - 1] += display_width(group.heading) + 2 - width;
      width = display_width(group.heading) + 2;
    }
    top += "  " + padded(group.heading, width - 2, true);
    column += group.columns;
  }
  std::string text;
  const auto put = [&](std::string line) {
    while (line.ends_with(' ')) {
      line.pop_back();
    }
    text += line.substr(std::min<std::size_t>(line.size(), 1)) + "\n";
  };
  put(top);
  const auto row = [&](const Line& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += "  " + padded(cells[i], widths[i], i == 0);
    }
    put(line);
  };
  row(names);
  for (const Line& line : lines) {
    row(line);
  }
  return text;
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  std::vector<std::string> words;
  words.reserve(seeds.size());
  for (const std::uint64_t seed : seeds) {
    words.push_back(std::to_string(seed));
  }
  return (seeds.size() == 1 ? "seed " : "seeds ") + join(words, ",");
}

// Which gradients the rows sent: their names often tell the activations' codec alone.
std::string gradients_text(const compare::Comparison& c) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // codec, rows
  for (const compare::RowFigures& row : c.rows) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return group.first == row.codecs.gradient; });
    (found == groups.end() ? groups.emplace_back(row.codecs.gradient, std::vector<std::string>()) : *found)
        .second.push_back(row.name);
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& [codec, rows] = groups[i];
    const bool others = i > 0 && i + 1 == groups.size();
    parts.push_back(
        groups.size() == 1 ? codec : fmt::format("{} ({})", codec, others ? "all others" : join(rows, ", ")));
  }
  return fmt::format("gradients: {}\n", join(parts, "; "));
}

std::string loss_text(const compare::RowFigures& row) {
  return row.seeds.size() > 1 ? fmt::format("{:.4f} ± {:.4f}", row.eval_loss, row.loss_spread)
                              : fmt::format("{:.4f}", row.eval_loss);
}

// With its spread over seeds if two decimals show it.
std::string ratio_text(double ratio, double deviation) {
  return deviation >= 0.005 ? fmt::format("{:.2f} ± {:.2f}", ratio, deviation) : fmt::format("{:.2f}", ratio);
}

// The median over seeds, and how many reached it if not all did.
std::string time_to_loss_text(const compare::RowFigures& row) {
  const std::string time = row.time_to_loss_ns < 0.0    ? "never"
                           : row.time_to_loss_ns == 0.0 ? "at start"
                                                        : time_text(row.time_to_loss_ns);
  return row.reached == row.targeted || row.targeted < 2
             ? time
             : fmt::format("{} ({} of {})", time, row.reached, row.targeted);
}

Line row_cells(const compare::Comparison& c, const compare::RowFigures& row) {
  Line cells = {row.name + (row.reference ? " (reference)" : "")};
  if (row.seeds.empty()) {
    cells.resize(column_count);
    cells[loss_column] = row.failure.empty() ? "not finished" : "failed";
    return cells;
  }
  if (row.seeds.size() < c.seeds.size()) {
    cells[0] += fmt::format(" ({} of {} seeds)", row.seeds.size(), c.seeds.size());
  }
  const record::TrafficSummary& t = row.traffic;
  cells.push_back(bytes_text(t.up_bytes));
  cells.push_back(bytes_text(t.down_bytes));
  cells.push_back(ratio_text(row.byte_ratio, row.byte_ratio_sd));
  cells.push_back(fmt::format("{:.2f}", t.bits_per_element));
  cells.push_back(t.width_deviation > 0.0 ? fmt::format("{:.2f} ± {:.2f}", t.mean_width, t.width_deviation)
                                          : fmt::format("{:.2f}", t.mean_width));
  cells.push_back(fmt::format("{:.1f} %", 100.0 * t.metadata_share));
  cells.push_back(time_text(row.timing.client_ns));
  cells.push_back(time_text(row.timing.server_ns));
  cells.push_back(time_text(row.timing.codec_ns));
  cells.push_back(time_text(row.timing.link_ns));
  cells.push_back(time_text(row.timing.total_ns));
  cells.push_back(ratio_text(row.speedup, row.speedup_sd));
  cells.push_back(loss_text(row));
  cells.push_back(time_to_loss_text(row));
  return cells;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string split_text(const train::SplitSpec& split, std::size_t blocks) {
  const bool vanilla = split.shape == train::SplitSpec::Shape::vanilla;
  const std::size_t top = vanilla ? 0 : split.top;
  const std::string middle = blocks == 0 ? "…" : std::to_string(blocks - split.bottom - top);
  return vanilla ? fmt::format("vanilla {}·{}", split.bottom, middle)
                 : fmt::format("U {}·{}·{}", split.bottom, middle, top);
}

namespace {

std::string ends_text(const compare::Comparison& c, const std::string& directory) {
  std::string text;
  for (const compare::RowFigures& row : c.rows) {
    if (!row.failure.empty()) {
      text += fmt::format("failed: {}: {}\n", row.name, row.failure);
    }
  }
  for (const std::string& directory_and_why : c.not_counted) {
    text += fmt::format("not counted: {}\n", directory_and_why);
  }
  return text + fmt::format("files: {}/*/{{steps,messages,widths}}.csv\n", directory);
}

// Of runs without a training step.
std::string evaluations_text(const compare::Comparison& c, const std::string& directory, std::size_t blocks) {
  std::vector<Line> lines;
  for (const compare::RowFigures& row : c.rows) {
    Line cells = {row.name + (row.reference ? " (reference)" : ""),
                  row.failure.empty() ? "not finished" : "failed", ""};
    if (!row.seeds.empty()) {
      cells[1] = loss_text(row);
      cells[2] =
          c.reference().seeds.empty() ? "" : fmt::format("{:+.4f}", row.eval_loss - c.reference().eval_loss);
    }
    lines.push_back(cells);
  }
  return fmt::format("{} · evaluated, not trained (train.steps = 0) · {} · {}\n", c.scenario.name,
                     split_text(c.scenario.train.split, blocks), seeds_text(c.seeds)) +
         render({{"", 1}, {"eval loss", 2}}, {"act / grad", "codecs in", "change"}, lines) +
         ends_text(c, directory);
}

}  // namespace

std::string comparison_text(const compare::Comparison& c, const std::string& directory) {
  const train::TrainSpec& spec = c.scenario.train;
  if (spec.steps == 0) {
    return evaluations_text(c, directory, c.blocks);
  }
  std::string text = fmt::format(
      "{} · world {}, link {} ({} up, {} down goodput, {} one way) · {} · {} × {} tokens · {} steps · "
      "{}\n",
      c.scenario.name, name_of(c.world), c.link, to_text(BitRate{c.up_bps}), to_text(BitRate{c.down_bps}),
      time_text(c.delay_ns), split_text(spec.split, c.blocks),
      spec.accumulation == 1 ? std::to_string(spec.batch)
                             : fmt::format("{} × {}", spec.accumulation, spec.batch),
      spec.max_length, spec.steps, seeds_text(c.seeds));
  std::vector<Line> lines;
  for (const compare::RowFigures& row : c.rows) {
    lines.push_back(row_cells(c, row));
  }
  const char* part = c.hold_reached ? "hold" : "whole run";
  text += render({{"", 1},
                  {fmt::format("bytes a batch ({})", part), 6},
                  {fmt::format("time a batch ({})", part), 6},
                  {"eval loss", 1},
                  {"time to", 1}},
                 {"act / grad", "up", "down", "ratio", "bits/elem", "width ± sd", "meta", "client", "server",
                  "codec", "link", "total", "×", c.seeds.size() > 1 ? "mean ± sd" : "one seed",
                  c.scenario.target_loss > 0.0 ? fmt::format("loss {:.3f}", c.target_loss)
                                               : fmt::format("{} + 1 %", c.reference().name)},
                 lines);
  text += fmt::format(
      "compute: {} · link: {} · every byte of every frame counted · bits/elem: all counted bytes · "
      "width: the activations' symbols alone, ± over channels\n"
      "ratio, ×: how many times fewer bytes, less time than {} · loss before training {:.4f}, codecs in the "
      "loop\n",
      c.compute, has_sockets(c.world) ? fmt::format("measured ({})", name_of(c.world)) : name_of(c.world),
      c.reference().name, c.reference().first_loss);
  text += gradients_text(c);
  if (c.train_data) {
    text +=
        fmt::format("data: {} examples, {} cut at {} tokens, {} not used; padding never crosses\n",
                    c.train_data->examples, c.train_data->truncated, spec.max_length, c.train_data->dropped);
  }
  text += c.hold_reached
              ? fmt::format("hold: the last {} of {} steps, when every row's descent of widths is over\n",
                            c.held_steps, spec.steps)
              : fmt::format(
                    "hold: not reached within {} steps by every row's descent of widths: figures are of "
                    "the whole run (raise train.steps, or lower the codec's steps)\n",
                    spec.steps);
  if (c.world == WorldKind::live) {
    text += fmt::format("peer: {} · the link named above is the scenario's, not necessarily this network\n",
                        c.peer);
  }
  return text + ends_text(c, directory);
}

}  // namespace cutlink::cli
