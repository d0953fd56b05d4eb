#include "compare/compare_timing.h"

#include <algorithm>
#include <limits>

#include "base/statistics.h"

namespace cutlink::compare {

namespace {

using netsim::TimelineEvent;
using Chain = std::vector<TimelineEvent>;

// Of the steps [begin, end).
run::CodingTimes median_coding(const record::RunRecord& run, std::uint32_t begin, std::uint32_t end) {
  run::CodingTimes times;
  for (const Crossing crossing : all_crossings) {
    std::vector<std::int64_t> encode;
    std::vector<std::int64_t> decode;
    for (const MessageRow& m : run.messages) {
      if (m.phase == Phase::train && m.crossing == crossing && m.step >= begin && m.step < end) {
        encode.push_back(m.encode_ns);
        decode.push_back(m.decode_ns);
      }
    }
    times.encode_ns[static_cast<std::size_t>(crossing)] = upper_median(std::move(encode));
    times.decode_ns[static_cast<std::size_t>(crossing)] = upper_median(std::move(decode));
  }
  return times;
}

// What every training message of a step took from the sender's socket to the receiver.
std::vector<std::vector<Nanoseconds>> measured_transfers(const record::RunRecord& run) {
  std::vector<std::vector<Nanoseconds>> steps;
  const MessageRow* last = nullptr;
  for (const MessageRow& m : run.messages) {
    if (m.phase != Phase::train) {
      continue;
    }
    if (last == nullptr || last->step != m.step) {
      steps.emplace_back();
    }
    last = &m;
    steps.back().emplace_back(m.queue_ns + m.wire_ns);
  }
  return steps;
}

}  // namespace

run::WorkTimes median_work(const std::vector<const record::RunRecord*>& reference_runs) {
  run::WorkTimes medians{};
  for (std::size_t kind = 0; kind < work_kinds; ++kind) {
    std::vector<std::int64_t> values;
    for (const record::RunRecord* run : reference_runs) {
      for (const StepRow& step : run->steps) {
        values.push_back(step.work_ns[kind]);
      }
    }
    medians[kind] = upper_median(std::move(values));
  }
  return medians;
}

std::vector<Chain> step_chains(const record::RunRecord& run, const run::WorkTimes& work,
                               std::uint32_t first_step) {
  const run::CodingTimes before = median_coding(run, 0, first_step);
  const run::CodingTimes after = median_coding(run, first_step, std::numeric_limits<std::uint32_t>::max());
  std::vector<const MessageRow*> messages;
  for (const MessageRow& m : run.messages) {
    if (m.phase == Phase::train) {
      messages.push_back(&m);
    }
  }
  const bool vanilla = std::none_of(messages.begin(), messages.end(),
                                    [](const MessageRow* m) { return m->crossing == Crossing::act_down; });
  std::vector<Chain> chains;
  for (std::size_t begin = 0; begin < messages.size();) {
    std::size_t end = begin;
    std::int64_t micro_batches = 1;
    while (end < messages.size() && messages[end]->step == messages[begin]->step) {
      micro_batches = std::max<std::int64_t>(micro_batches, messages[end]->micro_batch + std::int64_t{1});
      ++end;
    }
    run::WorkTimes share = work;
    for (std::int64_t& ns : share) {
      ns /= micro_batches;
    }
    Chain chain;
    for (; begin < end; ++begin) {
      const MessageRow& m = *messages[begin];
      run::append_crossing(chain, m.crossing, vanilla, share, m.step < first_step ? before : after,
                           Bytes{m.frame_bytes()});
    }
    chains.push_back(std::move(chain));
  }
  return chains;
}

RunTiming time_run(const record::RunRecord& run, const run::WorkTimes& work,
                   const netsim::LinkSpec& link_spec, std::uint32_t first_step) {
  RunTiming timing;
  const auto link = netsim::make_link(link_spec, run.info.seed);
  netsim::Replay replay(*link);
  std::vector<Chain> chains = step_chains(run, work, first_step);
  const auto transfers =
      record::has_real_link(run) ? measured_transfers(run) : std::vector<std::vector<Nanoseconds>>();
  netsim::Instant now{};
  double counted = 0.0;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    const netsim::BatchTiming batch =
        transfers.empty() ? replay.play(chains[i]) : netsim::play_measured(chains[i], transfers[i], now);
    now += batch.total;
    timing.step_ends_ns.push_back(now.count());
    timing.whole_total_ns += static_cast<double>(batch.total.count());
    if (i >= first_step) {
      timing.client_ns += static_cast<double>(batch.client.count());
      timing.server_ns += static_cast<double>(batch.server.count());
      timing.codec_ns += static_cast<double>(batch.codec.count());
      timing.link_ns += static_cast<double>(batch.link.count());
      timing.total_ns += static_cast<double>(batch.total.count());
      counted += 1.0;
    }
  }
  const double n = std::max(counted, 1.0);
  for (double* sum :
       {&timing.client_ns, &timing.server_ns, &timing.codec_ns, &timing.link_ns, &timing.total_ns}) {
    *sum /= n;
  }
  timing.whole_total_ns /= std::max<double>(static_cast<double>(chains.size()), 1.0);
  if (!chains.empty()) {
    timing.last = std::move(chains.back());
  }
  return timing;
}

double time_to_loss(const record::RunRecord& run, const RunTiming& timing, double target) {
  double before_time = 0.0;
  double before_loss = 0.0;
  bool first = true;
  for (const record::Evaluation& evaluation : run.info.evaluations) {
    if (evaluation.step > timing.step_ends_ns.size()) {
      break;
    }
    const double time =
        evaluation.step == 0 ? 0.0 : static_cast<double>(timing.step_ends_ns[evaluation.step - 1]);
    if (evaluation.loss <= target) {
      if (first || evaluation.loss >= before_loss) {
        return time;
      }
      return before_time + (time - before_time) * (before_loss - target) / (before_loss - evaluation.loss);
    }
    before_time = time;
    before_loss = evaluation.loss;
    first = false;
  }
  return -1.0;
}

}  // namespace cutlink::compare
