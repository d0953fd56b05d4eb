#include "record/run_info.h"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <type_traits>

#include "base/error.h"
#include "record/json_fields.h"
#include "record/link_record.h"
#include "scenario/data_root.h"
#include "scenario/scenario_keys.h"

namespace cutlink::record {

// T: U or const U. Writer and reader come through here.
template <typename T, typename U>
concept Either = std::same_as<std::remove_const_t<T>, U>;

template <Either<HostInfo> T, typename V>
void visit(T& host, V& v) {
  v.defaulted("name", host.name);
  v.defaulted("system", host.system);
  v.defaulted("machine", host.machine);
  v.defaulted("cpu", host.cpu);
  v.defaulted("cores", host.cores);
}

template <Either<train::CodecSet> T, typename V>
void visit(T& codecs, V& v) {
  v.required("activation", codecs.activation);
  v.required("gradient", codecs.gradient);
}

template <Either<ModelInfo> T, typename V>
void visit(T& model, V& v) {
  v.required("path", model.path);
  v.required("hidden", model.hidden);
  v.required("blocks", model.blocks);
  v.required("heads", model.heads);
  v.required("kv_heads", model.kv_heads);
  v.required("head_dim", model.head_dim);
  v.required("intermediate", model.intermediate);
  v.required("vocabulary", model.vocabulary);
  v.required("stored_dtype", model.stored_dtype);
}

template <Either<DataInfo> T, typename V>
void visit(T& data, V& v) {
  v.required("examples", data.examples);
  v.required("truncated", data.truncated);
  v.required("dropped", data.dropped);
  v.required("tokens", data.tokens);
  v.required("label_tokens", data.label_tokens);
  v.required("longest_tokens", data.longest_tokens);
}

template <Either<DataInfos> T, typename V>
void visit(T& data, V& v) {
  v.required_or_null("train", data.train);
  v.required_or_null("eval", data.eval);
}

template <Either<LinkInfo> T, typename V>
void visit(T& link, V& v) {
  v.defaulted("name", link.name);
  v.defaulted("description", link.description);
  v.defaulted("kind", link.kind);
  v.defaulted("settings", link.settings);
  v.defaulted("sources", link.sources);
  v.defaulted("describe", link.describe);
  v.defaulted("goodput_up_bps", link.goodput_up_bps);
  v.defaulted("goodput_down_bps", link.goodput_down_bps);
}

template <Either<scenario::DeviceProfile> T, typename V>
void visit(T& device, V& v) {
  v.required("name", device.name);
  v.required("fp32_flops", device.fp32_flops);
  v.required("bf16_flops", device.bf16_flops);
  v.required("launch_ns", device.launch_ns);
  v.required("float_ns", device.float_ns);
  v.required("quantised_encode_ns", device.quantised_encode_ns);
  v.required("quantised_decode_ns", device.quantised_decode_ns);
}

template <Either<DeviceInfos> T, typename V>
void visit(T& devices, V& v) {
  v.required("client", devices.client);
  v.required("server", devices.server);
}

template <Either<FigureInfo> T, typename V>
void visit(T& figures, V& v) {
  v.defaulted("bytes", figures.bytes);
  v.defaulted("modelled_bytes", figures.modelled_bytes);
  v.defaulted("link_times", figures.link_times);
  v.defaulted("compute_times", figures.compute_times);
  v.optional("shaped_lacks", figures.shaped_lacks);
}

template <Either<Evaluation> T, typename V>
void visit(T& evaluation, V& v) {
  v.required("step", evaluation.step);
  v.required("loss", evaluation.loss);
  v.optional("loss_plain", evaluation.loss_plain);
}

template <Either<PartSummary> T, typename V>
void visit(T& part, V& v) {
  v.required("steps", part.traffic.steps);
  v.required("up_bytes", part.traffic.up_bytes);
  v.required("down_bytes", part.traffic.down_bytes);
  v.required("modelled_bytes", part.traffic.modelled_bytes);
  v.required("bits_per_element", part.traffic.bits_per_element);
  v.required("metadata_share", part.traffic.metadata_share);
  v.required("outlier_share", part.traffic.outlier_share);
  v.required("mean_width", part.traffic.mean_width);
  v.required("width_deviation", part.traffic.width_deviation);
  v.required("client_ns", part.times.client_ns);
  v.required("server_ns", part.times.server_ns);
  v.required("codec_ns", part.times.codec_ns);
  v.required("link_ns", part.times.link_ns);
  v.required("total_ns", part.times.total_ns);
}

template <Either<RunSummary> T, typename V>
void visit(T& summary, V& v) {
  v.required("steps", summary.steps);
  v.optional("final_train_loss", summary.final_train_loss);
  v.optional("virtual_time_ns", summary.virtual_time_ns);
  v.optional("hold_reached", summary.hold_reached);
  v.optional("hold", summary.hold);
  v.optional("whole", summary.whole);
  v.optional("first_eval_loss", summary.first_eval_loss);
  v.optional("final_eval_loss", summary.final_eval_loss);
  v.optional("final_eval_loss_plain", summary.final_eval_loss_plain);
}

template <Either<RunInfo> T, typename V>
void visit(T& info, V& v) {
  v.required("status", info.status);
  v.defaulted("name", info.name);
  v.defaulted("row", info.row);
  v.defaulted("row_index", info.row_index);
  v.defaulted("reference", info.reference);
  v.required("codecs", info.codecs);
  v.defaulted("seed", info.seed);
  v.required("hash", info.hash);
  v.defaulted("inputs", info.inputs);
  v.defaulted("version", info.version);
  v.defaulted("commit", info.commit);
  v.defaulted("command", info.command);
  v.defaulted("started", info.started);
  v.defaulted("host", info.host);
  v.within("threads", info.threads, 1, 65536);
  v.required("scenario", info.scenario);
  v.required("model", info.model);
  v.required("data", info.data);
  v.required("link", info.link);
  v.optional("world", info.world);
  v.defaulted("compute", info.compute);
  v.nullable("devices", info.devices);
  v.defaulted("hold_begins", info.hold_begins);
  v.defaulted("figures", info.figures);
  v.optional("peer", info.peer);
  v.optional("server", info.server);
  v.optional("resumed_at_step", info.resumed_at_step);
  v.optional("error", info.error);
  v.optional("steps_done", info.steps_done);
  v.optional("padding_rows_avoided", info.padding_rows_avoided);
  v.defaulted_if(info.steps_done.has_value(), "evaluations", info.evaluations);
  v.optional("summary", info.summary);
}

namespace {

constexpr std::array<Status, 4> all_statuses = {Status::running, Status::finished, Status::interrupted,
                                                Status::failed};

// What results are made from is there.
void check_finished(const RunInfo& info, const JsonReader& reader) {
  if (!info.steps_done) {
    reader.fail("steps_done", "missing in a finished run");
  }
  if (info.evaluations.empty()) {
    reader.fail("evaluations", "missing in a finished run");
  }
  if (!info.summary) {
    reader.fail("summary", "missing in a finished run");
  }
  if (*info.steps_done > 0 && (!info.summary->hold || !info.summary->whole)) {
    reader.fail(info.summary->hold ? "summary.whole" : "summary.hold", "missing in a finished run");
  }
}

}  // namespace

const char* name_of(Status status) {
  constexpr std::array<const char*, 4> names = {"running", "finished", "interrupted", "failed"};
  return names[static_cast<std::size_t>(status)];
}

bool named(const std::string& text, Status& status) {
  for (const Status candidate : all_statuses) {
    if (text == name_of(candidate)) {
      status = candidate;
      return true;
    }
  }
  return false;
}

Json to_json(const RunInfo& info) {
  Json json;
  json["schema"] = run_schema_version;
  JsonWriter writer(json);
  visit(info, writer);
  return json;
}

RunInfo run_info_of(const Json& json, const std::string& file) {
  const JsonReader reader(json, file);
  int schema = 0;
  reader.required("schema", schema);
  if (schema != run_schema_version) {
    usage_error(fmt::format("{}: schema {} is not known to this version, which writes {}", file, schema,
                            run_schema_version));
  }
  RunInfo info;
  visit(info, reader);
  if (info.status == Status::finished) {
    check_finished(info, reader);
  }
  return info;
}

bool same_devices(const std::optional<DeviceInfos>& a, const std::optional<DeviceInfos>& b) {
  const auto json = [](const std::optional<DeviceInfos>& devices) {
    Json object = Json::object();
    JsonWriter(object).nullable("devices", devices);
    return object;
  };
  return json(a) == json(b);
}

bool same_settings(const LinkInfo& link, const netsim::LinkSpec& spec) {
  const Json json = link_json(spec);
  return json.at("kind") == link.kind && object_text(json.at("settings")) == link.settings;
}

LinkInfo link_info(const netsim::LinkSpec& spec, const netsim::Link& made) {
  const Json json = link_json(spec);
  LinkInfo link;
  const JsonReader reader(json, spec.name);
  visit(link, reader);
  link.describe = made.describe();
  link.goodput_up_bps = made.goodput(Direction::up).bps;
  link.goodput_down_bps = made.goodput(Direction::down).bps;
  return link;
}

netsim::LinkSpec link_spec_of(const LinkInfo& link, const std::string& file) {
  return link_of({{"name", link.name}, {"kind", link.kind}, {"settings", Json::parse(link.settings.text)}},
                 file);
}

scenario::Scenario scenario_of(const RunInfo& info, const std::filesystem::path& directory) {
  scenario::Scenario scenario;
  const std::string where = (directory / "run.json").string();
  for (const auto& [name, value] : info.scenario) {
    // Presets and profiles may have changed or gone since: what the run was made with stands in run.json.
    if (name == "link") {
      scenario.link = scenario::as_text(value, name);
    } else if (name == "compute") {
      scenario.compute = scenario::as_text(value, name);
    } else {
      scenario::find_key(name, where).set(scenario, value, scenario::data_root());
    }
  }
  scenario.prompt.max_length = scenario.train.max_length;
  scenario.rows.push_back({info.row, scenario.train.codecs, true});
  return scenario;
}

}  // namespace cutlink::record
