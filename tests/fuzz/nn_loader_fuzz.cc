// Any bytes as an ONNX file: loading them never crashes, throws or takes much memory, and what
// loads can be prepared and run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "nn/model.h"
#include "nn/weight_folder.h"
#include "tests/fuzz/cost.h"

namespace {

using biglittle::nn::LoadLimits;
using biglittle::nn::Model;
using biglittle::nn::Shapes;

void Touch(std::span<const float> answers) {
  float sum = 0.0F;
  for (const float x : answers) sum += x;
  volatile float sink = sum;
  (void)sink;
}

void LoadAndRun(std::span<const std::byte> bytes, Shapes shapes, std::int64_t max_batch) {
  // Small, so that a run takes microseconds whatever the file asks for.
  const LoadLimits limits{
      .max_file_bytes = 1U << 20U, .max_tensor_bytes = 1U << 14U, .max_nodes = 64};
  biglittle::nn::WeightMemory files({{"weights", std::vector<std::byte>(64)}}, 1U << 16U);
  const auto model = Model::Parse(bytes, "fuzz", limits, shapes, {}, &files);
  if (!model.ok()) return;
  auto context = model->Prepare({.max_batch = max_batch, .max_arena_bytes = 1U << 24U});
  if (!context.ok()) return;
  const std::int64_t outputs = std::ssize(model->outputs());
  const auto fill = [&](std::int64_t batch) {
    for (std::int64_t i = 0; i < std::ssize(model->inputs()); ++i) {
      std::ranges::fill(context->input(batch, i), 0.5F);
    }
  };
  for (std::int64_t batch = 1; batch <= max_batch; ++batch) {
    fill(batch);
    context->Invoke(batch);
    for (std::int64_t i = 0; i < outputs; ++i) Touch(context->output(batch, i));
  }
  fill(1);
  for (std::int64_t i = 0; i < outputs; ++i) {
    context->InvokeUpTo(i);
    Touch(context->output(1, i));
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  const auto bytes = std::as_bytes(std::span(data, size));
  LoadAndRun(bytes, Shapes::kBatched, 3);
  LoadAndRun(bytes, Shapes::kFixed, 1);
  return 0;
}
