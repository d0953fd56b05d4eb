#include "codecs/amaq/inner_amaq.h"

#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include "codecs/amaq/width_layout.h"
#include "codecs/owned_matrix.h"
#include "codecs/stages/outlier_rows.h"

namespace cutlink::codecs::amaq {
namespace {

OwnedMatrix other_rows(MatrixView x, std::span<const std::uint32_t> escaped) {
  OwnedMatrix others(x.dtype, x.rows - escaped.size(), x.cols);
  copy_other_rows(x, escaped, others.mutable_view());
  return others;
}

}  // namespace

InnerAmaq::InnerAmaq(const AmaqParameters& parameters, const InnerShape& shape)
    : per_(parameters.per),
      outliers_(parameters.outliers),
      learner_(parameters, {shape.channels, shape.max_positions, shape.blocks, shape.total_steps},
               std::string("amaq inside the ") + name_of(shape.half)),
      escaped_(shape.blocks) {}

void InnerAmaq::quantise(std::size_t block, MatrixView x, MutableMatrixView x_hat, const CallInfo& call) {
  assert(block < escaped_.size());
  assert(x.rows == x_hat.rows && x.cols == x_hat.cols && x.dtype == x_hat.dtype);
  std::vector<std::uint32_t> escaped;
  if (outliers_.on(Crossing::act_up)) {
    escaped = find_outlier_rows(x, outliers_.threshold);
  }
  OwnedMatrix others;
  std::vector<std::uint32_t> positions;
  const CallInfo inner_call = call_of_other_rows(call, x.rows, escaped, positions);
  MatrixView seen = x;
  if (!escaped.empty()) {
    others = other_rows(x, escaped);
    seen = others.view();
  }
  Body body;
  learner_.encode(block, seen, inner_call, body);
  if (x_hat.data != x.data) {
    std::memcpy(x_hat.data, x.data, x.elements() * size_of(x.dtype));  // outlier rows stay
  }
  ByteReader metadata(body.metadata, "amaq inside a half");
  if (escaped.empty()) {
    decode_with_table(per_, widths(block), inner_call.positions, metadata, body.payload, x_hat);
  } else {
    decode_with_table(per_, widths(block), inner_call.positions, metadata, body.payload,
                      others.mutable_view());
    scatter_other_rows(others.view(), escaped, x_hat);
  }
  if (call.phase == Phase::train) {
    escaped_[block] = std::move(escaped);
  }
}

void InnerAmaq::learn(std::size_t block, MatrixView gradient) {
  assert(block < escaped_.size());
  if (escaped_[block].empty()) {
    learner_.learn(block, gradient);
  } else {
    const OwnedMatrix others = other_rows(gradient, escaped_[block]);
    learner_.learn(block, others.view());
  }
}

}  // namespace cutlink::codecs::amaq
