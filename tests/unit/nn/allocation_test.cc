// Neither Invoke nor InvokeUpTo allocates. A binary of its own, because it replaces operator new.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/every_kernel_net.h"
#include "tests/unit/nn/net_check.h"

namespace {

std::atomic<int> allocations{0};

void* Allocate(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

void* AllocateAligned(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<std::size_t>(alignment);
  void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return AllocateAligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return AllocateAligned(size, alignment);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace biglittle::nn {
namespace {

class Allocation : public ::testing::TestWithParam<std::string> {};

TEST_P(Allocation, InvokeDoesNot) {
  const std::filesystem::path path =
      std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests/unit/nn/goldens" / GetParam();
  const auto model = Model::Load(path);
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 4});
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_GT(allocations, 0) << "the counter does not count";
  for (int batch = 1; batch <= 4; ++batch) {
    std::ranges::fill(context->input(batch), 0.5F);
    const int before = allocations;
    context->Invoke(batch);
    EXPECT_EQ(allocations, before) << "batch " << batch;
  }
}

INSTANTIATE_TEST_SUITE_P(Nets, Allocation,
                         ::testing::Values("time_series_net.onnx", "image_net.onnx",
                                           "mixed_net.onnx", "padded_net.onnx", "token_net.onnx",
                                           "token_net_17.onnx"),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find('.'));
                         });

TEST(AllocationOfThreads, InvokeWithTwoThreadsDoesNot) {
  const auto model = testing::Parse(testing::EveryKernelNet());
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 3, .threads = 2});
  ASSERT_TRUE(context.ok()) << context.status();
  for (int batch = 1; batch <= 3; ++batch) {
    std::ranges::fill(context->input(batch), 0.5F);
    const int before = allocations;
    context->Invoke(batch);
    EXPECT_EQ(allocations, before) << "batch " << batch;
  }
}

// Lengths of small factors, and one that goes through a convolution.
TEST(AllocationOfTransforms, InvokeDoesNot) {
  for (const std::int64_t frame : {16, 7, 15}) {
    testing::OnnxBuilder net({64, 1}, 17);
    net.Node("STFT", {"x", net.List("step", {4}), "", net.List("length", {frame})}, "frames");
    net.Node("DFT", {"frames"}).Int("axis", 1);
    const auto model = testing::Parse(net);
    ASSERT_TRUE(model.ok()) << model.status();
    auto context = model->Prepare({.max_batch = 3});
    ASSERT_TRUE(context.ok()) << context.status();
    for (int batch = 1; batch <= 3; ++batch) {
      std::ranges::fill(context->input(batch), 0.5F);
      const int before = allocations;
      context->Invoke(batch);
      EXPECT_EQ(allocations, before) << "frames of " << frame << ", batch " << batch;
    }
  }
}

TEST(AllocationOfSteps, InvokeUpToDoesNot) {
  testing::OnnxBuilder net = testing::EveryKernelNet();
  net.graph().add_output()->set_name("sum");
  net.graph().mutable_output()->SwapElements(0, 1);
  const auto model = testing::Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 3, .threads = 2});
  ASSERT_TRUE(context.ok()) << context.status();
  std::ranges::fill(context->input(1), 0.5F);
  const int before = allocations;
  context->InvokeUpTo(0);
  EXPECT_EQ(allocations, before) << "to the first output";
  context->InvokeUpTo(1);
  EXPECT_EQ(allocations, before) << "to the second output";
}

}  // namespace
}  // namespace biglittle::nn
