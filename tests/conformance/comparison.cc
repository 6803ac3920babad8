#include "tests/conformance/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

#include "nn/graph/load_limits.h"
#include "nn/model.h"
#include "tests/conformance/nets.h"

namespace biglittle::conformance {
namespace {

template <typename Raw, typename List>
std::vector<double> Numbers(const std::string& raw, const List& list) {
  std::vector<double> numbers(list.begin(), list.end());
  for (std::size_t i = 0; i + sizeof(Raw) <= raw.size(); i += sizeof(Raw)) {
    Raw number;
    std::memcpy(&number, raw.data() + i, sizeof(Raw));
    numbers.push_back(static_cast<double>(number));
  }
  return numbers;
}

double FromHalf(double bits) {
  const auto half = static_cast<unsigned>(bits);
  const int exponent = static_cast<int>(half >> 10U & 0x1FU);
  const auto mantissa = static_cast<double>(half & 0x3FFU);
  const double sign = (half & 0x8000U) != 0 ? -1.0 : 1.0;
  if (exponent == 0x1F) return mantissa == 0.0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

// The whole output's shape, with the batch.
std::vector<std::int64_t> OutputShape(const nn::Port& output, std::int64_t batch,
                                      nn::Shapes shapes) {
  std::vector<std::int64_t> shape = output.shape;
  if (shapes == nn::Shapes::kBatched) shape.insert(shape.begin(), batch);
  return shape;
}

// What is expected in float16 was rounded to it.
std::string CompareNumbers(std::span<const float> actual, const std::vector<double>& expected,
                           bool half) {
  const double relative = half ? 2e-3 : 1e-4;
  const double absolute = half ? 1e-4 : 1e-6;
  if (actual.size() != expected.size()) {
    return fmt::format("{} numbers instead of {}", actual.size(), expected.size());
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto x = static_cast<double>(actual[i]);
    if (x == expected[i] || (std::isnan(x) && std::isnan(expected[i]))) continue;
    if (std::fabs(x - expected[i]) <= absolute + relative * std::fabs(expected[i])) continue;
    return fmt::format("element {} is {}, expected {}", i, x, expected[i]);
  }
  return "";
}

}  // namespace

std::vector<std::int64_t> DimsOf(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

std::vector<double> NumbersOf(const onnx::TensorProto& tensor) {
  const std::string& raw = tensor.raw_data();
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return Numbers<float>(raw, tensor.float_data());
    case onnx::TensorProto::INT64:
      return Numbers<std::int64_t>(raw, tensor.int64_data());
    case onnx::TensorProto::INT32:
      return Numbers<std::int32_t>(raw, tensor.int32_data());
    case onnx::TensorProto::DOUBLE:
      return Numbers<double>(raw, tensor.double_data());
    case onnx::TensorProto::FLOAT16: {
      std::vector<double> numbers = Numbers<std::uint16_t>(raw, tensor.int32_data());
      std::ranges::transform(numbers, numbers.begin(), FromHalf);
      return numbers;
    }
    case onnx::TensorProto::INT16:
      return Numbers<std::int16_t>(raw, tensor.int32_data());
    case onnx::TensorProto::UINT64:
      return Numbers<std::uint64_t>(raw, tensor.uint64_data());
    case onnx::TensorProto::UINT32:
      return Numbers<std::uint32_t>(raw, tensor.uint64_data());
    case onnx::TensorProto::UINT16:
      return Numbers<std::uint16_t>(raw, tensor.int32_data());
    case onnx::TensorProto::INT8:
      return Numbers<std::int8_t>(raw, tensor.int32_data());
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return Numbers<std::uint8_t>(raw, tensor.int32_data());
    default:
      return {};
  }
}

std::string OpsetRefusal(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  const auto loaded = nn::Model::Parse(std::as_bytes(std::span(bytes)), "net", nn::LoadLimits{},
                                       nn::Shapes::kFixed);
  const std::string reason = loaded.ok() ? "" : std::string(loaded.status().message());
  return reason.find("its opset is ") == std::string::npos ? "" : reason;
}

std::string Check(const Net& net) {
  const std::string bytes = net.model.SerializeAsString();
  const auto model =
      nn::Model::Parse(std::as_bytes(std::span(bytes)), "net", nn::LoadLimits{}, net.shapes);
  if (!model.ok()) return std::string(model.status().message());
  const std::vector<double> input = NumbersOf(net.input);
  const std::int64_t batch = net.shapes == nn::Shapes::kBatched ? net.input.dims(0) : 1;
  auto context = model->Prepare({.max_batch = batch});
  if (!context.ok()) return std::string(context.status().message());
  const std::span<float> place = context->input(batch);
  if (place.size() != input.size()) return "the input has another size";
  std::ranges::transform(input, place.begin(), [](double x) { return static_cast<float>(x); });
  context->Invoke(batch);
  for (std::size_t i = 0; i < net.expected.size(); ++i) {
    const onnx::TensorProto& expected = net.expected[i];
    const auto shape = OutputShape(model->outputs().at(i), batch, net.shapes);
    if (shape != DimsOf(expected)) {
      return fmt::format("its shape is [{}], expected [{}]", fmt::join(shape, ", "),
                         fmt::join(DimsOf(expected), ", "));
    }
    const auto actual = context->output(batch, static_cast<std::int64_t>(i));
    const std::string difference = CompareNumbers(
        actual, NumbersOf(expected), expected.data_type() == onnx::TensorProto::FLOAT16);
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace biglittle::conformance
