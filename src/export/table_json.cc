#include "export/table_json.h"

#include <cassert>
#include <nlohmann/json.hpp>

namespace cutlink::exporter {
namespace {

using nlohmann::ordered_json;

struct ToJson {
  ordered_json operator()(std::monostate) const { return nullptr; }
  ordered_json operator()(const std::string& text) const { return text; }
  ordered_json operator()(std::int64_t number) const { return number; }
  ordered_json operator()(double number) const { return number; }  // dump() writes null for NaN and infinity
};

}  // namespace

std::string table_to_json(const Table& table, const record::JsonObject& context) {
  ordered_json columns = ordered_json::array();
  for (const TableColumn& column : table.columns) {
    columns.push_back({{"key", column.key()}, {"name", column.name}, {"unit", column.unit}});
  }
  ordered_json rows = ordered_json::array();
  for (const auto& row : table.rows) {
    assert(row.size() == table.columns.size());
    ordered_json object = ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      object[table.columns[i].key()] = std::visit(ToJson{}, row[i]);
    }
    rows.push_back(std::move(object));
  }
  const ordered_json document = {
      {"context", ordered_json::parse(context.text)}, {"columns", columns}, {"rows", rows}};
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cutlink::exporter
