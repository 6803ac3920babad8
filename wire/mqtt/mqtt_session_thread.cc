// The thread of an MqttSession: connects, publishes, looks after the connection.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/program/exception_status.h"
#include "wire/mqtt/mqtt_session_impl.h"

namespace biglittle::wire {

using std::chrono::steady_clock;

namespace {

// How often a connection is asked whether it still stands, should Paho have told nobody; with TLS
// also whether its credentials are still those on disk. A thousand devices in the clear need not
// wake a thousand times a second for that.
Milliseconds LookInterval(const BrokerConfig& broker) {
  return Milliseconds(broker.tls ? 1000 : 5000);
}

// A connection that stood this long ends the growing of the reconnect delay.
constexpr std::chrono::seconds kStableConnection{5};

// Files are looked at again after this at the latest, however long the broker is left alone.
constexpr Milliseconds kCredentialsPause{1000};

// A bound that a broker did not name is believed for so long.
constexpr std::chrono::minutes kLearnedFor{10};

// Paho's code above us knows no exceptions: the process would end.
template <typename Work>
void Shielded(const std::string& client_id, const Work& work) {
  const absl::Status done = StatusOrException([&work] {
    work();
    return absl::OkStatus();
  });
  if (done.ok()) return;
  spdlog::error("{}: news of the broker are lost: {}", client_id, std::string(done.message()));
}

}  // namespace

void MqttSession::Impl::Run() {
  delay_ = options_.broker.reconnect_delay_min;
  for (;;) {
    const SteadyTime begin = steady_clock::now();
    renewed_ = false;
    const absl::Status ran = StatusOrException([this] {
      if (Connect()) Serve();
      EndConnection();
      return absl::OkStatus();
    });
    if (!ran.ok()) Abandon(ran);
    const bool stable = steady_clock::now() - begin > kStableConnection;
    if (!stable && !renewed_) opener_.LeaveAddress();
    const Milliseconds delay = renewed_ ? Milliseconds(0) : NextDelay(stable);
    Lock lock(mutex_);
    LearnPacketLimit();
    outbox_.Requeue();
    if (work_.wait_for(lock, delay, [this] { return stopping_; })) return;
  }
}

// Memory was short, say: the next connection may have more of it.
void MqttSession::Impl::Abandon(const absl::Status& why) {
  Lock lock(mutex_);
  const bool was_connected = std::exchange(connected_, false);
  lost_ = true;
  trouble_ = std::string(why.message());
  changed_.notify_all();
  // Whoever publishes something urgent may be at it.
  changed_.wait(lock, [this] { return !handing_over_; });
  lock.unlock();
  connection_.reset();
  if (std::exchange(last_failure_, std::string(why.message())) != why.message()) {
    spdlog::error("{}: the connection is given up: {}; trying on", options_.client_id,
                  last_failure_);
  }
  if (was_connected && options_.on_connection) options_.on_connection(false);
}

void MqttSession::Impl::EndConnection() {
  // What a shared group's members have not been sent yet goes to the others: a clean start would
  // forget it.
  if (renewed_ && options_.clean_start) connection_->Unsubscribe(options_.subscriptions);
  connection_.reset();
}

// Doubles with each failure; half of it is random, so that a fleet does not come back in one wave.
Milliseconds MqttSession::Impl::NextDelay(bool was_stable) {
  if (was_stable) delay_ = options_.broker.reconnect_delay_min;
  const Milliseconds now(static_cast<Milliseconds::rep>(static_cast<double>(delay_.count()) *
                                                        jitter_.Uniform(0.5, 1.0)));
  delay_ = std::min(delay_ * 2, options_.broker.reconnect_delay_max);
  return now;
}

bool MqttSession::Impl::Connect() {
  const absl::Status opened = OpenAndSubscribe();
  std::vector<SharedMessage> too_large;
  {
    const Lock lock(mutex_);
    if (stopping_) return false;
    if (!opened.ok() || lost_) {
      NoteFailure(opened);
      return false;
    }
    trouble_.clear();
    ObeyBroker();
    too_large = outbox_.TakeLargerThan(max_packet_bytes_);
    counters_.refused_too_large += too_large.size();
    giving_back_ = !too_large.empty();
    connected_ = true;
    left_ = false;
    ++counters_.connects;
    changed_.notify_all();
  }
  last_failure_.clear();
  spdlog::debug("{}: connected to {}", options_.client_id, BrokerUri(options_.broker));
  if (options_.on_connection) options_.on_connection(true);
  GiveBack(std::move(too_large));
  const Lock lock(mutex_);
  giving_back_ = false;
  changed_.notify_all();
  return true;
}

void MqttSession::Impl::NoteFailure(const absl::Status& failure) {
  ++counters_.connect_failures;
  if (failure.code() == absl::StatusCode::kPermissionDenied) ++counters_.subscriptions_refused;
  if (failure.code() == absl::StatusCode::kFailedPrecondition) {
    // Only somebody who changes the broker mends that: no need to ask often.
    delay_ = options_.broker.reconnect_delay_max;
  } else if (failure.code() == absl::StatusCode::kUnauthenticated) {
    delay_ = std::min(delay_, std::max(kCredentialsPause, options_.broker.reconnect_delay_min));
  }
  // Lost meanwhile, which was told, with the reason.
  const bool told =
      lost_ && (failure.ok() || absl::IsCancelled(failure) || absl::IsUnavailable(failure));
  if (told) return;
  trouble_ = std::string(failure.message());
  // Said once a cause, not once a try: a broker may be away for days.
  if (last_failure_ == trouble_) return;
  last_failure_ = trouble_;
  spdlog::warn("{}: cannot connect to the broker at {}: {}; trying on", options_.client_id,
               BrokerUri(options_.broker), last_failure_);
}

// What the broker's CONNACK bounds.
void MqttSession::Impl::ObeyBroker() {
  const Connack& connack = connection_->connack();
  // Paho looks at its queue once a second only while it may send nothing more: it never comes to
  // that.
  outbox_.SetWindow(
      std::clamp<std::size_t>(connack.receive_maximum, 1, options_.broker.max_in_flight_messages));
  const std::size_t said =
      connack.maximum_packet_size == 0 ? kMaxPacketBytes : connack.maximum_packet_size;
  // Somebody may have raised it meanwhile.
  if (steady_clock::now() - learned_at_ > kLearnedFor) learned_max_packet_bytes_ = kMaxPacketBytes;
  max_packet_bytes_ = std::min(said, learned_max_packet_bytes_);
}

// A broker that ended the connection over a message's size does it again with the same message, and
// it may not have said how large one may be: then smaller than the largest that it was given.
void MqttSession::Impl::LearnPacketLimit() {
  if (!std::exchange(lost_for_size_, false)) return;
  const std::size_t largest = outbox_.LargestSent();
  if (largest == 0) return;
  learned_max_packet_bytes_ = std::min(learned_max_packet_bytes_, largest - 1);
  learned_at_ = steady_clock::now();
}

void MqttSession::Impl::GiveBack(std::vector<SharedMessage> messages) {
  for (SharedMessage& message : messages) {
    if (options_.on_too_large && message->tag != 0) {
      options_.on_too_large(Message(*message));
      continue;
    }
    spdlog::error(
        "{}: a message of {} bytes to {} is lost: the broker takes {} bytes at most; raise its "
        "max_packet_size, or lower 'max_payload_bytes'",
        options_.client_id, PacketBytes(*message), message->topic, max_packet_bytes());
  }
}

absl::Status MqttSession::Impl::OpenAndSubscribe() {
  bool subscribe = true;
  {
    const Lock lock(mutex_);
    lost_ = false;
    subscribe = !leaving_;
  }
  credential_watch_.Begin();
  const std::vector<std::string> none;
  auto opened = opener_.Open(subscribe ? options_.subscriptions : none, Events());
  if (!opened.ok()) return opened.status();
  connection_ = *std::move(opened);
  if (options_.birth) {
    Message birth = options_.birth();
    const Lock lock(mutex_);
    outbox_.PushBirth(std::move(birth));
  }
  return absl::OkStatus();
}

SessionOpener::Options MqttSession::Impl::OpenerOptions(const Options& options) {
  return {.broker = options.broker,
          .identity = options.identity,
          .client_id = options.client_id,
          .clean_start = options.clean_start,
          .will = options.will,
          .retains = options.will && options.will->retained};
}

void MqttSession::Impl::Serve() {
  SteadyTime next_look = steady_clock::now() + LookInterval(options_.broker);
  Lock lock(mutex_);
  while (!stopping_ && !lost_ && !renewed_) {
    work_.wait_until(lock, next_look, [this] {
      return stopping_ || lost_ || (leaving_ && !left_) || !to_tell_.empty() ||
             (outbox_.CanTake() && !handing_over_);
    });
    TellRefusals(lock);
    if (stopping_ || lost_) break;
    if (leaving_ && !left_) {
      LeaveSubscriptions(lock);
    } else if (steady_clock::now() >= next_look) {
      LookAfterConnection(lock);
      next_look = steady_clock::now() + LookInterval(options_.broker);
    } else if (!handing_over_) {
      HandOver(lock, 1);  // nothing, if it was woken for a refusal
    }
  }
  connected_ = false;
  changed_.wait(lock, [this] { return !handing_over_; });
  if (renewed_) {
    ++counters_.renewals;
  } else if (!stopping_) {
    ++counters_.connections_lost;
  }
  changed_.notify_all();
  lock.unlock();
  if (options_.on_connection) options_.on_connection(false);
}

// Not where it was noticed: there Paho waits, and with it all sessions.
void MqttSession::Impl::TellRefusals(Lock& lock) {
  if (to_tell_.empty()) return;
  const std::vector<std::string> lines = std::exchange(to_tell_, {});
  lock.unlock();
  for (const std::string& line : lines) spdlog::error("{}: {}", options_.client_id, line);
  lock.lock();
}

// Paho holds its own lock while it delivers a message to us: nothing of it is asked under ours.
void MqttSession::Impl::LookAfterConnection(Lock& lock) {
  lock.unlock();
  const bool connected = connection_->connected();
  renewed_ = connected && CredentialsRenewed();
  lock.lock();
  if (!connected) lost_ = true;
}

bool MqttSession::Impl::CredentialsRenewed() {
  const absl::StatusOr<bool> renewed = credential_watch_.Renewed();
  if (!renewed.ok()) {
    spdlog::warn("{}: new credentials cannot be used, the connection keeps the old ones: {}",
                 options_.client_id, std::string(renewed.status().message()));
    return false;
  }
  if (*renewed) spdlog::info("{}: connecting anew, with new credentials", options_.client_id);
  return *renewed;
}

void MqttSession::Impl::LeaveSubscriptions(Lock& lock) {
  lock.unlock();
  connection_->Unsubscribe(options_.subscriptions);
  lock.lock();
  left_ = true;
  changed_.notify_all();
}

PahoConnection::Events MqttSession::Impl::Events() {
  PahoConnection::Events events;
  events.on_message = [this](const mqtt::message& message) {
    Shielded(options_.client_id, [&] { OnMessage(message); });
  };
  events.on_lost = [this](const std::string& cause, int reason_code) {
    Shielded(options_.client_id, [&] { OnLost(cause, reason_code); });
  };
  events.on_done = [this](std::uint64_t id, const PahoConnection::Verdict& verdict) {
    Shielded(options_.client_id, [&] { OnDone(id, verdict); });
  };
  events.cancelled = [this] {
    const Lock lock(mutex_);
    return stopping_ || lost_;
  };
  return events;
}

}  // namespace biglittle::wire
