// A worker inside the test, on a real broker, whose inferences the test can halt; and a device that
// asks it.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cloud_worker/models/model_store.h"
#include "cloud_worker/worker.h"
#include "core/bounded_queue.h"
#include "tests/support/test_broker.h"
#include "tests/support/tiny_versions.h"
#include "wire/messages/escalation.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {

// What stands before the nets. Thread-safe.
class Gate {
 public:
  void Close() { Set(true); }
  void Open() { Set(false); }
  // Whoever waits goes away without computing; returns when all have.
  void Abandon() {
    std::unique_lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return inside_ == 0; });
  }
  // Waits while the gate is closed; false if there is nothing to be computed with any more.
  bool Pass(const Batch& batch) {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !closed_ || abandoned_; });
    for (const WorkItem& item : batch.items) computed_.insert(item.sequence);
    return !abandoned_;
  }
  void Left() {
    const std::lock_guard lock(mutex_);
    --inside_;
    changed_.notify_all();
  }
  // Waits until `count` batches stand at the gate or compute.
  bool AwaitInside(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return inside_ >= count; });
  }
  // Sequences of the readings that passed.
  std::multiset<std::uint64_t> computed() {
    const std::lock_guard lock(mutex_);
    return computed_;
  }

 private:
  void Set(bool closed) {
    const std::lock_guard lock(mutex_);
    closed_ = closed;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  bool abandoned_ = false;
  int inside_ = 0;
  std::multiset<std::uint64_t> computed_;
};

class WorkerHarness {
 public:
  struct Reply {
    std::string request;  // its correlation data
    wire::EscalationReply reply;
  };

  WorkerHarness() {
    fleet_.fleet = "test";
    fleet_.broker = broker_.config();
    config_.id = "worker-1";
    config_.tasks = {"tiny"};
    config_.device_requests_per_s = 0;  // the one device here asks as fast as it can
    config_.status_interval = Milliseconds(100);
    config_.reload_interval = Milliseconds(50);
  }
  ~WorkerHarness() {
    if (ended_.valid()) {
      worker_->Stop();
      ended_.wait();
    }
    gate_->Abandon();
  }

  const TemporaryFolder& models() const { return models_; }
  WorkerConfig& config() { return config_; }  // before Start
  Gate& gate() { return *gate_; }
  Worker& worker() { return *worker_; }

  // Serves version 1, variant "one". Returns once it is online.
  void Start() {
    WriteTinyVersion(models_, "1", "one");
    auto store = ModelStore::Load({.models = models_.path(),
                                   .tasks = config_.tasks,
                                   .max_batch_size = config_.max_batch_size,
                                   .compute_threads = config_.compute_threads,
                                   .inference_timeout = config_.inference_timeout});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    worker_.emplace(fleet_, config_, *store_,
                    [gate = gate_, store = store_.get()](Batch batch) -> std::vector<Answer> {
                      std::vector<Answer> answers;
                      if (gate->Pass(batch)) answers = store->Classify(std::move(batch));
                      gate->Left();
                      return answers;
                    });
    ended_ = std::async(std::launch::async, [this] { return worker_->Run(); });
    Connect();
    ASSERT_TRUE(AwaitStatus([](const wire::Status& s) { return s.state == wire::State::kOnline; }));
  }
  void Stop() { worker_->Stop(); }
  // What Run returned; nullopt if it has not `within` that time.
  std::optional<absl::Status> AwaitEnd(Milliseconds within) {
    if (ended_.wait_for(within) != std::future_status::ready) return std::nullopt;
    return ended_.get();
  }

  void Ask(const std::string& request, std::uint64_t sequence,
           Milliseconds time_left = Milliseconds(60'000), std::uint32_t priority = 0) {
    Send(request, {"tiny", {{sequence, time_left, TinySample(3, true).window, priority}}});
  }
  // One message of readings 0 to `count` - 1.
  void AskMany(const std::string& request, std::uint64_t count) {
    wire::EscalationRequest asked{"tiny", {}};
    for (std::uint64_t sequence = 0; sequence < count; ++sequence) {
      asked.readings.push_back({sequence, Milliseconds(60'000), TinySample(3, true).window});
    }
    Send(request, asked);
  }
  std::optional<Reply> NextReply(Milliseconds within = Milliseconds(30'000)) {
    const auto message = replies_.PopUntil(std::chrono::steady_clock::now() + within);
    if (!message) return std::nullopt;
    return Reply{message->correlation_data, wire::DecodeEscalationReply(message->payload).value()};
  }
  // Of the next reply; a failure of the test if it is none of these.
  wire::CloudPrediction NextPrediction() {
    const auto reply = NextReply();
    const auto* found = reply && !reply->reply.replies.empty()
                            ? std::get_if<wire::CloudPrediction>(&reply->reply.replies[0].answer)
                            : nullptr;
    EXPECT_NE(found, nullptr);
    return found == nullptr ? wire::CloudPrediction{} : *found;
  }
  wire::Rejection NextRejection() {
    const auto reply = NextReply();
    const auto* found = reply && !reply->reply.replies.empty()
                            ? std::get_if<wire::Rejection>(&reply->reply.replies[0].answer)
                            : nullptr;
    EXPECT_NE(found, nullptr);
    return found == nullptr ? wire::Rejection{} : *found;
  }

  // Takes statuses until one fulfils `condition`; false if that takes too long.
  template <typename Condition>
  bool AwaitStatus(const Condition& condition) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (const auto message = statuses_.PopUntil(deadline)) {
      const auto status = wire::DecodeStatus(message->payload);
      if (status.ok() && condition(*status)) return true;
    }
    return false;
  }
  bool AwaitCounter(const std::string& name, std::uint64_t value) {
    return AwaitStatus([&](const wire::Status& status) {
      const auto counter = status.counters.find(name);
      return counter != status.counters.end() && counter->second == value;
    });
  }

 private:
  void Send(const std::string& request, const wire::EscalationRequest& asked) {
    wire::Message message;
    message.topic = topics_.Escalate("pump");
    message.response_topic = topics_.ReplyBase("pump");
    message.correlation_data = request;
    message.payload = Encode(asked);
    EXPECT_TRUE(device_->Publish(std::move(message)).ok());
  }
  void Connect() {
    wire::MqttSession::Options options;
    options.broker = broker_.config();
    options.client_id = "pump";
    options.subscriptions = {topics_.Replies("pump"), topics_.WorkerStatus("worker-1")};
    options.on_message = [this](wire::Message&& message) {
      auto& queue = message.topic == topics_.Reply("pump", "worker-1") ? replies_ : statuses_;
      EXPECT_TRUE(queue.TryPush(std::move(message)));
    };
    device_.emplace(std::move(options));
    device_->Start();
    ASSERT_TRUE(
        device_->WaitConnected(std::chrono::steady_clock::now() + std::chrono::seconds(30)));
  }

  const wire::Topics topics_{"biglittle/v1", "test"};
  TestBroker broker_;
  TemporaryFolder models_;
  FleetConfig fleet_;
  WorkerConfig config_;
  // Shared with threads that hang.
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::unique_ptr<ModelStore> store_;
  std::optional<Worker> worker_;
  std::future<absl::Status> ended_;
  BoundedQueue<wire::Message> replies_{10'000};
  BoundedQueue<wire::Message> statuses_{10'000};
  std::optional<wire::MqttSession> device_;
};

}  // namespace biglittle
