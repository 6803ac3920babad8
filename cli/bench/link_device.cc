#include "cli/bench/link_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/run_id.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

// Far beyond any round trip: nothing is asked for twice, and whatever is lost is told.
constexpr Milliseconds kDeadline{10'000};

SteadyTime Now() { return steady_clock::now(); }

double Microseconds(SteadyTime::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

Escalator::Options EscalatorOptions(const wire::Topics& topics, const std::string& task,
                                    const std::string& run, std::size_t max_pending) {
  Escalator::Options options{.device = kLinkDevice, .topics = topics};
  options.task = task;
  options.classes = 2;
  options.run = run;
  options.config.max_pending = max_pending;
  options.config.max_attempts = 1;
  options.same_clock = true;
  return options;
}

}  // namespace

LinkDevice::LinkDevice(const FleetConfig& fleet, const std::string& task, Tensor window,
                       std::size_t max_pending)
    : topics_(fleet.topic_root, fleet.fleet),
      run_(NewRunId()),
      reading_(std::move(window)),
      session_(SessionOptions(fleet)),
      escalator_(
          EscalatorOptions(topics_, task, run_, max_pending),
          [this](wire::Message message) { return Publish(std::move(message)); }, counters_,
          Clock::Real()) {}

wire::MqttSession::Options LinkDevice::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kDevice, kLinkDevice};
  options.client_id = fmt::format("biglittle-{}-device-{}", fleet.fleet, kLinkDevice);
  options.subscriptions = {topics_.Replies(kLinkDevice)};
  options.on_message = [this](wire::Message&& message) {
    static_cast<void>(inbox_.TryPush(std::move(message)));
  };
  options.on_handed_over = [this](const wire::Message& header, SteadyTime taken_at,
                                  SteadyTime handed_at) {
    const std::lock_guard lock(mutex_);
    handed_over_ = {header.correlation_data, taken_at, handed_at};
  };
  return options;
}

absl::Status LinkDevice::Connect(SteadyTime deadline) {
  session_.Start();
  if (!session_.WaitConnected(deadline)) {
    return absl::UnavailableError("the broker did not answer in time");
  }
  escalator_.OnLink(true);
  return absl::OkStatus();
}

absl::Status LinkDevice::Publish(wire::Message message) {
  trip_.encoded_at = Now();
  if (alone_) request_bytes_ = message.payload.size();
  return session_.Publish(std::move(message));
}

void LinkDevice::Escalate() {
  LittleVerdict verdict;
  verdict.sequence = next_sequence_++;
  verdict.deadline = kDeadline;
  // The window is there already where a sensor gives it.
  Tensor window = reading_;
  trip_.decided_at = Now();
  verdict.captured_at = trip_.decided_at;
  escalator_.Escalate(std::move(verdict), std::move(window), false, *this);
}

void LinkDevice::End(const LittleVerdict& verdict, const Outcome& outcome) {
  const SteadyTime now = Now();
  trip_.ended_at = now;
  if (const auto* fallback = std::get_if<FellBack>(&outcome)) {
    failure_ = fmt::format("reading {} had no answer: {} {}", verdict.sequence,
                           Name(fallback->reason), fallback->detail);
    return;
  }
  if (current_ != nullptr) {
    current_->round_trips_us.push_back(Microseconds(now - verdict.captured_at));
  }
}

void LinkDevice::Handle(wire::Message message) {
  trip_.received_at = message.received_at;
  if (alone_) reply_bytes_ = message.payload.size();
  escalator_.OnReply(message);
  trip_.reply = std::move(message);
}

absl::StatusOr<LinkRun> LinkDevice::Run(std::size_t window, std::chrono::duration<double> length,
                                        const StopSignal& stop) {
  LinkRun run;
  current_ = &run;
  alone_ = window == 1;
  failure_.clear();
  way_back_us_.reset();
  const SteadyTime begin = Now();
  const SteadyTime end = begin + std::chrono::duration_cast<SteadyTime::duration>(length);
  while (failure_.empty() && !stop.requested()) {
    while (escalator_.pending() < window && Now() < end) Escalate();
    if (escalator_.pending() == 0) break;
    auto message = inbox_.PopUntil(escalator_.NextWake().value_or(SteadyTime::max()));
    if (message) Handle(*std::move(message));
    escalator_.OnTime();
    if (window == 1 && escalator_.pending() == 0) KeepStages(run);
  }
  current_ = nullptr;
  if (stop.requested()) return absl::CancelledError("interrupted");
  if (!failure_.empty()) return absl::InternalError(failure_);
  run.readings_per_s = static_cast<double>(run.round_trips_us.size()) /
                       std::chrono::duration<double>(Now() - begin).count();
  return run;
}

void LinkDevice::KeepStages(LinkRun& run) {
  HandOver handed;
  {
    const std::lock_guard lock(mutex_);
    handed = handed_over_;
  }
  const auto reply = wire::DecodeEscalationReply(trip_.reply.payload);
  const auto* answer = reply.ok() && reply->replies.size() == 1
                           ? std::get_if<wire::CloudPrediction>(&reply->replies[0].answer)
                           : nullptr;
  // The reply may overtake the session's thread on its way out of Paho.
  const bool known = handed.request_id == trip_.reply.correlation_data;
  if (answer == nullptr || !known || !answer->arrived_at || !answer->take_time) {
    return way_back_us_.reset();
  }
  const auto keep = [&run](LinkStage stage, double microseconds) {
    run.stages_us[static_cast<std::size_t>(stage)].push_back(std::max(microseconds, 0.0));
  };
  // What the last reply could not say of itself.
  if (way_back_us_ && reply->previous_send_time) {
    const auto send = static_cast<double>(reply->previous_send_time->count());
    keep(LinkStage::kSend, send);
    keep(LinkStage::kBrokerBack, *way_back_us_ - send);
  }
  keep(LinkStage::kEncode, Microseconds(trip_.encoded_at - trip_.decided_at));
  keep(LinkStage::kOutbox, Microseconds(handed.taken_at - trip_.encoded_at));
  keep(LinkStage::kPublish, Microseconds(handed.handed_at - handed.taken_at));
  keep(LinkStage::kBrokerThere, Microseconds(*answer->arrived_at - handed.handed_at));
  keep(LinkStage::kTake, Microseconds(*answer->take_time));
  keep(LinkStage::kQueue, Microseconds(answer->queue_time - *answer->take_time));
  keep(LinkStage::kNet, Microseconds(answer->compute_time));
  keep(LinkStage::kReceive, Microseconds(trip_.ended_at - trip_.received_at));
  way_back_us_ = Microseconds(trip_.received_at - *answer->arrived_at - answer->queue_time -
                              answer->compute_time);
}

}  // namespace biglittle
