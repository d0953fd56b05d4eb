#include "session/adapter_bytes.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/checked.h"
#include "base/error.h"

namespace cutlink::session {

namespace {

constexpr std::size_t max_name = 200;  // a parameter's is some 60
constexpr std::uint64_t least_parameter = 8 + 1 + 8 + 8 + 8;

bool is_parameter_name(const std::string& name) {
  return !name.empty() && name.size() <= max_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

model::NamedParameter read_parameter(ByteReader& in) {
  model::NamedParameter parameter;
  parameter.name = in.get_string();
  if (!is_parameter_name(parameter.name)) {
    in.fail("a name is not a parameter's");
  }
  const auto rows = in.get<std::uint64_t>();
  const auto columns = in.get<std::uint64_t>();
  const std::vector<float> values = in.get_array<float>();
  if (values.size() != checked_mul(rows, columns, "adapters: shape", ErrorKind::peer) || values.empty()) {
    in.fail(
        fmt::format("{} has the shape {} x {} and {} numbers", parameter.name, rows, columns, values.size()));
  }
  parameter.value =
      at::empty({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, at::kFloat);
  std::ranges::copy(values, parameter.value.mutable_data_ptr<float>());
  return parameter;
}

}  // namespace

ByteVector write_adapters(const std::vector<model::NamedParameter>& parameters) {
  ByteVector bytes;
  bytes.reserve(adapter_bytes(parameters));
  ByteWriter out(bytes);
  out.put(static_cast<std::uint32_t>(parameters.size()));
  for (const model::NamedParameter& parameter : parameters) {
    const at::Tensor value = parameter.value.detach().contiguous();
    out.put_string(parameter.name);
    out.put(static_cast<std::uint64_t>(value.size(0)));
    out.put(static_cast<std::uint64_t>(value.size(1)));
    out.put_array(
        std::span<const float>(value.const_data_ptr<float>(), static_cast<std::size_t>(value.numel())));
  }
  return bytes;
}

std::uint64_t adapter_bytes(const std::vector<model::NamedParameter>& parameters) {
  std::uint64_t bytes = sizeof(std::uint32_t);
  for (const model::NamedParameter& parameter : parameters) {
    bytes += 4 * sizeof(std::uint64_t) + parameter.name.size() +
             sizeof(float) * static_cast<std::uint64_t>(parameter.value.numel());
  }
  return bytes;
}

std::vector<model::NamedParameter> read_adapters(ByteSpan bytes) {
  ByteReader in(bytes, "adapters");
  const auto count = in.get<std::uint32_t>();
  if (count > in.remaining() / least_parameter) {
    in.fail(fmt::format("{} bytes cannot hold {} of them", in.remaining(), count));
  }
  std::vector<model::NamedParameter> parameters;
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) {
    parameters.push_back(read_parameter(in));
    if (!names.insert(parameters.back().name).second) {
      in.fail(fmt::format("{} comes twice", parameters.back().name));
    }
  }
  in.expect_end();
  return parameters;
}

}  // namespace cutlink::session
