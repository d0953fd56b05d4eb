#include "model/weights/safetensors_header.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text/nul_byte.h"

namespace cutlink::model {
namespace {

// Receives the parser's events. What may come where:
//
//   {            header      key: a tensor's name, or __metadata__
//     {          tensor      key: dtype (string), shape (list), data_offsets (list of two)
//       [        list        unsigned numbers
//     {          metadata    key: any, value: string
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const std::string& where) : where_(where) {}

  [[nodiscard]] std::map<std::string, HeaderEntry> take() { return std::move(entries_); }

  bool start_object(std::size_t /*elements*/) override {
    if (place_ == Place::start) {
      place_ = Place::header;
    } else if (place_ == Place::header) {
      place_ = name_ == "__metadata__" ? Place::metadata : Place::tensor;
      seen_.clear();
      entry_ = {};
    } else {
      fail("nests deeper than the format allows");
    }
    return true;
  }
  bool end_object() override {
    if (place_ == Place::tensor) {
      for (const char* key : {"dtype", "shape", "data_offsets"}) {
        if (!seen_.contains(key)) {
          fail_tensor(std::string("has no ") + key);
        }
      }
      entries_.emplace(name_, std::move(entry_));
    }
    place_ = place_ == Place::header ? Place::end : Place::header;
    return true;
  }
  bool key(string_t& text) override {
    if (place_ == Place::header) {
      name_ = text;
      if (!names_.insert(text).second) {
        fail_tensor("is named twice");
      }
      return true;
    }
    if (!seen_.insert(text).second) {
      fail_tensor("has " + text + " twice");
    }
    key_ = text;
    return true;
  }
  bool string(string_t& text) override {
    if (place_ == Place::metadata) {
      return true;
    }
    if (place_ != Place::tensor || key_ != "dtype") {
      fail_value("a string");
    }
    if (text == "F32") {
      entry_.type = StoredType::f32;
    } else if (text == "BF16") {
      entry_.type = StoredType::bf16;
    } else if (text == "F16") {
      entry_.type = StoredType::f16;
    } else {
      fail_tensor("has dtype \"" + text + "\"; F32, BF16 and F16 are supported (convert the checkpoint)");
    }
    return true;
  }
  bool start_array(std::size_t /*elements*/) override {
    if (place_ != Place::tensor || (key_ != "shape" && key_ != "data_offsets")) {
      fail_value("a list");
    }
    place_ = Place::list;
    listed_ = 0;
    return true;
  }
  bool end_array() override {
    if (key_ == "data_offsets" && listed_ != 2) {
      fail_tensor("has " + std::to_string(listed_) + " data_offsets; two are wanted");
    }
    place_ = Place::tensor;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::list) {
      fail_value("a number");
    }
    if (key_ == "shape") {
      constexpr std::size_t max_dimensions = 8;  // a model's weights have two; more is nonsense, not need
      if (listed_ == max_dimensions) {
        fail_tensor("has more than 8 dimensions");
      }
      entry_.shape.push_back(value);
    } else if (listed_ < 2) {
      entry_.offsets.at(listed_) = value;
    }
    ++listed_;
    return true;
  }
  bool number_integer(number_integer_t /*value*/) override { fail_value("a negative number"); }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    fail_value("the number " + text.substr(0, 40));
  }
  bool null() override { fail_value("null"); }
  bool boolean(bool /*value*/) override { fail_value("a boolean"); }
  bool binary(binary_t& /*value*/) override { fail_value("binary data"); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    fail("is not JSON (at byte " + std::to_string(position) + ")");
  }

 private:
  enum class Place { start, header, tensor, metadata, list, end };

  [[noreturn]] void fail(const std::string& why) const {
    usage_error(where_ + ": the safetensors header " + why + "; download the file again");
  }
  [[noreturn]] void fail_tensor(const std::string& why) const {
    usage_error(where_ + ": tensor \"" + name_.substr(0, 120) + "\" " + why);
  }
  [[noreturn]] void fail_value(const std::string& what) const {
    if (place_ == Place::tensor || place_ == Place::list || place_ == Place::metadata) {
      fail_tensor("has " + what + " as " + key_.substr(0, 120));
    }
    fail("holds " + what + " where a tensor belongs");
  }

  const std::string& where_;
  Place place_ = Place::start;
  std::string name_;  // of the tensor being read
  std::string key_;   // in it
  std::set<std::string> names_, seen_;
  HeaderEntry entry_;
  std::size_t listed_ = 0;
  std::map<std::string, HeaderEntry> entries_;
};

}  // namespace

std::map<std::string, HeaderEntry> parse_safetensors_header(std::string_view json, const std::string& where) {
  if (json.empty() || json.front() != '{') {
    usage_error(where + ": the safetensors header does not start with {; is it a safetensors file?");
  }
  refuse_nul(json, where + ": the safetensors header");
  HeaderReader reader(where);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  return reader.take();
}

const char* name_of(StoredType type) {
  switch (type) {
    case StoredType::f32:
      return "F32";
    case StoredType::bf16:
      return "BF16";
    case StoredType::f16:
      break;
  }
  return "F16";
}

}  // namespace cutlink::model
