// A codec names each of its parameters once, in a `visit`; parsing, canonical spec, known keys and help all
// go through it:
//
//   struct ToyParameters {
//     std::uint32_t bits = 4;
//     template <typename P, typename Visitor>  // P: ToyParameters or const ToyParameters
//     static void visit(P& p, Visitor& v) {
//       v.whole_number("bits", p.bits, 1, 8, {.meaning = "width in bits"});
//     }
//   };
//   ToyParameters p = parse_parameters<ToyParameters>(params);  // Throws Error(usage) naming the parameter
//   std::string spec = canonical_spec("toy", p);                // "toy", or "toy:bits=3"
//   std::vector<ParameterInfo> help = parameter_rows<ToyParameters>();
//
// The order of the visit is the order of the canonical spec and of the keys in errors. A value that equals
// that of a default-constructed struct is left out of the spec.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codecs/codec_info.h"
#include "codecs/codec_spec.h"

namespace cutlink::codecs {

// What help says of a parameter. Left empty, `values` is derived from what the parser allows, and `standard`
// is the default as a spec would write it.
struct ParameterHelp {
  std::string_view values = {};
  std::string_view standard = {};
  std::string_view meaning = {};
};

// The visitor that parses. Each method leaves the value as it is if the spec does not give the key, and
// throws Error(usage) if the value given is not allowed.
class ParameterReader {
 public:
  // spec must outlive the reader.
  explicit ParameterReader(const SpecParams& spec) : spec_(spec) {}

  void number(std::string_view key, double& value, double lowest, double highest, const ParameterHelp&) {
    value = spec_.number(key, value, lowest, highest);
  }
  template <typename Whole>  // std::uint32_t or int
  void whole_number(std::string_view key, Whole& value, std::uint32_t lowest, std::uint32_t highest,
                    const ParameterHelp&) {
    value = static_cast<Whole>(spec_.has(key) ? spec_.whole_number(key, lowest, lowest, highest)
                                              : static_cast<std::uint32_t>(value));
  }
  // names: one an enumerator, in its order; a bool is an enum of two.
  template <typename Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> names,
              const ParameterHelp&) {
    if (spec_.has(key)) {
      value = static_cast<Enum>(index_of(key, names));
    }
  }
  // Unset if the spec does not give the key: what is meant then depends on the crossing.
  template <typename Enum>
  void choice(std::string_view key, std::optional<Enum>& value, std::span<const std::string_view> names,
              const ParameterHelp&) {
    if (spec_.has(key)) {
      value = static_cast<Enum>(index_of(key, names));
    }
  }
  // `on` or `off`; unset if the spec does not give the key.
  void on_off(std::string_view key, std::optional<bool>& value, const ParameterHelp&) {
    if (spec_.has(key)) {
      value = spec_.on_off(key, true);
    }
  }
  // A parameter that every spec must give, with a syntax of its own. Value has
  // `static Value parse(const SpecParams&, std::string_view key)` and `std::string text() const`.
  template <typename Value>
  void required(std::string_view key, Value& value, const ParameterHelp&) {
    value = Value::parse(spec_, key);
  }
  // The key may be given only if `useful`; else the spec is refused with `why`.
  void only_if(std::string_view key, bool useful, const std::string& why) {
    if (!useful && spec_.has(key)) {
      spec_.refuse(key, why);
    }
  }
  // The parameters of a stage that the codec carries; help lists them behind the codec's own.
  template <typename Carried>
  void carried(Carried& parameters) {
    Carried::visit(parameters, *this);
  }

 private:
  [[nodiscard]] std::size_t index_of(std::string_view key, std::span<const std::string_view> names) const;

  const SpecParams& spec_;
};

// The visitor that writes: every parameter with its value and its documentation.
class ParameterTexts {
 public:
  struct Parameter {
    std::string_view key;
    std::string text;    // the value as a spec writes it; empty if it is unset
    std::string values;  // what the parser allows
    ParameterHelp help;
    bool required = false;
    bool carried = false;  // belongs to a stage that the codec carries
  };

  void number(std::string_view key, double value, double lowest, double highest, const ParameterHelp& help) {
    add(key, shortest(value), shortest(lowest) + "–" + shortest(highest), help);
  }
  template <typename Whole>
  void whole_number(std::string_view key, Whole value, std::uint32_t lowest, std::uint32_t highest,
                    const ParameterHelp& help) {
    add(key, std::to_string(value), std::to_string(lowest) + "–" + std::to_string(highest), help);
  }
  template <typename Enum>
  void choice(std::string_view key, const Enum& value, std::span<const std::string_view> names,
              const ParameterHelp& help) {
    add(key, std::string(names[static_cast<std::size_t>(value)]), joined(names), help);
  }
  template <typename Enum>
  void choice(std::string_view key, const std::optional<Enum>& value, std::span<const std::string_view> names,
              const ParameterHelp& help) {
    add(key, value ? std::string(names[static_cast<std::size_t>(*value)]) : std::string(), joined(names),
        help);
  }
  void on_off(std::string_view key, const std::optional<bool>& value, const ParameterHelp& help) {
    add(key, value ? (*value ? "on" : "off") : std::string(), "on, off", help);
  }
  template <typename Value>
  void required(std::string_view key, const Value& value, const ParameterHelp& help) {
    add(key, value.text(), {}, help);
    parameters_.back().required = true;
  }
  void only_if(std::string_view, bool, const std::string&) {}
  template <typename Carried>
  void carried(const Carried& parameters) {
    carried_ = true;
    Carried::visit(parameters, *this);
    carried_ = false;
  }

  // In the order of the visit.
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  void add(std::string_view key, std::string text, std::string values, const ParameterHelp& help);
  static std::string joined(std::span<const std::string_view> names);

  std::vector<Parameter> parameters_;
  bool carried_ = false;
};

// The three things below do what parse_parameters(), canonical_spec() and parameter_rows() promise.
[[nodiscard]] std::vector<std::string_view> keys_of(const ParameterTexts& texts);
[[nodiscard]] std::string spec_of(std::string_view name, const ParameterTexts& texts,
                                  const ParameterTexts& standard);
[[nodiscard]] std::vector<ParameterInfo> help_of(const ParameterTexts& standard);

template <typename P>
[[nodiscard]] ParameterTexts texts_of(const P& parameters) {
  ParameterTexts texts;
  P::visit(parameters, texts);
  return texts;
}

// Throws Error(usage): an unknown key first, then the first value of the visit that is not allowed.
template <typename P>
[[nodiscard]] P parse_parameters(const SpecParams& spec) {
  spec.expect_only(keys_of(texts_of(P{})));
  P parameters;
  ParameterReader reader(spec);
  P::visit(parameters, reader);
  return parameters;
}

template <typename P>
[[nodiscard]] std::string canonical_spec(std::string_view name, const P& parameters) {
  return spec_of(name, texts_of(parameters), texts_of(P{}));
}

template <typename P>
[[nodiscard]] std::vector<ParameterInfo> parameter_rows() {
  return help_of(texts_of(P{}));
}

// Of a codec that has no parameters.
struct NoParameters {
  template <typename P, typename Visitor>
  static void visit(P&, Visitor&) {}
};

}  // namespace cutlink::codecs
