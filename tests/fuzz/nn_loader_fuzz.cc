// Any bytes as an ONNX file: loading them never crashes, throws or takes much memory, and what
// loads can be prepared and run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "nn/model.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using biglittle::nn::LoadLimits;
  using biglittle::nn::Model;
  // Small, so that a run takes microseconds whatever the file asks for.
  const LoadLimits limits{
      .max_file_bytes = 1U << 20U, .max_tensor_bytes = 1U << 14U, .max_nodes = 64};
  const auto model = Model::Parse(std::as_bytes(std::span(data, size)), "fuzz", limits);
  if (!model.ok()) return 0;
  auto context = model->Prepare({.max_batch = 3, .max_arena_bytes = 1U << 24U});
  if (!context.ok()) return 0;
  for (std::int64_t batch = 1; batch <= 3; ++batch) {
    std::ranges::fill(context->input(batch), 0.5F);
    context->Invoke(batch);
    float sum = 0.0F;
    for (const float x : context->output(batch)) sum += x;  // touches every answer
    volatile float sink = sum;
    (void)sink;
  }
  return 0;
}
