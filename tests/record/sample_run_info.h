// What run.json says of a finished run, with every key.
#pragma once

#include <string>

#include "record/run_info.h"

namespace cutlink::record {

inline RunInfo sample_run_info() {
  RunInfo info;
  info.status = Status::finished;
  info.name = "toy";
  info.row = "four";
  info.row_index = 3;
  info.reference = true;
  info.codecs = {"uniform:bits=4", "bf16"};
  info.seed = 18446744073709551615U;
  info.hash = "442faaf71fc61527";
  info.inputs = "0be533be7679dc11";
  info.version = "0.1.0";
  info.commit = "640bdf34ab51";
  info.command = "cutlink run toy.toml";
  info.started = "2026-12-01T00:43:30Z";
  info.host = {"vm", "Linux 6", "x86_64", "a CPU", 2};
  info.threads = 2;
  info.scenario = {{"name", {"toy", ""}},      {"seed", {std::int64_t{7}, ""}},
                   {"train.lr", {0.5, ""}},    {"lora.alpha", {16.0, ""}},
                   {"eval.plain", {true, ""}}, {"lora.targets", {std::vector<std::string>{"q_proj"}, ""}},
                   {"link", {"loopback", ""}}};
  info.model = {"scenarios/models/tiny", 128, 6, 4, 2, 32, 352, 258, "bfloat16"};
  info.data.train = DataInfo{24, 1, 2, 300, 100, 16};
  info.link = {"home",     "a line", "fixed", {R"({"up_bps":1000000.0})"}, {R"({"up":"assumed"})"},
               "1 Mbit/s", 1e6,      2e6};
  info.world = WorldKind::shaped;
  info.compute = "profile laptop-cpu";
  info.devices.emplace();
  info.devices->client.name = info.devices->server.name = "laptop-cpu";
  info.devices->server.fp32_flops = 1e12;
  info.hold_begins = 1;
  info.figures = {"counted", "modelled", "simulated", "assumed", "no queue"};
  info.peer = "tls1.3 psk";
  info.server = "cutlink 0.1.0";
  info.resumed_at_step = 1;
  info.steps_done = 2;
  info.padding_rows_avoided = 5;
  info.evaluations = {{0, 5.0, 4.5}, {2, 3.0, {}}};
  RunSummary summary;
  summary.steps = 2;
  summary.final_train_loss = 2.5;
  summary.virtual_time_ns = 12345678901;
  summary.hold_reached = true;
  summary.hold = summary.whole = PartSummary();
  summary.hold->traffic.steps = 1;
  summary.whole->times.total_ns = 3.0;
  summary.first_eval_loss = 5.0;
  summary.final_eval_loss = 3.0;
  info.summary = summary;
  return info;
}

}  // namespace cutlink::record
