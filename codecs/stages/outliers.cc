#include "codecs/stages/outliers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "codecs/owned_matrix.h"
#include "codecs/stages/outlier_rows.h"

namespace cutlink::codecs {
namespace {

// Outlier rows are worth their bytes where they are few. Judged over so many training messages: the first
// steps of a run are not like the rest (on the embedded model one row in twelve stands out, later one in a
// hundred).
constexpr std::uint64_t judged_messages = 32;
// Of the bodies' bytes. At 4 bits a width one bit more for every element would cost as much.
constexpr double warn_share = 0.2;

// Sums over the training messages since the last judgement.
struct Judged {
  std::uint64_t messages = 0;
  std::uint64_t rows = 0;
  std::uint64_t escaped_rows = 0;
  std::uint64_t outlier_bytes = 0;
  std::uint64_t bytes = 0;  // of the bodies
};

class OutlierEncoder : public Encoder {
 public:
  OutlierEncoder(std::unique_ptr<Encoder> inner, double threshold)
      : inner_(std::move(inner)), threshold_(threshold) {}

  BodyFacts encode(MatrixView x, const CallInfo& call, Body& body) override {
    escaped_ = find_outlier_rows(x, threshold_);
    const CallInfo inner_call = call_of_other_rows(call, x.rows, escaped_, positions_);
    BodyFacts facts = inner_->encode(other_rows(x), inner_call, body);
    ByteVector section;
    facts.overflow |= write_section(x, section);
    body.metadata.insert(body.metadata.begin(), section.begin(), section.end());
    body.outlier_bytes = section.size();
    facts.rows = x.rows;
    facts.escaped_rows = escaped_.size();
    if (call.phase == Phase::train) {
      judge_bytes(x.rows, body, call.step);
    }
    report_overflow(call.step, facts.overflow);
    return facts;
  }

  bool learns() const override { return inner_->learns(); }
  void learn(MatrixView gradient) override { inner_->learn(other_rows(gradient)); }
  std::span<const std::uint8_t> widths() const override { return inner_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) override { inner_->use_widths(widths); }

  std::vector<Event> take_events() override {
    std::vector<Event> events = std::exchange(events_, {});
    std::vector<Event> inner = inner_->take_events();
    events.insert(events.end(), inner.begin(), inner.end());
    return events;
  }

  void save(ByteWriter& out) const override {
    out.put(judged_);
    out.put<std::uint8_t>(warned_share_ ? 1 : 0);
    out.put<std::uint8_t>(warned_overflow_ ? 1 : 0);
    inner_->save(out);
  }
  void restore(ByteReader& in) override {
    judged_ = in.get<Judged>();
    warned_share_ = in.get<std::uint8_t>() != 0;
    warned_overflow_ = in.get<std::uint8_t>() != 0;
    inner_->restore(in);
  }

 private:
  // x itself where nothing is escaped; else valid until the next call.
  MatrixView other_rows(MatrixView x) {
    if (escaped_.empty()) {
      return x;
    }
    others_.reset(x.dtype, x.rows - escaped_.size(), x.cols);
    copy_other_rows(x, escaped_, others_.mutable_view());
    return others_.view();
  }

  // True where a finite value became infinite.
  bool write_section(MatrixView x, ByteVector& section) const {
    section.reserve(outlier_section_bytes(escaped_.size(), x.cols));
    ByteWriter out(section);
    out.put(static_cast<std::uint32_t>(escaped_.size()));
    out.put_raw(escaped_.data(), escaped_.size() * sizeof(std::uint32_t));
    bool overflow = false;
    for (const std::uint32_t r : escaped_) {
      for (std::size_t c = 0; c < x.cols; ++c) {
        const float value = x.at(r, c);
        const std::uint16_t bits = f32_to_bf16(value);
        overflow |= std::isfinite(value) && !std::isfinite(bf16_to_f32(bits));
        out.put(bits);
      }
    }
    return overflow;
  }

  void judge_bytes(std::size_t rows, const Body& body, std::uint32_t step) {
    judged_.messages += 1;
    judged_.rows += rows;
    judged_.escaped_rows += escaped_.size();
    judged_.outlier_bytes += body.outlier_bytes;
    judged_.bytes += body.metadata.size() + body.payload.size();
    if (judged_.messages < judged_messages) {
      return;
    }
    const Judged past = std::exchange(judged_, {});
    const double share = static_cast<double>(past.outlier_bytes) / static_cast<double>(past.bytes);
    if (share <= warn_share || warned_share_) {
      return;
    }
    warned_share_ = true;
    const double row_share = static_cast<double>(past.escaped_rows) / static_cast<double>(past.rows);
    events_.push_back(
        {true, step, "outlier_rows",
         fmt::format(
             "outlier rows are {:.1f} % of the bytes of {} messages (threshold {:.0f} %): {:.1f} % of "
             "the rows exceed {} x the median RMS; raise outlier_threshold or set outliers=off",
             100.0 * share, past.messages, 100.0 * warn_share, 100.0 * row_share, threshold_)});
  }

  void report_overflow(std::uint32_t step, bool overflow) {
    if (overflow && !warned_overflow_) {
      warned_overflow_ = true;
      events_.push_back(
          {true, step, "outlier_overflow",
           "a finite value of an outlier row is beyond bf16 and became infinite: the activations "
           "diverge, lower the learning rate"});
    }
  }

  std::unique_ptr<Encoder> inner_;
  double threshold_;
  std::vector<std::uint32_t> escaped_;  // of the last encode()
  OwnedMatrix others_;
  std::vector<std::uint32_t> positions_;
  Judged judged_;
  bool warned_share_ = false;
  bool warned_overflow_ = false;
  std::vector<Event> events_;
};

class OutlierDecoder : public Decoder {
 public:
  explicit OutlierDecoder(std::unique_ptr<Decoder> inner) : inner_(std::move(inner)) {}

  void decode(BodyView body, const CallInfo& call, MutableMatrixView out) override {
    ByteReader metadata(body.metadata, "outlier rows");
    const std::vector<std::uint32_t> escaped = read_rows(metadata, out.rows);
    const ByteSpan raw = metadata.take(std::uint64_t{2} * escaped.size() * out.cols);
    const BodyView inner_body{metadata.take(metadata.remaining()), body.payload};
    if (escaped.empty()) {
      inner_->decode(inner_body, call, out);
      return;
    }
    const CallInfo inner_call = call_of_other_rows(call, out.rows, escaped, positions_);
    others_.reset(out.dtype, out.rows - escaped.size(), out.cols);
    inner_->decode(inner_body, inner_call, others_.mutable_view());
    scatter_other_rows(others_.view(), escaped, out);
    std::size_t at = 0;
    for (const std::uint32_t r : escaped) {
      for (std::size_t c = 0; c < out.cols; ++c, at += 2) {
        std::uint16_t bits;
        std::memcpy(&bits, raw.data() + at, 2);
        out.set(r, c, bf16_to_f32(bits));
      }
    }
  }

  std::span<const std::uint8_t> widths() const override { return inner_->widths(); }
  void use_widths(std::span<const std::uint8_t> widths) override { inner_->use_widths(widths); }
  void save(ByteWriter& out) const override { inner_->save(out); }
  void restore(ByteReader& in) override { inner_->restore(in); }

 private:
  static std::vector<std::uint32_t> read_rows(ByteReader& metadata, std::size_t rows) {
    const auto count = metadata.get<std::uint32_t>();
    if (count > 0 && count >= rows) {  // an encoder leaves at least one row to the codec inside
      metadata.fail(fmt::format("{} of {} rows", count, rows));
    }
    const ByteSpan bytes = metadata.take(std::uint64_t{4} * count);
    std::vector<std::uint32_t> escaped(count);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(escaped.data()));
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      if (escaped[i] >= rows || (i > 0 && escaped[i] <= escaped[i - 1])) {
        metadata.fail(fmt::format("row {} of {} is out of order or range", escaped[i], rows));
      }
    }
    return escaped;
  }

  std::unique_ptr<Decoder> inner_;
  OwnedMatrix others_;
  std::vector<std::uint32_t> positions_;
};

}  // namespace

std::unique_ptr<Encoder> with_outliers(std::unique_ptr<Encoder> inner, double threshold) {
  return std::make_unique<OutlierEncoder>(std::move(inner), threshold);
}

std::unique_ptr<Decoder> with_outliers(std::unique_ptr<Decoder> inner) {
  return std::make_unique<OutlierDecoder>(std::move(inner));
}

std::uint64_t outlier_section_bytes(std::size_t escaped_rows, std::size_t channels) {
  const std::uint64_t row = checked_add(4, checked_mul(2, channels, "outlier rows"), "outlier rows");
  return checked_add(4, checked_mul(escaped_rows, row, "outlier rows"), "outlier rows");
}

}  // namespace cutlink::codecs
