// A cloud worker's whole flow, joined in one place: requests from the shared subscription go
// through intake, queue and compute pool, and as replies back to the devices. Whatever arrives is
// answered: with a prediction or with the reason why not, but for the refusals of a device that
// gets too many of them.
//
// Threads: Paho's only enqueues; the pool's run the nets, and check and queue what comes while they
// are idle; intake does that while they are not; expiry answers what waited too long; reload polls
// for new models; the caller of Run says how things stand.
#pragma once

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
#include "cloud_worker/health_reporter.h"
#include "cloud_worker/intake/busiest_devices.h"
#include "cloud_worker/models/model_reloader.h"
#include "cloud_worker/models/model_store.h"
#include "cloud_worker/queue/batcher.h"
#include "cloud_worker/queue/inbox.h"
#include "cloud_worker/replies/publisher.h"
#include "cloud_worker/replies/responder.h"
#include "cloud_worker/request_intake.h"
#include "cloud_worker/worker_metrics.h"
#include "cloud_worker/worker_status.h"
#include "core/bounded_queue.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"
#include "wire/http/program_health.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"

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
  // What the session, the pool and the reloader call.
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  ComputePool::Work PoolWork();
  ModelReloader::Events ReloadEvents();

  // On the pool's threads: answers what was computed.
  void Deliver(ComputePool::Computed computed);
  // On the reload thread.
  void AnnounceChange(const ModelStore::Change& change);

  // Any thread. `counters`: more than our own.
  wire::Message StatusMessage(wire::State state,
                              std::map<std::string, std::uint64_t> counters = {});

  // The caller of Run.
  void Serve();
  absl::Status Finish();
  void FinishWork(SteadyTime deadline);
  absl::Status Undelivered(std::size_t left, const std::string& why) const;

  // A thread of ours, whose exception ends the worker in order.
  template <typename Work>
  std::thread Thread(Work work);
  // Any thread: the worker stops, and Run returns this.
  void Fail(const absl::Status& why);

  // Constant after construction.
  const WorkerConfig config_;
  const wire::Topics topics_;
  ModelStore& models_;
  const Classify classify_;

  // Constant once Run has begun.
  wire::ProgramHealth* health_ = nullptr;
  const WorkerMetrics* metrics_ = nullptr;

  // The stages, each after those that it uses.
  WorkerStatus status_;
  BusiestDevices busiest_;
  Publisher publisher_;
  Responder responder_;
  WorkMonitor monitor_;
  Inbox inbox_;
  Batcher batcher_;
  RequestIntake requests_;
  ModelReloader reloader_;

  // Protected by failure_mutex_.
  std::mutex failure_mutex_;
  absl::Status failure_;

  BoundedQueue<int> stop_requests_{1};
  bool hung_threads_ = false;  // Run's
  // After what its callbacks use, so that it ends first.
  wire::MqttSession session_;
  HealthReporter reporter_;
  std::optional<ComputePool> pool_;
  std::thread intake_thread_;
  std::thread expiry_thread_;
  std::thread reload_thread_;
};

}  // namespace biglittle
