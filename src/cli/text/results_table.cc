#include "cli/text/results_text.h"

namespace cutlink::cli {

exporter::Table comparison_table(const compare::Comparison& c) {
  exporter::Table table;
  const auto column = [&](const char* name, const char* unit, int decimals, bool number = true) {
    table.columns.push_back({name, unit, decimals, number});
  };
  column("row", "", -1, false);
  column("activation", "", -1, false);
  column("gradient", "", -1, false);
  column("seeds", "", -1);
  column("hold_up", "bytes", 0);
  column("hold_down", "bytes", 0);
  column("hold_modelled", "bytes", 0);
  column("byte_ratio", "", 2);
  column("byte_ratio_sd", "", 2);
  column("elem", "bits", 2);
  column("mean_width", "bits", 2);
  column("width_sd", "bits", 2);
  column("metadata_share", "", 4);
  column("outlier_share", "", 4);
  column("client", "ns", 0);
  column("server", "ns", 0);
  column("codec", "ns", 0);
  column("link", "ns", 0);
  column("total", "ns", 0);
  column("speedup", "", 2);
  column("speedup_sd", "", 2);
  column("whole", "bytes", 0);
  column("whole_total", "ns", 0);
  column("first_eval_loss", "", 4);
  column("eval_loss", "", 4);
  column("eval_loss_sd", "", 4);
  column("eval_loss_plain", "", 4);
  column("loss_difference", "", 4);
  column("loss_difference_low", "", 4);
  column("loss_difference_high", "", 4);
  column("time_to_loss", "ns", 0);
  column("reached_loss", "", -1);
  for (const compare::RowFigures& row : c.rows) {
    std::vector<exporter::TableValue> cells = {row.name, row.codecs.activation, row.codecs.gradient,
                                               static_cast<std::int64_t>(row.seeds.size())};
    if (row.seeds.empty()) {
      cells.resize(table.columns.size());
      table.rows.push_back(std::move(cells));
      continue;
    }
    const auto maybe = [&](bool known, double value) {
      known ? cells.emplace_back(value) : cells.emplace_back(std::monostate{});
    };
    const record::TrafficSummary& t = row.traffic;
    const compare::RunTiming& time = row.timing;
    const bool trained = c.scenario.train.steps > 0;
    const bool paired = row.difference.pairs >= 2;
    for (const double value : {t.up_bytes, t.down_bytes, t.modelled_bytes, row.byte_ratio}) {
      maybe(trained, value);
    }
    maybe(trained && paired, row.byte_ratio_sd);
    for (const double value :
         {t.bits_per_element, t.mean_width, t.width_deviation, t.metadata_share, t.outlier_share,
          time.client_ns, time.server_ns, time.codec_ns, time.link_ns, time.total_ns, row.speedup}) {
      maybe(trained, value);
    }
    maybe(trained && paired, row.speedup_sd);
    maybe(trained, row.whole_bytes);
    maybe(trained, time.whole_total_ns);
    cells.emplace_back(row.first_loss);
    cells.emplace_back(row.eval_loss);
    maybe(row.seeds.size() > 1, row.loss_spread);
    maybe(row.eval_loss_plain.has_value(), row.eval_loss_plain.value_or(0.0));
    maybe(row.difference.pairs > 0, row.difference.mean);
    maybe(paired, row.difference.low.value_or(0.0));
    maybe(paired, row.difference.high.value_or(0.0));
    maybe(row.time_to_loss_ns >= 0.0, row.time_to_loss_ns);
    cells.emplace_back(static_cast<std::int64_t>(row.reached));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace cutlink::cli
