#include "netsim/spec/link_kind.h"

#include <type_traits>
#include <utility>

namespace cutlink::netsim {
namespace {

// Calls visit with the default settings of every kind, in the order of the variant.
template <typename Visit, std::size_t... index>
void for_each_kind(const Visit& visit, std::index_sequence<index...> /*all*/) {
  (visit(std::variant_alternative_t<index, Bottleneck>{}), ...);
}
constexpr std::make_index_sequence<std::variant_size_v<Bottleneck>> all_kinds;

}  // namespace

std::string kind_of(const LinkSpec& link) {
  return std::visit([](const auto& bottleneck) { return std::string(bottleneck.kind); }, link.bottleneck);
}

std::optional<Bottleneck> find_kind(std::string_view kind) {
  std::optional<Bottleneck> found;
  for_each_kind(
      [&](auto settings) {
        if (settings.kind == kind) {
          found = std::move(settings);
        }
      },
      all_kinds);
  return found;
}

std::string known_kinds(std::string_view prefix, std::string_view suffix) {
  std::string text;
  for_each_kind(
      [&](const auto& settings) {
        text += text.empty() ? "" : " or ";
        text.append(prefix).append(settings.kind).append(suffix);
      },
      all_kinds);
  return text;
}

}  // namespace cutlink::netsim
