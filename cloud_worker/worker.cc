#include "cloud_worker/worker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/program/exception_status.h"
#include "core/program/load_supervisor.h"
#include "wire/mqtt/session_counters.h"

namespace biglittle {
namespace {

// Messages that arrived and were not checked yet. Checking is quick, so a short queue is enough.
constexpr std::size_t kMaxInbox = 4096;
// Devices that a status names.
constexpr std::size_t kBusiest = 3;

using wire::RejectionReason;

SteadyTime Now() { return Clock::Real().Now(); }

void Join(std::thread& thread) {
  if (thread.joinable()) thread.join();
}

}  // namespace

Worker::Worker(const FleetConfig& fleet, const WorkerConfig& config, ModelStore& models,
               Classify classify)
    : config_(config),
      topics_(fleet.topic_root, fleet.fleet),
      models_(models),
      classify_(classify ? std::move(classify)
                         : [&models](Batch batch) { return models.Classify(std::move(batch)); }),
      status_(topics_, fleet.fleet, config.id),
      publisher_(config.id, status_,
                 {.publish = [this](wire::Message m) { return session_.Publish(std::move(m)); },
                  .max_packet_bytes = [this] { return session_.max_packet_bytes(); }}),
      responder_(topics_, fleet, config, status_, publisher_),
      inbox_(monitor_, Clock::Real(), kMaxInbox,
             [this](const wire::Message& message) { requests_.Check(message); }),
      batcher_(monitor_, inbox_, Clock::Real(), {config.max_batch_size, config.max_queue_delay},
               config.queue_capacity, config.compute_threads),
      requests_(topics_, fleet, config, models.tasks(), {status_, inbox_, batcher_, responder_}),
      reloader_(models, config.reload_interval, ReloadEvents()),
      session_(SessionOptions(fleet)),
      reporter_(fleet.broker, config.id,
                {models, status_, inbox_, batcher_, publisher_, session_}) {}

Worker::~Worker() {
  inbox_.Close();
  reloader_.Stop();
  static_cast<void>(batcher_.Abandon());
  pool_.reset();
  for (std::thread* thread : {&intake_thread_, &expiry_thread_, &reload_thread_}) Join(*thread);
}

void Worker::Observe(wire::ProgramHealth* health, const WorkerMetrics* metrics) {
  health_ = health;
  metrics_ = metrics;
}

// In: a request comes to RequestIntake::Receive and so into the inbox, whence whoever has time for
// it takes it to RequestIntake::Check and so into the batcher.
wire::MqttSession::Options Worker::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kWorker, config_.id};
  options.client_id = fmt::format("biglittle-{}-worker-{}", fleet.fleet, config_.id);
  options.clean_start = true;
  options.subscriptions = {topics_.SharedEscalate(fleet.worker_group)};
  options.will = StatusMessage(wire::State::kOffline);
  options.birth = [this] { return StatusMessage(wire::State::kOnline); };
  options.on_message = [this](wire::Message&& message) { requests_.Receive(std::move(message)); };
  options.on_delivered = [this](std::uint64_t tag, wire::Delivery delivery) {
    publisher_.OnDelivered(tag, delivery);
  };
  options.on_handed_over = [this](const wire::Message& header, SteadyTime, SteadyTime handed_at) {
    responder_.OnHandedOver(header, handed_at);
  };
  return options;
}

// Through: from the batcher through the nets that serve.
ComputePool::Work Worker::PoolWork() {
  ComputePool::Work work;
  work.next = [this] { return batcher_.Next(); };
  work.classify = classify_;
  work.deliver = [this](ComputePool::Computed computed) { Deliver(std::move(computed)); };
  work.hung = [this](std::vector<Answer> refusals) {
    status_.Count("inference_timeouts");
    spdlog::error("{}: a batch of {} readings did not come back from the net, they are refused",
                  config_.id, refusals.size());
    responder_.Respond(std::move(refusals));
  };
  work.failed = [this](std::vector<Answer> refusals, const absl::Status& why) {
    status_.Count("inference_failures");
    spdlog::error("{}: the inference of a batch of {} readings failed, they are refused: {}",
                  config_.id, refusals.size(), std::string(why.message()));
    responder_.Respond(std::move(refusals));
  };
  work.renew = [this](const std::string& task) { return models_.Renew(task); };
  work.gave_up = [this](const absl::Status& why) {
    if (!absl::IsCancelled(why)) Fail(why);  // a thread that is not replaced because we stop
  };
  return work;
}

// Out: the responder remembers the answers and sends them.
void Worker::Deliver(ComputePool::Computed computed) {
  const SteadyTime computed_at = Now();
  status_.Count("batches");
  if (metrics_ != nullptr) metrics_->Computed(computed.answers);
  busiest_.CountBatch(computed.answers, computed.compute_time);
  batcher_.Computed(computed.task, computed.answers.size(), computed.compute_time);
  responder_.Respond(std::move(computed.answers), computed_at);
}

absl::Status Worker::Run() {
  pool_.emplace(ComputePool::Options{.threads = config_.compute_threads,
                                     .inference_timeout = config_.inference_timeout},
                PoolWork());
  intake_thread_ = Thread([this] { inbox_.Serve(); });
  expiry_thread_ = Thread([this] {
    while (auto expired = batcher_.NextExpired()) {
      responder_.Respond(RefuseAll(
          *std::move(expired), {RejectionReason::kExpired, "its time ran out in the queue", {}}));
    }
  });
  reload_thread_ = Thread([this] { reloader_.Run(); });
  session_.Start();
  // What was taken is answered all the same, and the group is left.
  absl::Status broken = StatusOrException([this] {
    Serve();
    return absl::OkStatus();
  });
  absl::Status finished = Finish();
  return broken.ok() ? finished : broken;
}

void Worker::Serve() {
  SteadyTime next_status = Now() + config_.status_interval;
  static_cast<void>(reporter_.WarnOfExpiry(Now()));
  for (;;) {
    const SteadyTime now = Now();
    reporter_.Report(health_, now);
    if (now >= next_status) {
      static_cast<void>(reporter_.WarnOfExpiry(now));
      if (session_.connected()) publisher_.Publish(StatusMessage(wire::State::kOnline));
      next_status = now + config_.status_interval;
    }
    const SteadyTime report = health_ == nullptr ? next_status : health_->next_report();
    if (stop_requests_.PopUntil(std::min(next_status, report))) return;
  }
}

// On the session's thread as well as on ours.
wire::Message Worker::StatusMessage(wire::State state,
                                    std::map<std::string, std::uint64_t> counters) {
  counters["queue_depth"] = batcher_.size();
  return Publisher::Tagged(
      status_.Message(state, models_.Digests(), counters, busiest_.Take(kBusiest)));
}

ModelReloader::Events Worker::ReloadEvents() {
  ModelReloader::Events events;
  events.loading = [this] {
    if (health_ != nullptr) health_->service().Reloading();
  };
  events.changed = [this](const ModelStore::Change& change) { AnnounceChange(change); };
  events.done = [this] {
    if (health_ != nullptr) health_->service().Ready("online");
  };
  return events;
}

void Worker::AnnounceChange(const ModelStore::Change& change) {
  if (change.problem.empty()) {
    status_.Count("reloads");
    spdlog::info("{}: task {} is served by {} from now on: {}", config_.id, change.task,
                 change.folder.string(), change.digest);
  } else {
    status_.Count("reload_failures");
    spdlog::error("{}: task {} keeps the model that serves, {} cannot replace it: {}", config_.id,
                  change.task, change.folder.string(), change.problem);
  }
  // Nothing is online that has begun to stop.
  if (session_.connected() && !reloader_.stopping()) {
    publisher_.Publish(StatusMessage(wire::State::kOnline));
  }
}

template <typename Work>
std::thread Worker::Thread(Work work) {
  return std::thread([this, work = std::move(work)] {
    const absl::Status ended = StatusOrException([&work] {
      work();
      return absl::OkStatus();
    });
    if (!ended.ok()) Fail(ended);
  });
}

void Worker::Fail(const absl::Status& why) {
  {
    const std::lock_guard lock(failure_mutex_);
    failure_ = why;
  }
  Stop();
}

void Worker::Stop() { static_cast<void>(stop_requests_.TryPush(1)); }

// A quarter of the time is kept for leaving the group, and a quarter for the broker.
absl::Status Worker::Finish() {
  const SteadyTime begin = Now();
  const SteadyTime deadline = begin + config_.drain_timeout;
  if (health_ != nullptr) health_->Stopping();
  reloader_.Stop();
  // Leave the group first: what arrives from now on is for the other workers.
  session_.Unsubscribe(begin + config_.drain_timeout / 4);
  FinishWork(deadline - config_.drain_timeout / 4);
  std::map<std::string, std::uint64_t> session_counters;
  wire::AddCounters(session_.counters(), session_counters);
  publisher_.Publish(StatusMessage(wire::State::kStopped, std::move(session_counters)));
  const std::size_t left = session_.Drain(deadline);
  const std::string why = session_.WhyUndelivered();
  session_.Stop();
  Join(reload_thread_);
  hung_threads_ = hung_threads_ || LoadSupervisor::left_behind() > 0;
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_.ok()) return failure_;
  }
  return Undelivered(left, why);
}

// Everything that was taken has been answered when this returns.
void Worker::FinishWork(SteadyTime deadline) {
  inbox_.Close();
  Join(intake_thread_);
  batcher_.Close();
  pool_->Finish(deadline);
  hung_threads_ = pool_->abandoned() > 0;
  std::vector<WorkItem> rest = batcher_.Abandon();
  responder_.Respond(RefuseAll(
      std::move(rest), {RejectionReason::kOverloaded, "the worker stops: another one may have time",
                        batcher_.RetryAfter()}));
  Join(expiry_thread_);
}

absl::Status Worker::Undelivered(std::size_t left, const std::string& why) const {
  if (left > 0) {
    return absl::UnavailableError(
        fmt::format("{} messages could not be delivered within drain_timeout_ms {}", left, why));
  }
  const std::string refused = publisher_.Refused();
  return refused.empty() ? absl::OkStatus() : absl::PermissionDeniedError(refused);
}

}  // namespace biglittle
