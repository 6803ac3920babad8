#include "core/program/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace biglittle {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, TheSourceIsAskedAtEachText) {
  double value = 1;
  const Metrics metrics([&] {
    return std::vector<Measurement>{{"x_total", "X.", MetricKind::kCounter, {}, value}};
  });
  EXPECT_EQ(metrics.Text(), "# HELP x_total X.\n# TYPE x_total counter\nx_total 1\n");
  value = 2;
  EXPECT_THAT(metrics.Text(), HasSubstr("\nx_total 2\n"));
}

TEST(MetricsTest, AllValuesOfANameStandTogether) {
  const Metrics metrics([] {
    return std::vector<Measurement>{
        {"a_total", "A.", MetricKind::kCounter, {{"kind", "x"}}, 1},
        {"b", "B.", MetricKind::kGauge, {}, 0.5},
        {"a_total", "A.", MetricKind::kCounter, {{"kind", "y\"\\\n"}}, 2},
    };
  });
  EXPECT_EQ(metrics.Text(),
            "# HELP a_total A.\n# TYPE a_total counter\n"
            "a_total{kind=\"x\"} 1\na_total{kind=\"y\\\"\\\\\\n\"} 2\n"
            "# HELP b B.\n# TYPE b gauge\nb 0.5\n");
}

TEST(MetricsTest, AHistogramCountsIntoItsBuckets) {
  Metrics metrics([] { return std::vector<Measurement>(); });
  const Metrics::Histogram histogram = metrics.AddHistogram("t_seconds", "T.", {0.5, 1});
  for (const double value : {0.25, 0.5, 0.75, 3.0}) histogram.Observe(value);
  EXPECT_EQ(metrics.Text(),
            "# HELP t_seconds T.\n# TYPE t_seconds histogram\n"
            "t_seconds_count 4\nt_seconds_sum 4.5\n"
            "t_seconds_bucket{le=\"0.5\"} 2\nt_seconds_bucket{le=\"1\"} 3\n"
            "t_seconds_bucket{le=\"+Inf\"} 4\n");
}

TEST(MetricsTest, ManyThreadsObserveWhileOneReads) {
  Metrics metrics([] { return std::vector<Measurement>(); });
  const Metrics::Histogram histogram = metrics.AddHistogram("t_seconds", "T.", {1});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([histogram] {
      for (int k = 0; k < 1000; ++k) histogram.Observe(2);
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_THAT(metrics.Text(), HasSubstr("t_seconds_count"));
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.Text(), HasSubstr("t_seconds_count 4000\nt_seconds_sum 8000\n"));
}

}  // namespace
}  // namespace biglittle
