#include "cloud_worker/compute/compute_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <stdexcept>

#include "core/bounded_queue.h"

namespace biglittle {
namespace {

using Sequences = std::multiset<std::uint64_t>;

constexpr std::uint64_t kNever = ~std::uint64_t{0};

// What the pool's threads share, also those that are left behind.
struct World {
  BoundedQueue<Batch> batches{1000};
  std::mutex mutex;
  std::condition_variable changed;
  Sequences computed;
  Sequences refused;
  std::map<std::uint64_t, std::string> failed;  // with what its device is told
  std::uint64_t throws_at = kNever;
  std::vector<std::string> renewed;
  std::optional<absl::Status> gave_up;
  std::set<std::uint64_t> hanging;  // batches that contain one of these hang ...
  bool released = false;            // ... until this
  int inside = 0;                   // threads in classify
  absl::Status renew_result;

  void Push(std::uint64_t sequence, std::size_t count = 1) {
    Batch batch{"tiny", {}};
    for (std::size_t i = 0; i < count; ++i) {
      batch.items.push_back({.address = {"pump", "r"}, .sequence = sequence + i});
    }
    EXPECT_TRUE(batches.TryPush(std::move(batch)));
  }
  // False if that takes too long.
  template <typename Condition>
  bool Await(const Condition& condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(30), condition);
  }
  template <typename Change>
  void Do(const Change& change) {
    {
      const std::lock_guard lock(mutex);
      change();
    }
    changed.notify_all();
  }

  std::vector<Answer> Classify(Batch batch) {
    std::vector<Answer> answers;
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    for (const WorkItem& item : batch.items) {
      if (item.sequence == throws_at) {
        --inside;
        throw std::bad_alloc();
      }
      if (hanging.contains(item.sequence)) changed.wait(lock, [&] { return released; });
      answers.push_back({item.address, {item.sequence, wire::CloudPrediction{}}});
    }
    --inside;
    changed.notify_all();
    return answers;
  }
};

class ComputePoolTest : public testing::Test {
 protected:
  ~ComputePoolTest() override {
    world_->batches.Close();
    pool_.reset();
    world_->Do([&] { world_->released = true; });
    EXPECT_TRUE(world_->Await([&] { return world_->inside == 0; }));
  }

  void Start(std::size_t threads, Milliseconds timeout) {
    ComputePool::Work work;
    // Each its own share in the world: a hung thread may outlive the test.
    work.next = [world = world_] { return world->batches.Pop(); };
    work.classify = [world = world_](Batch batch) { return world->Classify(std::move(batch)); };
    work.deliver = [world = world_](const ComputePool::Computed& computed) {
      world->Do([&] {
        for (const Answer& answer : computed.answers) world->computed.insert(answer.reply.sequence);
      });
    };
    work.hung = [world = world_](const std::vector<Answer>& answers) {
      world->Do([&] {
        for (const Answer& answer : answers) {
          EXPECT_EQ(std::get<wire::Rejection>(answer.reply.answer).reason,
                    wire::RejectionReason::kInternal);
          world->refused.insert(answer.reply.sequence);
        }
      });
    };
    work.failed = [world = world_](const std::vector<Answer>& answers, const absl::Status&) {
      world->Do([&] {
        for (const Answer& answer : answers) {
          const auto& refusal = std::get<wire::Rejection>(answer.reply.answer);
          EXPECT_EQ(refusal.reason, wire::RejectionReason::kInternal);
          world->failed[answer.reply.sequence] = refusal.detail;
        }
      });
    };
    work.renew = [world = world_](const std::string& task) {
      absl::Status result;
      world->Do([&] {
        world->renewed.push_back(task);
        result = world->renew_result;
      });
      return result;
    };
    work.gave_up = [world = world_](const absl::Status& why) {
      world->Do([&] { world->gave_up = why; });
    };
    pool_.emplace(ComputePool::Options{.threads = threads, .inference_timeout = timeout},
                  std::move(work));
  }
  void Finish(Milliseconds within = Milliseconds(30'000)) {
    world_->batches.Close();
    pool_->Finish(std::chrono::steady_clock::now() + within);
  }

  const std::shared_ptr<World> world_ = std::make_shared<World>();
  std::optional<ComputePool> pool_;
};

TEST_F(ComputePoolTest, SeveralThreadsComputeEveryBatchOnce) {
  Start(4, Milliseconds(60'000));
  for (std::uint64_t i = 0; i < 500; ++i) world_->Push(2 * i, 2);
  Finish();
  EXPECT_EQ(world_->computed.size(), 1000U);
  EXPECT_EQ(std::set(world_->computed.begin(), world_->computed.end()).size(), 1000U);
  EXPECT_TRUE(world_->refused.empty());
  EXPECT_EQ(pool_->abandoned(), 0U);
}

TEST_F(ComputePoolTest, ASlowInferenceThatEndsInTimeIsNoHang) {
  world_->hanging = {1};
  Start(1, Milliseconds(60'000));
  world_->Push(1);
  ASSERT_TRUE(world_->Await([&] { return world_->inside == 1; }));
  world_->Do([&] { world_->released = true; });
  Finish();
  EXPECT_EQ(world_->computed, Sequences{1});
}

TEST_F(ComputePoolTest, AHungThreadIsAnsweredForAndReplacedAndItsLateResultIsNobodys) {
  world_->hanging = {1};
  Start(1, Milliseconds(100));
  world_->Push(1, 2);
  world_->Push(10);
  ASSERT_TRUE(world_->Await([&] { return world_->computed.contains(10); }));
  EXPECT_EQ(world_->refused, (Sequences{1, 2}));
  EXPECT_EQ(world_->renewed, std::vector<std::string>{"tiny"});
  world_->Do([&] { world_->released = true; });
  ASSERT_TRUE(world_->Await([&] { return world_->inside == 0; }));
  world_->Push(11);
  Finish();
  EXPECT_EQ(world_->computed, (Sequences{10, 11}));
  EXPECT_EQ(pool_->abandoned(), 1U);
}

TEST_F(ComputePoolTest, AfterThreeReplacementsItGivesUpOnceAndSaysWhy) {
  world_->hanging = {1, 2, 3, 4, 5};
  Start(2, Milliseconds(100));
  for (std::uint64_t i = 1; i <= 5; ++i) world_->Push(i);
  ASSERT_TRUE(world_->Await([&] { return world_->refused.size() == 5; }));
  Finish();
  EXPECT_EQ(world_->renewed.size(), 3U);
  ASSERT_TRUE(world_->gave_up.has_value());
  EXPECT_NE(world_->gave_up->message().find("task tiny hung"), std::string::npos);
  EXPECT_TRUE(world_->computed.empty());
}

TEST_F(ComputePoolTest, WithoutFreshNetsThereIsNoSuccessor) {
  world_->hanging = {1};
  world_->renew_result = absl::NotFoundError("big.onnx is gone");
  Start(1, Milliseconds(100));
  world_->Push(1);
  ASSERT_TRUE(world_->Await([&] { return world_->gave_up.has_value(); }));
  EXPECT_EQ(world_->gave_up->message(), "big.onnx is gone");
}

TEST_F(ComputePoolTest, FinishingComputesWhatIsLeftAlsoPastAHungThread) {
  world_->hanging = {1};
  Start(2, Milliseconds(200));
  for (std::uint64_t i = 1; i <= 40; ++i) world_->Push(i);
  Finish();
  EXPECT_EQ(world_->computed.size(), 39U);
  EXPECT_EQ(world_->refused, Sequences{1});
}

TEST_F(ComputePoolTest, FinishingIsBoundedAndAnswersForWhatHangs) {
  world_->hanging = {1};
  Start(1, Milliseconds(60'000));
  world_->Push(1, 3);
  world_->Push(9);
  ASSERT_TRUE(world_->Await([&] { return world_->inside == 1; }));
  Finish(Milliseconds(50));
  EXPECT_EQ(world_->refused, (Sequences{1, 2, 3}));
  EXPECT_EQ(pool_->abandoned(), 1U);
  EXPECT_EQ(world_->batches.size(), 1U);  // whoever owns it answers for it
}

TEST_F(ComputePoolTest, ABatchWhoseInferenceThrowsIsRefusedAndTheThreadGoesOn) {
  world_->throws_at = 5;
  Start(1, std::chrono::seconds(30));
  world_->Push(4, 3);
  world_->Push(7);
  EXPECT_TRUE(world_->Await([&] { return world_->computed.contains(7); }));
  EXPECT_EQ(world_->failed.size(), 3U);
  EXPECT_EQ(world_->failed[4].rfind("the inference failed: not enough memory", 0), 0U)
      << world_->failed[4];
  EXPECT_FALSE(world_->gave_up.has_value());
}

TEST_F(ComputePoolTest, AnExceptionElsewhereIsToldAndEndsNothingElse) {
  ComputePool::Work work;
  work.next = []() -> std::optional<Batch> { throw std::runtime_error("no batch"); };
  work.gave_up = [world = world_](const absl::Status& why) {
    world->Do([&] { world->gave_up = why; });
  };
  pool_.emplace(ComputePool::Options{}, std::move(work));
  EXPECT_TRUE(world_->Await([&] { return world_->gave_up.has_value(); }));
  EXPECT_EQ(world_->gave_up->message(), "no batch");
}

}  // namespace
}  // namespace biglittle
