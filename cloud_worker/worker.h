// A cloud worker's whole flow, joined in one place: requests from the shared subscription go
// through intake, batcher, classifier and replier back to the devices. Whatever arrives is
// answered: with a prediction or with the reason why not.
//
// Three threads: Paho's only enqueues; intake checks and queues; compute runs the nets.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"

#include "cloud_worker/batcher.h"
#include "cloud_worker/cloud_classifier.h"
#include "cloud_worker/intake.h"
#include "cloud_worker/replier.h"
#include "cloud_worker/worker_metrics.h"
#include "core/bounded_queue.h"
#include "core/fleet_config.h"
#include "core/task.h"
#include "wire/mqtt_session.h"
#include "wire/program_health.h"
#include "wire/status.h"

namespace biglittle {

class Worker {
 public:
  // `tasks` and the classifier's must be the same map, and outlive the worker.
  Worker(const FleetConfig& fleet, const WorkerConfig& config,
         const std::map<std::string, Task>& tasks, CloudClassifier classifier);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Before Run: whom to tell how it goes. Both must outlive the worker.
  void Observe(wire::ProgramHealth* health, const WorkerMetrics* metrics);

  // Serves until Stop() is called; then finishes what was taken (at most drain_timeout), says
  // stopped and disconnects. Not OK if replies could not be delivered.
  absl::Status Run();

  // Makes Run return soon. From any thread.
  void Stop();

 private:
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);

  // Paho's thread.
  void OnMessage(wire::Message&& message);

  // The intake thread.
  void IntakeLoop();
  void TakeIn(const wire::Message& message);

  // The compute thread.
  void ComputeLoop();

  // Any thread.
  void Send(wire::Message message);
  void Refuse(const ReplyAddress& address, wire::Rejection rejection);
  void Count(const std::string& name, std::uint64_t by = 1);
  void CountAnswers(const std::vector<Answer>& answers);
  wire::Message StatusMessage(wire::State state);
  void ReportHealth(SteadyTime now);
  absl::Status Finish();

  // Constant after construction.
  const WorkerConfig config_;
  const wire::Topics topics_;
  const Intake intake_;
  const Replier replier_;

  // Constant once Run has begun.
  wire::ProgramHealth* health_ = nullptr;
  const WorkerMetrics* metrics_ = nullptr;

  BoundedQueue<wire::Message> inbox_;
  Batcher batcher_;
  CloudClassifier classifier_;  // the compute thread's

  // Protected by status_mutex_.
  std::mutex status_mutex_;
  wire::Status status_;

  BoundedQueue<int> stop_requests_{1};
  // After what its callbacks use, so that it ends first.
  wire::MqttSession session_;
  std::thread intake_thread_;
  std::thread compute_thread_;
};

}  // namespace biglittle
