#include "cloud_worker/worker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "cloud_worker/intake/fleet_limits.h"
#include "core/clock.h"
#include "core/program/exception_status.h"
#include "core/text.h"
#include "wire/mqtt/session_counters.h"

namespace biglittle {
namespace {

// A throttled device has a whole second's requests again after this.
constexpr Milliseconds kThrottleRetryAfter{1000};

using wire::Rejection;
using wire::RejectionReason;

// Messages that arrived and were not checked yet. Checking is quick, so a short queue is enough.
constexpr std::size_t kMaxInbox = 4096;

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
      intake_(topics_, models.tasks()),
      replier_(topics_, config.id, fleet.broker.max_payload_bytes),
      batcher_({config.max_batch_size, config.max_queue_delay}, config.queue_capacity,
               config.compute_threads, Clock::Real(), kMaxInbox,
               [this](const wire::Message& message) { TakeInOrRefuse(message); }),
      memory_(config.deduplication_window, config.deduplication_entries),
      status_(topics_, fleet.fleet, config.id),
      refusals_({.rate = {.per_second = 200, .burst = Milliseconds(5000)}}),
      priorities_(PriorityLimit(fleet, config)),
      expiry_(fleet.broker, {wire::Role::kWorker, config.id}),
      session_(SessionOptions(fleet)) {
  if (auto limit = RequestLimit(fleet, config)) requests_.emplace(*std::move(limit));
}

Worker::~Worker() {
  batcher_.CloseInbox();
  StopLoading();
  static_cast<void>(batcher_.Abandon());
  pool_.reset();
  for (std::thread* thread : {&intake_thread_, &expiry_thread_, &reload_thread_}) Join(*thread);
}

wire::MqttSession::Options Worker::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kWorker, config_.id};
  options.client_id = fmt::format("biglittle-{}-worker-{}", fleet.fleet, config_.id);
  options.clean_start = true;
  options.subscriptions = {topics_.SharedEscalate(fleet.worker_group)};
  options.will = StatusMessage(wire::State::kOffline);
  options.birth = [this] { return StatusMessage(wire::State::kOnline); };
  options.on_message = [this](wire::Message&& message) { OnMessage(std::move(message)); };
  options.on_delivered = [this](std::uint64_t tag, wire::Delivery delivery) {
    OnDelivered(tag, delivery);
  };
  options.on_handed_over = [this](const wire::Message& header, SteadyTime, SteadyTime handed_at) {
    if (!header.begun_at) return;
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(handed_at - *header.begun_at);
    send_time_us_.store(took.count(), std::memory_order_relaxed);
  };
  return options;
}

absl::Status Worker::Run() {
  pool_.emplace(ComputePool::Options{.threads = config_.compute_threads,
                                     .inference_timeout = config_.inference_timeout},
                PoolWork());
  intake_thread_ = Thread([this] { batcher_.TakeInMessages(); });
  expiry_thread_ = Thread([this] {
    while (auto expired = batcher_.NextExpired()) RefuseExpired(*std::move(expired));
  });
  reload_thread_ = Thread([this] { ReloadLoop(); });
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
  SteadyTime next_status = Clock::Real().Now() + config_.status_interval;
  SayExpired(Clock::Real().Now());
  SayExpiry(Clock::Real().Now());
  for (;;) {
    const SteadyTime now = Clock::Real().Now();
    ReportHealth(now);
    if (now >= next_status) {
      SayExpired(now);
      SayExpiry(now);
      if (session_.connected()) Send(StatusMessage(wire::State::kOnline));
      next_status = now + config_.status_interval;
    }
    const SteadyTime report = health_ == nullptr ? next_status : health_->next_report();
    if (stop_requests_.PopUntil(std::min(next_status, report))) return;
  }
}

// An exception ends the worker in order, not the process in the middle of everything.
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

void Worker::Observe(wire::ProgramHealth* health, const WorkerMetrics* metrics) {
  health_ = health;
  metrics_ = metrics;
}

// The nets are loaded before there is a worker, so only the broker can be missing.
void Worker::ReportHealth(SteadyTime now) {
  if (health_ == nullptr || now < health_->next_report()) return;
  VitalSigns signs;
  signs.ready = session_.connected();
  const std::string refused = refused_.Sentence();
  signs.condition = !signs.ready      ? session_.WhyNotConnected()
                    : refused.empty() ? "online"
                                      : "online, but " + refused;
  signs.counters = status_.counters();
  wire::AddCounters(session_.counters(), signs.counters);
  signs.gauges = {{"queue_depth", static_cast<double>(batcher_.size())},
                  {"inbox_messages", static_cast<double>(batcher_.inbox_size())},
                  {"backlog_messages", static_cast<double>(session_.backlog())},
                  {"tasks_expired", static_cast<double>(SayExpired(now))}};
  SayExpiry(now);
  expiry_.AddGauges(signs.gauges);
  health_->Report(std::move(signs), now);
}

std::size_t Worker::SayExpired(SteadyTime now) {
  const std::vector<std::string> expired = models_.Expired(Clock::Real().WallNow());
  if (!expired.empty() && expired_said_.MaySay(now)) {
    for (const std::string& sentence : expired) spdlog::warn("{}: {}", config_.id, sentence);
  }
  return expired.size();
}

void Worker::SayExpiry(SteadyTime now) {
  expiry_.Refresh();
  for (const std::string& notice : expiry_.NoticesToSay(now, Clock::Real().WallNow())) {
    spdlog::warn("{}: {}", config_.id, notice);
  }
}

void Worker::Stop() { static_cast<void>(stop_requests_.TryPush(1)); }

// Nothing is decoded yet, but topic and correlation data are enough to say no.
void Worker::OnMessage(wire::Message&& message) {
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (device && !MayAsk(*device)) {
    status_.Count("requests_throttled");
    return Refuse({*device, message.correlation_data},
                  {RejectionReason::kOverloaded, "the device asks for more than its share",
                   kThrottleRetryAfter});
  }
  if (batcher_.Offer(device.value_or(""), std::move(message)) || !device) return;
  Refuse({*device, message.correlation_data},
         {RejectionReason::kOverloaded, "the worker's inbox is full", batcher_.RetryAfter()});
}

bool Worker::MayAsk(const std::string& device) {
  return !requests_ || requests_->Allows(device, Clock::Real().Now());
}

// A request that there is no memory for, say, is answered like any other.
void Worker::TakeInOrRefuse(const wire::Message& message) {
  const absl::Status taken = StatusOrException([&] {
    TakeIn(message);
    return absl::OkStatus();
  });
  if (taken.ok()) return;
  spdlog::error("{}: a request could not be taken in: {}", config_.id,
                std::string(taken.message()));
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (!device) return;
  Refuse({*device, message.correlation_data},
         {RejectionReason::kInternal, std::string(taken.message()), {}});
}

void Worker::TakeIn(const wire::Message& message) {
  status_.Count("requests");
  NoteLostProperties(message);
  std::optional<Admission> admission = intake_.Admit(message);
  if (!admission) return status_.Count("requests_on_foreign_topics");
  ChargeCost(*admission);
  if (admission->request_refused) {
    return Refuse(admission->address, *std::move(admission->request_refused));
  }
  status_.Count("readings", admission->items.size() + admission->refused.size());
  std::vector<Answer> refused;
  for (wire::ReadingReply& reply : admission->refused) {
    refused.push_back({admission->address, std::move(reply)});
  }
  std::vector<Answer> repeats = TakeRepeats(admission->items);
  GrantPriorities(admission->items);
  for (WorkItem& left : batcher_.Push(std::move(admission->items))) {
    refused.push_back(Overloaded(std::move(left), "the worker's queue is full"));
  }
  SendReplies(std::move(repeats));
  if (refused.empty()) return;
  Remember(refused);
  status_.CountAnswers(refused);
  if (MaySayNo(admission->address.device)) SendReplies(std::move(refused));
}

// No device of ours leaves them out: something between the two takes them away, and with them every
// reading's answer.
void Worker::NoteLostProperties(const wire::Message& message) {
  const std::string lost = LostProperties(message);
  if (lost.empty()) return;
  status_.Count("requests_without_properties");
  if (!properties_said_.MaySay(Clock::Real().Now())) return;
  spdlog::warn(
      "{}: requests on {} come without {}, so that their replies cannot be told apart: something "
      "on the way from the devices does not carry the properties of MQTT 5; where Mosquitto "
      "bridges, "
      "say 'bridge_protocol_version mqttv50' in its 'connection'",
      config_.id, Quoted(message.topic), lost);
}

// A request counts as many as it has readings, or as it has bytes for: of the first it was known
// before it was read.
void Worker::ChargeCost(const Admission& admission) {
  if (!requests_ || admission.cost <= 1) return;
  requests_->Charge(admission.address.device, admission.cost - 1, Clock::Real().Now());
}

// How urgent its readings are a device says itself: what it says beyond its share only orders them
// among themselves.
void Worker::GrantPriorities(std::vector<WorkItem>& items) {
  const auto is_normal = [](const WorkItem& item) {
    return item.priority == wire::kNormalPriority;
  };
  if (std::ranges::all_of(items, is_normal)) return;
  const SteadyTime now = Clock::Real().Now();
  // All of one request are of one task.
  const double cost = std::chrono::duration<double>(batcher_.CostOf(items.front().task)).count();
  for (WorkItem& item : items) {
    if (is_normal(item) || priorities_.Allows(item.address.device, now, cost)) continue;
    item.priority = wire::kNormalPriority;
    status_.Count("priorities_not_granted");
  }
}

void Worker::CountWork(const ComputePool::Computed& computed) {
  if (computed.answers.empty()) return;
  const SteadyTime::duration each =
      computed.compute_time / static_cast<std::int64_t>(computed.answers.size());
  const std::vector<Answer>& answers = computed.answers;
  for (auto begin = answers.begin(); begin != answers.end();) {
    const std::string& device = begin->address.device;
    const auto end = std::find_if(begin, answers.end(), [&](const Answer& answer) {
      return answer.address.device != device;
    });
    busiest_.Count(device, static_cast<std::size_t>(end - begin), each * (end - begin));
    begin = end;
  }
}

std::vector<Answer> Worker::TakeRepeats(std::vector<WorkItem>& items) {
  std::vector<Answer> repeats;
  std::size_t repeated = 0;
  {
    const SteadyTime now = Clock::Real().Now();
    const std::lock_guard lock(memory_mutex_);
    repeated = std::erase_if(items, [&](const WorkItem& item) {
      ReplyMemory::Known known = memory_.Ask({item.address, item.sequence}, now);
      if (auto* reply = std::get_if<wire::ReadingReply>(&known)) {
        repeats.push_back({item.address, std::move(*reply)});
      }
      return !std::holds_alternative<ReplyMemory::New>(known);
    });
  }
  if (repeated > 0) status_.Count("repeated_requests", repeated);
  return repeats;
}

Answer Worker::Overloaded(WorkItem item, const char* why) const {
  return {std::move(item.address),
          {item.sequence, Rejection{RejectionReason::kOverloaded, why, batcher_.RetryAfter()}}};
}

ComputePool::Work Worker::PoolWork() {
  ComputePool::Work work;
  work.next = [this] { return batcher_.Next(); };
  work.classify = classify_;
  work.deliver = [this](ComputePool::Computed computed) {
    const SteadyTime computed_at = Clock::Real().Now();
    status_.Count("batches");
    if (metrics_ != nullptr) metrics_->Computed(computed.answers);
    CountWork(computed);
    batcher_.Computed(computed.task, computed.answers.size(), computed.compute_time);
    AnswerReadings(std::move(computed.answers), computed_at);
  };
  work.hung = [this](std::vector<Answer> refusals) {
    status_.Count("inference_timeouts");
    spdlog::error("{}: a batch of {} readings did not come back from the net, they are refused",
                  config_.id, refusals.size());
    AnswerReadings(std::move(refusals));
  };
  work.failed = [this](std::vector<Answer> refusals, const absl::Status& why) {
    status_.Count("inference_failures");
    spdlog::error("{}: the inference of a batch of {} readings failed, they are refused: {}",
                  config_.id, refusals.size(), std::string(why.message()));
    AnswerReadings(std::move(refusals));
  };
  work.renew = [this](const std::string& task) { return models_.Renew(task); };
  work.gave_up = [this](const absl::Status& why) {
    if (!absl::IsCancelled(why)) Fail(why);  // a thread that is not replaced because we stop
  };
  return work;
}

// A quarter of the time is kept for leaving the group, and a quarter for the broker.
absl::Status Worker::Finish() {
  const SteadyTime begin = Clock::Real().Now();
  const SteadyTime deadline = begin + config_.drain_timeout;
  if (health_ != nullptr) health_->Stopping();
  StopLoading();
  // Leave the group first: what arrives from now on is for the other workers.
  session_.Unsubscribe(begin + config_.drain_timeout / 4);
  FinishWork(deadline - config_.drain_timeout / 4);
  std::map<std::string, std::uint64_t> session_counters;
  wire::AddCounters(session_.counters(), session_counters);
  Send(StatusMessage(wire::State::kStopped, std::move(session_counters)));
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

absl::Status Worker::Undelivered(std::size_t left, const std::string& why) const {
  if (left > 0) {
    return absl::UnavailableError(
        fmt::format("{} messages could not be delivered within drain_timeout_ms {}", left, why));
  }
  const std::string refused = refused_.Sentence();
  return refused.empty() ? absl::OkStatus() : absl::PermissionDeniedError(refused);
}

// A net that is tried for the first time may hang, on the reload thread or on the pool's watchdog.
void Worker::StopLoading() {
  reload_stop_.Close();
  models_.StopLoading();
}

// Everything that was taken has been answered when this returns.
void Worker::FinishWork(SteadyTime deadline) {
  batcher_.CloseInbox();
  Join(intake_thread_);
  batcher_.Close();
  pool_->Finish(deadline);
  hung_threads_ = pool_->abandoned() > 0;
  std::vector<Answer> left;
  for (WorkItem& item : batcher_.Abandon()) {
    left.push_back(Overloaded(std::move(item), "the worker stops: another one may have time"));
  }
  AnswerReadings(std::move(left));
  Join(expiry_thread_);
}

}  // namespace biglittle
