#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/whole_number.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kFloat = 1;  // ONNX's number of float32

struct MelBands {
  std::int64_t bands = 1;
  std::int64_t length = 1;  // of the transform
  std::int64_t rate = 1;
  float low = 0.0F;
  float high = 0.0F;
};

double ToMel(double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); }
double ToHz(double mel) { return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0); }

// The bins at which the triangles begin, peak and end, as ONNX's text has them: whole bins, and the
// mel scale cut into bands + 2 parts although bands + 1 lie between its ends.
std::vector<std::int64_t> Edges(const MelBands& mel) {
  const double low = ToMel(mel.low);
  const double step = (ToMel(mel.high) - low) / static_cast<double>(mel.bands + 2);
  std::vector<std::int64_t> edges;
  for (std::int64_t i = 0; i < mel.bands + 2; ++i) {
    const double hz = ToHz(static_cast<double>(i) * step + low);
    edges.push_back(static_cast<std::int64_t>(
        std::floor(static_cast<double>(mel.length + 1) * hz / static_cast<double>(mel.rate))));
  }
  return edges;
}

void FillBand(const std::vector<std::int64_t>& edges, std::int64_t band, std::int64_t bands,
              std::vector<float>& matrix) {
  const auto at = static_cast<std::size_t>(band);
  const std::int64_t low = edges[at];
  const std::int64_t peak = edges[at + 1];
  const std::int64_t high = edges[at + 2];
  const auto cell = [&](std::int64_t bin) -> float& {
    return matrix[static_cast<std::size_t>(bin * bands + band)];
  };
  if (low == peak) cell(peak) = 1.0F;
  for (std::int64_t bin = low; bin <= peak && low < peak; ++bin) {
    cell(bin) = static_cast<float>(bin - low) / static_cast<float>(peak - low);
  }
  for (std::int64_t bin = peak; bin < high; ++bin) {
    cell(bin) = static_cast<float>(high - bin) / static_cast<float>(high - peak);
  }
}

absl::StatusOr<MelBands> ReadBands(const NodeView& node) {
  MelBands mel;
  std::int64_t* const whole[] = {&mel.bands, &mel.length, &mel.rate};
  constexpr const char* kNames[] = {"its number of bands", "its length", "its rate"};
  for (int i = 0; i < 3; ++i) {
    const auto given = WholeNumber(node, i, kNames[i]);
    if (!given.ok()) return given.status();
    *whole[i] = *given;
  }
  for (int i = 3; i < 5; ++i) {
    const absl::StatusOr<float> edge = node.Scalar(i);
    if (!edge.ok()) return edge.status();
    (i == 3 ? mel.low : mel.high) = *edge;
  }
  // The upper edge is a bin of the transform's first half.
  if (!(mel.low >= 0.0F) || !(mel.high > mel.low) ||
      mel.high > static_cast<float>(mel.rate) / 2.0F) {
    return node.Invalid("its edges must go from 0 Hz or more up to half of the rate");
  }
  return mel;
}

}  // namespace

absl::StatusOr<Lowered> LowerMelWeightMatrix(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t type = attributes.Int("output_datatype", kFloat);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (type != kFloat) return node.Unsupported("its output is no float32");
  const absl::StatusOr<MelBands> mel = ReadBands(node);
  if (!mel.ok()) return mel.status();
  const absl::StatusOr<TensorType> output = node.Output({mel->length / 2 + 1, mel->bands});
  if (!output.ok()) return output.status();
  std::vector<float> matrix(static_cast<std::size_t>(output->elements()));
  const std::vector<std::int64_t> edges = Edges(*mel);
  for (std::int64_t band = 0; band < mel->bands; ++band) FillBand(edges, band, mel->bands, matrix);
  return Lowered{*output,
                 std::make_shared<const Constant>(Constant{*output, std::move(matrix), {}})};
}

}  // namespace biglittle::nn
