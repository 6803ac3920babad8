// A cloud worker's whole flow, joined in one place: requests from the shared subscription go
// through intake, reply memory, batcher, compute pool and replier back to the devices. Whatever
// arrives is answered: with a prediction or with the reason why not, but for the refusals of a
// device that gets too many of them.
//
// Threads: Paho's only enqueues; the pool's run the nets, and check and queue what comes while they
// are idle; intake does that while they are not; expiry answers what waited too long; reload looks
// for new models; the caller of Run says how things stand.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "cloud_worker/compute/compute_pool.h"
#include "cloud_worker/intake/busiest_devices.h"
#include "cloud_worker/intake/device_limit.h"
#include "cloud_worker/intake/intake.h"
#include "cloud_worker/models/model_store.h"
#include "cloud_worker/queue/batcher.h"
#include "cloud_worker/replies/replier.h"
#include "cloud_worker/replies/reply_memory.h"
#include "cloud_worker/worker_metrics.h"
#include "cloud_worker/worker_status.h"
#include "core/bounded_queue.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"
#include "core/log_limit.h"
#include "wire/http/program_health.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/mqtt/refusal_gauge.h"
#include "wire/tls/credential_expiry.h"

namespace biglittle {

class Worker {
 public:
  using Classify = std::function<std::vector<Answer>(Batch)>;

  // `models` serves config.tasks and must outlive the worker. `classify` computes a batch, by
  // default models.Classify; it may hang.
  Worker(const FleetConfig& fleet, const WorkerConfig& config, ModelStore& models,
         Classify classify = {});
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Before Run: whom to tell how it goes. Both must outlive the worker.
  void Observe(wire::ProgramHealth* health, const WorkerMetrics* metrics);

  // Serves until Stop() is called; then finishes what was taken (at most drain_timeout), says
  // stopped and disconnects. Not OK if replies could not be delivered, if the broker refused the
  // last of its replies or statuses, or if it stopped by itself because inferences hang.
  absl::Status Run();

  // Makes Run return soon. From any thread.
  void Stop();

  // Threads hang that cannot be ended: leave the process without destroying what they use.
  bool has_hung_threads() const { return hung_threads_; }

 private:
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  ComputePool::Work PoolWork();
  template <typename Work>
  std::thread Thread(Work work);
  // Any thread: the worker stops, and Run returns this.
  void Fail(const absl::Status& why);

  // Paho's thread.
  void OnMessage(wire::Message&& message);
  void OnDelivered(std::uint64_t tag, wire::Delivery delivery);

  // The intake thread, and those that compute while they have nothing to compute.
  void TakeInOrRefuse(const wire::Message& message);
  void TakeIn(const wire::Message& message);
  void NoteLostProperties(const wire::Message& message);
  void ChargeCost(const Admission& admission);
  void GrantPriorities(std::vector<WorkItem>& items);
  void CountWork(const ComputePool::Computed& computed);
  // Leaves in `items` those that were not asked for before. Remembered replies to the others.
  std::vector<Answer> TakeRepeats(std::vector<WorkItem>& items);

  // The expiry thread.
  void RefuseExpired(std::vector<WorkItem> items);

  // The reload thread.
  void ReloadLoop();
  void TellChange(const ModelStore::Change& change);

  // Any thread.
  void Remember(const std::vector<Answer>& answers);
  // `computed_at`: where they come from a net.
  void AnswerReadings(std::vector<Answer> answers, std::optional<SteadyTime> computed_at = {});
  Answer Overloaded(WorkItem item, const char* why) const;
  void Send(wire::Message message);
  void SendReplies(std::vector<Answer> answers, std::optional<SteadyTime> computed_at = {});
  void Refuse(const ReplyAddress& address, wire::Rejection rejection);
  bool MayAsk(const std::string& device);
  bool MaySayNo(const std::string& device);
  // `counters`: more than our own.
  wire::Message StatusMessage(wire::State state,
                              std::map<std::string, std::uint64_t> counters = {});

  // The caller of Run.
  void Serve();
  void ReportHealth(SteadyTime now);
  void SayExpiry(SteadyTime now);
  // How many of the tasks that it serves have expired; says it now and then.
  std::size_t SayExpired(SteadyTime now);
  absl::Status Finish();
  void StopLoading();
  absl::Status Undelivered(std::size_t left, const std::string& why) const;
  void FinishWork(SteadyTime deadline);

  // Constant after construction.
  const WorkerConfig config_;
  const wire::Topics topics_;
  ModelStore& models_;
  const Classify classify_;
  const Intake intake_;
  const Replier replier_;

  // Constant once Run has begun.
  wire::ProgramHealth* health_ = nullptr;
  const WorkerMetrics* metrics_ = nullptr;

  Batcher batcher_;

  // Protected by memory_mutex_.
  std::mutex memory_mutex_;
  ReplyMemory memory_;

  WorkerStatus status_;
  BusiestDevices busiest_;
  DeviceLimit refusals_;
  std::optional<DeviceLimit> requests_;  // nullopt: no limit
  DeviceLimit priorities_;
  wire::RefusalGauge refused_{{"replies", "statuses"}};  // tag - 1
  LogLimit refusal_said_;
  LogLimit properties_said_;
  LogLimit expired_said_{std::chrono::hours(6)};
  wire::CredentialExpiry expiry_;  // the caller of Run's

  // Protected by failure_mutex_.
  std::mutex failure_mutex_;
  absl::Status failure_;

  // Of the last reply of a net that went out; negative before the first. The session's thread
  // writes it.
  std::atomic<std::int64_t> send_time_us_ = -1;

  BoundedQueue<int> stop_requests_{1};
  BoundedQueue<int> reload_stop_{1};
  bool hung_threads_ = false;  // Run's
  // After what its callbacks use, so that it ends first.
  wire::MqttSession session_;
  std::optional<ComputePool> pool_;
  std::thread intake_thread_;
  std::thread expiry_thread_;
  std::thread reload_thread_;
};

}  // namespace biglittle
