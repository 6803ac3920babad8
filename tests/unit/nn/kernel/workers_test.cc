#include "nn/kernel/workers.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace biglittle::nn::testing {
namespace {

class WorkersOf : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(WorkersOf, VisitEachItemOnce) {
  Workers workers(GetParam());
  EXPECT_EQ(workers.threads(), GetParam());
  for (const std::int64_t items : {0, 1, 2, 3, 7, 100, 1000}) {
    std::vector<std::atomic<int>> visits(static_cast<std::size_t>(items));
    std::atomic<bool> known = true;
    workers.ForEach(items, [&](std::int64_t item, std::int64_t worker) {
      ++visits[static_cast<std::size_t>(item)];
      if (worker < 0 || worker >= workers.threads()) known = false;
    });
    EXPECT_TRUE(std::ranges::all_of(visits, [](const auto& count) { return count == 1; })) << items;
    EXPECT_TRUE(known);
  }
}

#if defined(__SANITIZE_THREAD__)
constexpr std::int64_t kJobs = 1'000;  // with more threads than cores each takes milliseconds there
#else
constexpr std::int64_t kJobs = 10'000;
#endif

// What one job has written the next one reads, without locks of their own.
TEST_P(WorkersOf, ManyShortJobsInARow) {
  constexpr std::int64_t kItems = 11;
  Workers workers(GetParam());
  std::vector<std::int64_t> sums(kItems, 0);
  std::vector<std::int64_t> copies(kItems, 0);
  for (std::int64_t job = 0; job < kJobs; ++job) {
    const auto& from = job % 2 == 0 ? sums : copies;
    auto& to = job % 2 == 0 ? copies : sums;
    workers.ForEach(kItems, [&](std::int64_t item, std::int64_t) {
      // A neighbour's, which another thread may have written.
      to[static_cast<std::size_t>(item)] = from[static_cast<std::size_t>((item + 1) % kItems)] + 1;
    });
  }
  EXPECT_EQ(sums, std::vector<std::int64_t>(kItems, kJobs));
}

// A worker's own memory is used by nobody else meanwhile.
TEST_P(WorkersOf, EachWorkerHasANumberOfItsOwn) {
  Workers workers(GetParam());
  std::vector<std::int64_t> counts(static_cast<std::size_t>(GetParam()), 0);
  for (int job = 0; job < 100; ++job) {
    workers.ForEach(
        50, [&](std::int64_t, std::int64_t worker) { ++counts[static_cast<std::size_t>(worker)]; });
  }
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) sum += count;
  EXPECT_EQ(sum, 5000);
}

TEST_P(WorkersOf, StartAndStopWithoutWork) {
  for (int i = 0; i < 200; ++i) {
    const Workers workers(GetParam());
    EXPECT_EQ(workers.threads(), GetParam());
  }
}

TEST_P(WorkersOf, StopRightAfterAJob) {
  for (int i = 0; i < 200; ++i) {
    std::atomic<int> visits = 0;
    {
      Workers workers(GetParam());
      workers.ForEach(3, [&](std::int64_t, std::int64_t) { ++visits; });
    }
    EXPECT_EQ(visits, 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, WorkersOf, ::testing::Values(1, 2, 3, 5),
                         [](const auto& test) { return std::to_string(test.param); });

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need address space
// Leaves address space for few threads, then asks for many. Exits with 0 if that throws.
void StartMoreThanFit() {
  constexpr std::size_t kStack = std::size_t{256} << 20U;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, kStack) != 0 ||
      pthread_setattr_default_np(&attributes) != 0) {
    std::_Exit(2);
  }
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = pages * 4096 + 4 * kStack;
  if (setrlimit(RLIMIT_AS, &limit) != 0) std::_Exit(3);
  try {
    const Workers workers(64);
  } catch (const std::system_error&) {
    std::_Exit(0);
  }
  std::_Exit(4);
}

// Those that have started are stopped; else their destructors would end the program.
TEST(WorkersDeathTest, TooManyThreadsThrow) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(StartMoreThanFit(), ::testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace biglittle::nn::testing
