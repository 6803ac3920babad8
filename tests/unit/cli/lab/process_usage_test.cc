#include "cli/lab/process_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace biglittle {
namespace {

constexpr pid_t kNobody = (1 << 22) + 1;  // the kernel gives none beyond 1 << 22

TEST(ProcessUsageTest, CountsOurOwnTimeAndMemory) {
  const auto before = CpuTimeOf(getpid());
  ASSERT_TRUE(before.ok()) << before.status();
  const auto bytes = ProportionalBytesOf(getpid());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GT(*bytes, 100'000U);
  EXPECT_GT(*CpuTimeOf(getpid()), *before);
}

TEST(ProcessUsageTest, AProcessThatIsNotThereIsSaid) {
  EXPECT_EQ(CpuTimeOf(kNobody).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ProportionalBytesOf(kNobody).status().code(), absl::StatusCode::kNotFound);
}

TEST(ProcessUsageTest, ReadsTheKernelsText) {
  EXPECT_EQ(ParseProportionalBytes("55-66 ---p 0 [rollup]\nRss:      900 kB\nPss:      12 kB\n"
                                   "Pss_Anon:  7 kB\n")
                .value(),
            12U * 1024U);
  EXPECT_FALSE(ParseProportionalBytes("Rss: 900 kB\n").ok());
  EXPECT_FALSE(ParseProportionalBytes("x\nPss:   kB\n").ok());
}

TEST(ProcessUsageTest, MoreFilesThanTheSystemAllowsAreRefused) {
  EXPECT_TRUE(AllowOpenFiles(16).ok());
  EXPECT_EQ(AllowOpenFiles(std::uint64_t{1} << 62U).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace biglittle
