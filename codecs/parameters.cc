#include "codecs/parameters.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "base/text/text.h"

namespace cutlink::codecs {

std::size_t ParameterReader::index_of(std::string_view key, std::span<const std::string_view> names) const {
  const std::string value = spec_.one_of(key, names.front(), names);
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), value) - names.begin());
}

void ParameterTexts::add(std::string_view key, std::string text, std::string values,
                         const ParameterHelp& help) {
  parameters_.push_back(
      {.key = key, .text = std::move(text), .values = std::move(values), .help = help, .carried = carried_});
}

std::string ParameterTexts::joined(std::span<const std::string_view> names) {
  return join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

std::vector<std::string_view> keys_of(const ParameterTexts& texts) {
  std::vector<std::string_view> keys;
  std::transform(texts.parameters().begin(), texts.parameters().end(), std::back_inserter(keys),
                 [](const ParameterTexts::Parameter& p) { return p.key; });
  return keys;
}

std::string spec_of(std::string_view name, const ParameterTexts& texts, const ParameterTexts& standard) {
  assert(texts.parameters().size() == standard.parameters().size());
  SpecText spec{std::string(name)};
  for (std::size_t i = 0; i < texts.parameters().size(); ++i) {
    const ParameterTexts::Parameter& p = texts.parameters()[i];
    if (!p.text.empty() && (p.required || p.text != standard.parameters()[i].text)) {
      spec.add(p.key, p.text);
    }
  }
  return spec.text();
}

std::vector<ParameterInfo> help_of(const ParameterTexts& standard) {
  std::vector<ParameterInfo> rows;
  for (const bool carried : {false, true}) {
    for (const ParameterTexts::Parameter& p : standard.parameters()) {
      if (p.carried == carried) {
        rows.push_back({std::string(p.key), p.help.values.empty() ? p.values : std::string(p.help.values),
                        p.help.standard.empty() ? p.text : std::string(p.help.standard),
                        std::string(p.help.meaning)});
      }
    }
  }
  return rows;
}

}  // namespace cutlink::codecs
