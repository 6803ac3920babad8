#include "cloud_worker/worker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/run_id.h"
#include "wire/session_counters.h"

namespace biglittle {
namespace {

using wire::Rejection;
using wire::RejectionReason;

// Messages that arrived and were not checked yet. Checking is quick, so a short queue is enough.
constexpr std::size_t kMaxInbox = 4096;

std::map<std::string, std::string> Digests(const std::map<std::string, Task>& tasks) {
  std::map<std::string, std::string> digests;
  for (const auto& [name, task] : tasks) digests.emplace(name, task.big.sha256);
  return digests;
}

}  // namespace

Worker::Worker(const FleetConfig& fleet, const WorkerConfig& config,
               const std::map<std::string, Task>& tasks, CloudClassifier classifier)
    : config_(config),
      topics_(fleet.topic_root, fleet.fleet),
      intake_(topics_, tasks),
      replier_(topics_, config.id),
      inbox_(kMaxInbox),
      batcher_({config.max_batch_size, config.max_queue_delay}, config.queue_capacity,
               Clock::Real()),
      classifier_(std::move(classifier)),
      status_{
          .fleet = fleet.fleet, .worker = config.id, .run = NewRunId(), .models = Digests(tasks)},
      session_(SessionOptions(fleet)) {}

Worker::~Worker() {
  inbox_.Close();
  batcher_.Close();
  if (intake_thread_.joinable()) intake_thread_.join();
  if (compute_thread_.joinable()) compute_thread_.join();
}

wire::MqttSession::Options Worker::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.client_id = fmt::format("biglittle-{}-worker-{}", fleet.fleet, config_.id);
  options.clean_start = true;
  options.subscriptions = {topics_.SharedEscalate(fleet.worker_group)};
  options.will = StatusMessage(wire::State::kOffline);
  options.birth = [this] { return StatusMessage(wire::State::kOnline); };
  options.on_message = [this](wire::Message&& message) { OnMessage(std::move(message)); };
  return options;
}

absl::Status Worker::Run() {
  intake_thread_ = std::thread([this] { IntakeLoop(); });
  compute_thread_ = std::thread([this] { ComputeLoop(); });
  session_.Start();
  SteadyTime next_status = Clock::Real().Now() + config_.status_interval;
  for (;;) {
    const SteadyTime now = Clock::Real().Now();
    ReportHealth(now);
    if (now >= next_status) {
      if (session_.connected()) Send(StatusMessage(wire::State::kOnline));
      next_status = now + config_.status_interval;
    }
    const SteadyTime report = health_ == nullptr ? next_status : health_->next_report();
    if (stop_requests_.PopUntil(std::min(next_status, report))) return Finish();
  }
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
  signs.condition =
      signs.ready ? "online"
                  : fmt::format("no connection to the broker at {}", session_.broker_address());
  {
    const std::lock_guard lock(status_mutex_);
    signs.counters = status_.counters;
  }
  wire::AddCounters(session_.counters(), signs.counters);
  signs.gauges = {{"queue_depth", static_cast<double>(batcher_.size())},
                  {"inbox_messages", static_cast<double>(inbox_.size())},
                  {"backlog_messages", static_cast<double>(session_.backlog())}};
  health_->Report(std::move(signs), now);
}

void Worker::Stop() { static_cast<void>(stop_requests_.TryPush(1)); }

void Worker::OnMessage(wire::Message&& message) {
  if (inbox_.TryPush(std::move(message))) return;
  // Nothing was decoded yet, but topic and correlation data are enough to say no.
  if (const auto device = topics_.DeviceOfEscalate(message.topic)) {
    Refuse({*device, message.correlation_data},
           {RejectionReason::kOverloaded, "the worker's inbox is full", {}});
  }
}

void Worker::IntakeLoop() {
  while (const std::optional<wire::Message> message = inbox_.Pop()) TakeIn(*message);
}

void Worker::TakeIn(const wire::Message& message) {
  Count("requests");
  std::optional<Admission> admission = intake_.Admit(message);
  if (!admission) return Count("requests_on_foreign_topics");
  if (admission->request_refused) {
    return Refuse(admission->address, *std::move(admission->request_refused));
  }
  Count("readings", admission->items.size() + admission->refused.size());
  std::vector<Answer> refused;
  for (wire::ReadingReply& reply : admission->refused) {
    refused.push_back({admission->address, std::move(reply)});
  }
  for (WorkItem& item : admission->items) {
    if (batcher_.TryPush(std::move(item))) continue;
    refused.push_back(
        {std::move(item.address),
         {item.sequence,
          Rejection{RejectionReason::kOverloaded, "the worker's queue is full", {}}}});
  }
  CountAnswers(refused);
  for (wire::Message& reply : replier_.Reply(std::move(refused))) Send(std::move(reply));
}

void Worker::ComputeLoop() {
  while (std::optional<Batch> batch = batcher_.Next()) {
    Count("batches");
    std::vector<Answer> answers = classifier_.Classify(*std::move(batch));
    if (metrics_ != nullptr) metrics_->Computed(answers);
    CountAnswers(answers);
    for (wire::Message& reply : replier_.Reply(std::move(answers))) Send(std::move(reply));
  }
}

void Worker::Send(wire::Message message) {
  if (const absl::Status taken = session_.Publish(std::move(message)); !taken.ok()) {
    Count("replies_refused");
    spdlog::debug("{}: a message could not be published: {}", config_.id,
                  std::string(taken.message()));
  }
}

void Worker::Refuse(const ReplyAddress& address, Rejection rejection) {
  Count(fmt::format("rejected_{}", Name(rejection.reason)));
  spdlog::debug("{}: request of {} refused: {}: {}", config_.id, address.device,
                Name(rejection.reason), rejection.detail);
  Send(replier_.Refuse(address, std::move(rejection)));
}

void Worker::Count(const std::string& name, std::uint64_t by) {
  const std::lock_guard lock(status_mutex_);
  status_.counters[name] += by;
}

void Worker::CountAnswers(const std::vector<Answer>& answers) {
  const std::lock_guard lock(status_mutex_);
  for (const Answer& answer : answers) {
    const auto* rejection = std::get_if<Rejection>(&answer.reply.answer);
    const std::string name = rejection == nullptr
                                 ? std::string("answered")
                                 : fmt::format("rejected_{}", Name(rejection->reason));
    ++status_.counters[name];
  }
}

// On the session's thread as well as on ours.
wire::Message Worker::StatusMessage(wire::State state) {
  const std::lock_guard lock(status_mutex_);
  status_.state = state;
  status_.time = Clock::Real().WallNow();
  wire::Message message;
  message.topic = topics_.WorkerStatus(config_.id);
  message.payload = Encode(status_);
  message.content_type = wire::kJsonContent;
  message.retained = true;
  return message;
}

absl::Status Worker::Finish() {
  const SteadyTime deadline = Clock::Real().Now() + config_.drain_timeout;
  if (health_ != nullptr) health_->Stopping();
  // Leave the group first: what arrives from now on is for the other workers.
  session_.Unsubscribe(deadline);
  inbox_.Close();
  intake_thread_.join();
  batcher_.Close();
  compute_thread_.join();
  {
    std::map<std::string, std::uint64_t> session_counters;
    wire::AddCounters(session_.counters(), session_counters);
    const std::lock_guard lock(status_mutex_);
    status_.counters.merge(session_counters);
  }
  Send(StatusMessage(wire::State::kStopped));
  const std::size_t left = session_.Drain(deadline);
  session_.Stop();
  if (left == 0) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{} messages could not be delivered within drain_timeout_ms, the broker at {} "
                  "did not take them: check that it runs and is reachable",
                  left, session_.broker_address()));
}

}  // namespace biglittle
