#include "nn/classifier_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/task/normalisation.h"
#include "tests/support/tiny_task.h"

namespace biglittle::nn {
namespace {

TEST(ClassifierPoolTest, ANetWithoutAFileIsAnError) {
  Task task = LoadTinyTask();
  task.little.file = "/nowhere/little.onnx";
  EXPECT_EQ(ClassifierPool::Load(task, task.little).status().code(), absl::StatusCode::kNotFound);
}

TEST(ClassifierPoolTest, ThereAreNoMoreNetsThanCores) {
  const Task task = LoadTinyTask();
  const auto pool = ClassifierPool::Load(task, task.little).value();
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < 2 * cores; ++i) ASSERT_TRUE(pool->AddUser().ok());
  EXPECT_EQ(pool->nets(), cores);
}

// Each must get the answer to its own window, however many ask at a time.
TEST(ClassifierPoolTest, UsersThatShareNetsGetTheirOwnAnswers) {
  const Task task = LoadTinyTask();
  const auto pool = ClassifierPool::Load(task, task.little).value();
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(pool->AddUser().ok());
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const int label = i % 2 == 0 ? 0 : 2;  // those that the little net knows
      const Tensor window = TinySample(label, true).window;
      for (int turn = 0; turn < 500; ++turn) {
        const ClassifierPool::Lease net = pool->Take();
        Normalise(task, window, net->features(0));
        if (net->ClassifyUpTo(0).class_index != label) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace biglittle::nn
