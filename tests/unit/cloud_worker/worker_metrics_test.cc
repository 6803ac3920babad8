#include "cloud_worker/worker_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/support/metric_names.h"

namespace biglittle {
namespace {

Answer Computed(int milliseconds_in_queue) {
  wire::CloudPrediction prediction;
  prediction.batch_size = 2;
  prediction.queue_time = Milliseconds(milliseconds_in_queue);
  prediction.compute_time = Milliseconds(4);
  return {{"d", "id"}, {1, prediction}};
}

TEST(WorkerMetricsTest, ABatchIsObservedOnceAndEachOfItsReadings) {
  Metrics metrics([] { return std::vector<Measurement>(); });
  const WorkerMetrics worker(metrics);
  const Answer expired{{"d", "id"}, {2, wire::Rejection{wire::RejectionReason::kExpired, "", {}}}};
  worker.Computed({expired, Computed(1), Computed(3)});
  worker.Computed({expired});
  const std::string text = metrics.Text();
  EXPECT_EQ(ValueOf(text, "biglittle_worker_batch_size_count"), 1);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_batch_size_sum"), 2);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_compute_seconds_count"), 1);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_queue_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(ValueOf(text, "biglittle_worker_queue_seconds_sum"), 0.004);
}

TEST(WorkerMetricsTest, RejectionsAreToldByReasonAndInAll) {
  const Metrics metrics([] {
    return WorkerMeasurements({.ready = true,
                               .condition = "",
                               .counters = {{"answered", 5},
                                            {"rejected_expired", 2},
                                            {"rejected_overloaded", 1},
                                            {"reload_failures", 1}}});
  });
  const std::string text = metrics.Text();
  EXPECT_EQ(ValueOf(text, "biglittle_worker_answers_total{outcome=\"answered\"}"), 5);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_answers_total{outcome=\"rejected\"}"), 3);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_rejections_total{reason=\"expired\"}"), 2);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_reloads_total{outcome=\"failed\"}"), 1);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_requests_total"), 0);
  EXPECT_EQ(ValueOf(text, "biglittle_worker_ready"), 1);
}

TEST(WorkerMetricsTest, OperationsExplainsEachOfThem) {
  Metrics metrics([] {
    return WorkerMeasurements(
        {.ready = true,
         .condition = "",
         .counters = {{"rejected_expired", 1}, {"reload_failures", 1}, {"mqtt_connects", 1}}});
  });
  const WorkerMetrics worker(metrics);
  EXPECT_THAT(NotExplained(metrics.Text(), "biglittle_worker_"), testing::IsEmpty());
}

}  // namespace
}  // namespace biglittle
