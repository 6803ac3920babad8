// What a worker promises, over a real broker: repeats, overload, expiry, new models, hung
// inferences, a clean end.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "tests/integration/worker_harness.h"
#include "tests/support/slow_net.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;
using wire::RejectionReason;

class WorkerTest : public testing::Test {
 protected:
  WorkerHarness harness_;
};

TEST_F(WorkerTest, ARequestThatIsSentAgainIsAnsweredButComputedOnce) {
  harness_.Start();
  harness_.gate().Close();
  harness_.Ask("run/1", 1);
  harness_.Ask("run/1", 1);  // while the first is under way
  ASSERT_TRUE(harness_.AwaitCounter("repeated_requests", 1));
  harness_.gate().Open();
  const wire::CloudPrediction first = harness_.NextPrediction();
  harness_.Ask("run/1", 1);
  const wire::CloudPrediction again = harness_.NextPrediction();
  EXPECT_EQ(again.prediction, first.prediction);
  EXPECT_EQ(again.compute_time, first.compute_time);
  EXPECT_FALSE(harness_.NextReply(Milliseconds(200)).has_value());
  EXPECT_EQ(harness_.gate().computed(), std::multiset<std::uint64_t>{1});
  EXPECT_TRUE(harness_.AwaitCounter("repeated_requests", 2));
}

// What a message costs is much the same for one reading and for thirty-two.
TEST_F(WorkerTest, AMessageOfManyReadingsIsAnsweredInFewMessages) {
  constexpr std::uint64_t kReadings = 32;
  harness_.config().max_batch_size = kReadings;
  harness_.Start();
  harness_.gate().Close();
  harness_.AskMany("run/0", kReadings);
  ASSERT_TRUE(harness_.AwaitCounter("readings", kReadings));
  ASSERT_TRUE(harness_.gate().AwaitInside(1));
  harness_.gate().Open();
  std::multiset<std::uint64_t> answered;
  int messages = 0;
  while (answered.size() < kReadings) {
    const auto reply = harness_.NextReply();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->request, "run/0");
    ++messages;
    for (const wire::ReadingReply& reading : reply->reply.replies) {
      EXPECT_TRUE(std::holds_alternative<wire::CloudPrediction>(reading.answer));
      answered.insert(reading.sequence);
    }
  }
  EXPECT_LE(messages, 2);  // what was there when the net was free, and the rest
  for (std::uint64_t sequence = 0; sequence < kReadings; ++sequence) {
    EXPECT_EQ(answered.count(sequence), 1U) << sequence;
  }
}

// Whoever looks after a fleet sees from a reply where its time went.
TEST_F(WorkerTest, RepliesTellTheirStages) {
  harness_.Start();
  // The first cannot know it; later ones may overtake the thread that notes it.
  decltype(harness_.NextReply()) reply;
  for (std::uint64_t i = 1; i < 1000; ++i) {
    harness_.Ask("run/" + std::to_string(i), i);
    reply = harness_.NextReply();
    ASSERT_TRUE(reply.has_value() && reply->reply.replies.size() == 1);
    if (reply->reply.previous_send_time) break;
  }
  EXPECT_TRUE(reply->reply.previous_send_time.has_value());
  const auto& answer = std::get<wire::CloudPrediction>(reply->reply.replies[0].answer);
  ASSERT_TRUE(answer.take_time.has_value());
  EXPECT_LE(*answer.take_time, answer.queue_time);
  EXPECT_FALSE(answer.arrived_at.has_value());  // nobody asked for its clock
}

TEST_F(WorkerTest, OverloadIsSaidAtOnceWithATimeAndARetryIsServed) {
  harness_.config().queue_capacity = 4;
  harness_.config().max_batch_size = 1;
  harness_.Start();
  harness_.gate().Close();
  harness_.Ask("run/0", 0);
  ASSERT_TRUE(harness_.gate().AwaitInside(1));
  for (std::uint64_t i = 1; i <= 5; ++i) harness_.Ask("run/" + std::to_string(i), i);
  const auto refused = harness_.NextReply();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->request, "run/5");
  const auto& rejection = std::get<wire::Rejection>(refused->reply.replies.at(0).answer);
  EXPECT_EQ(rejection.reason, RejectionReason::kOverloaded);
  EXPECT_GE(rejection.retry_after, DrainRate::kShortestRetry);
  EXPECT_LE(rejection.retry_after, DrainRate::kLongestRetry);

  harness_.Ask("run/6", 6, Milliseconds(60'000), wire::kPrioritised);  // makes room for itself
  EXPECT_EQ(harness_.NextReply()->request, "run/4");
  harness_.gate().Open();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(harness_.NextPrediction().prediction.class_index, 3);
  harness_.Ask("run/5", 5);
  EXPECT_EQ(harness_.NextPrediction().prediction.class_index, 3);
  EXPECT_EQ(harness_.gate().computed(), (std::multiset<std::uint64_t>{0, 1, 2, 3, 5, 6}));
}

TEST_F(WorkerTest, ADeviceThatAsksTooOftenIsToldSoBeforeAnythingIsDecoded) {
  harness_.config().device_requests_per_s = 2;
  harness_.Start();
  for (std::uint64_t i = 1; i <= 3; ++i) harness_.Ask("run/" + std::to_string(i), i);
  std::multiset<std::string> answered;
  std::string refused;
  for (int i = 0; i < 3; ++i) {
    const auto reply = harness_.NextReply();
    ASSERT_TRUE(reply.has_value());
    if (!reply->reply.rejection) {
      answered.insert(reply->request);
      continue;
    }
    refused = reply->request;
    EXPECT_EQ(reply->reply.rejection->reason, RejectionReason::kOverloaded);
    EXPECT_EQ(reply->reply.rejection->retry_after, Milliseconds(1000));
  }
  EXPECT_EQ(answered, (std::multiset<std::string>{"run/1", "run/2"}));
  EXPECT_EQ(refused, "run/3");
  EXPECT_TRUE(harness_.AwaitCounter("requests_throttled", 1));
  EXPECT_EQ(harness_.gate().computed(), (std::multiset<std::uint64_t>{1, 2}));
}

TEST_F(WorkerTest, WhatExpiresIsToldWhileTheOnlyNetIsBusy) {
  harness_.Start();
  harness_.gate().Close();
  harness_.Ask("run/1", 1);
  ASSERT_TRUE(harness_.gate().AwaitInside(1));
  harness_.Ask("run/2", 2, Milliseconds(50));
  EXPECT_EQ(harness_.NextRejection().reason, RejectionReason::kExpired);
  harness_.gate().Open();
  harness_.NextPrediction();
  EXPECT_EQ(harness_.gate().computed(), std::multiset<std::uint64_t>{1});
}

TEST_F(WorkerTest, ReloadsUnderLoadWithoutAnError) {
  harness_.config().compute_threads = 2;
  harness_.Start();
  constexpr int kLastVersion = 5;
  constexpr int kOutstanding = 16;
  std::set<std::string> digests;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  int version = 1;
  const auto deadline = steady_clock::now() + std::chrono::seconds(60);
  const auto variant = [&] { return "v" + std::to_string(version); };
  const auto serves = [&] { return version == 1 || digests.contains(TinyNetDigest(variant())); };
  while (!(version == kLastVersion && serves()) && steady_clock::now() < deadline) {
    if (serves() && answered >= 100U * static_cast<std::uint64_t>(version)) {
      ++version;
      WriteTinyVersion(harness_.models(), std::to_string(version), variant());
    }
    for (; sent < answered + kOutstanding; ++sent) {
      harness_.Ask("run/" + std::to_string(sent), sent);
    }
    digests.insert(harness_.NextPrediction().model_digest);
    ++answered;
    ASSERT_FALSE(HasFailure());
  }
  for (; answered < sent; ++answered) harness_.NextPrediction();
  EXPECT_EQ(digests.size(), static_cast<std::size_t>(kLastVersion));
  EXPECT_EQ(harness_.gate().computed().size(), sent);
  EXPECT_TRUE(harness_.AwaitStatus([&](const wire::Status& status) {
    return status.models.at("tiny") == TinyNetDigest("v5") && status.counters.at("reloads") == 4 &&
           !status.counters.contains("reload_failures");
  }));
}

TEST_F(WorkerTest, ABadVersionLeavesTheOldOneServing) {
  harness_.Start();
  harness_.models().Write("tiny/2/big.onnx", "half of a net");
  harness_.models().Write("tiny/2/task.yaml",
                          ReadWhole(harness_.models().path() / "tiny/1/task.yaml"));
  ASSERT_TRUE(harness_.AwaitCounter("reload_failures", 1));
  harness_.Ask("run/1", 1);
  EXPECT_EQ(harness_.NextPrediction().model_digest, TinyNetDigest("one"));
  harness_.models().Write("tiny/2/big.onnx", TinyNet("one"));  // mended
  EXPECT_TRUE(harness_.AwaitCounter("reloads", 1));
}

// A net that takes minutes to warm up, with a time-out that allows it.
TEST_F(WorkerTest, AStopDoesNotWaitForANetThatIsBeingTried) {
  harness_.config().inference_timeout = Milliseconds(600'000);
  harness_.Start();
  WriteSlowVersion(harness_.models(), "2");
  std::this_thread::sleep_for(Milliseconds(500));  // it is found after 50
  harness_.Stop();
  EXPECT_EQ(harness_.AwaitEnd(Milliseconds(3'000)), absl::OkStatus());
  EXPECT_TRUE(harness_.worker().has_hung_threads());
  while (LoadSupervisor::left_behind() > 0) std::this_thread::sleep_for(Milliseconds(10));
}

TEST_F(WorkerTest, AHungInferenceIsRefusedAndTheWorkerServesOn) {
  harness_.config().inference_timeout = Milliseconds(200);
  harness_.Start();
  harness_.gate().Close();
  harness_.Ask("run/1", 1);
  EXPECT_EQ(harness_.NextRejection().reason, RejectionReason::kInternal);
  harness_.gate().Open();  // the late result is nobody's
  harness_.Ask("run/1", 1);
  EXPECT_EQ(harness_.NextPrediction().prediction.class_index, 3);
  EXPECT_TRUE(harness_.AwaitCounter("inference_timeouts", 1));
  EXPECT_FALSE(harness_.NextReply(Milliseconds(200)).has_value());
}

TEST_F(WorkerTest, TooManyHungInferencesEndIt) {
  harness_.config().inference_timeout = Milliseconds(100);
  harness_.Start();
  harness_.gate().Close();
  for (std::uint64_t i = 1; i <= 4; ++i) {
    harness_.Ask("run/" + std::to_string(i), i);
    EXPECT_EQ(harness_.NextRejection().reason, RejectionReason::kInternal);
  }
  const auto ended = harness_.AwaitEnd(Milliseconds(10'000));
  ASSERT_TRUE(ended.has_value());
  EXPECT_NE(ended->message().find("task tiny hung"), std::string::npos) << *ended;
  EXPECT_TRUE(harness_.worker().has_hung_threads());
  EXPECT_TRUE(harness_.AwaitStatus(
      [](const auto& status) { return status.state == wire::State::kStopped; }));
}

TEST_F(WorkerTest, AStopIsBoundedAndAnswersEverythingPastAHungThread) {
  harness_.config().drain_timeout = Milliseconds(1000);
  harness_.config().compute_threads = 2;
  harness_.config().max_batch_size = 1;
  harness_.Start();
  harness_.gate().Close();
  for (std::uint64_t i = 1; i <= 5; ++i) harness_.Ask("run/" + std::to_string(i), i);
  ASSERT_TRUE(harness_.gate().AwaitInside(2));
  ASSERT_TRUE(harness_.AwaitCounter("queue_depth", 3));
  const auto begin = steady_clock::now();
  harness_.Stop();
  const auto ended = harness_.AwaitEnd(Milliseconds(10'000));
  EXPECT_LT(steady_clock::now() - begin, Milliseconds(1500));
  ASSERT_TRUE(ended.has_value());
  EXPECT_TRUE(ended->ok()) << *ended;
  std::multiset<RejectionReason> reasons;
  for (int i = 0; i < 5; ++i) reasons.insert(harness_.NextRejection().reason);
  EXPECT_EQ(reasons.count(RejectionReason::kInternal), 2U);
  EXPECT_EQ(reasons.count(RejectionReason::kOverloaded), 3U);
  EXPECT_TRUE(harness_.AwaitStatus(
      [](const auto& status) { return status.state == wire::State::kStopped; }));
}

TEST(WorkerProcessTest, SeveralThreadsFinishWhatTheyHaveOnTerm) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.devices = 2,
                                  .readings = 300,
                                  .deadline_ms = 4000,
                                  .worker_keys = "    compute_threads: 4\n"});
  fleet.Observe();
  ChildProcess& worker = fleet.StartWorker();
  fleet.AwaitWorker();
  for (int i = 1; i <= 2; ++i) fleet.StartDevice(i);
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.tally().big() > 50; }));
  const auto begin = steady_clock::now();
  EXPECT_EQ(worker.Terminate(Milliseconds(10'000)), 0);
  EXPECT_LT(steady_clock::now() - begin, Milliseconds(5000));
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 600U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
}

TEST(WorkerProcessTest, AHaltedProcessDoesNotTakeItselfForHung) {
  TestBroker broker;
  TestFleet fleet(
      broker.port(),
      {.readings = 20000, .deadline_ms = 4000, .worker_keys = "    inference_timeout_ms: 100\n"});
  fleet.Observe();
  ChildProcess& worker = fleet.StartWorker();
  fleet.AwaitWorker();
  fleet.StartDevice(1);
  for (int i = 0; i < 6; ++i) {
    const std::uint64_t before = fleet.tally().big();
    ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.tally().big() > before + 20; }));
    worker.Signal(SIGSTOP);
    std::this_thread::sleep_for(Milliseconds(300));
    worker.Signal(SIGCONT);
  }
  EXPECT_EQ(worker.Terminate(Milliseconds(10'000)), 0);
  EXPECT_EQ(TailOfFile(worker.log(), 100), "");
}

}  // namespace
}  // namespace biglittle
