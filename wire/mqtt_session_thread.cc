// The thread of an MqttSession: connects, publishes, looks after the connection.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/mqtt_session_impl.h"

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

}  // namespace

void MqttSession::Impl::Run() {
  delay_ = options_.broker.reconnect_delay_min;
  for (;;) {
    const SteadyTime begin = steady_clock::now();
    renewed_ = false;
    if (Connect()) Serve();
    EndConnection();
    const Milliseconds delay =
        renewed_ ? Milliseconds(0) : NextDelay(steady_clock::now() - begin > kStableConnection);
    Lock lock(mutex_);
    outbox_.Requeue();
    if (work_.wait_for(lock, delay, [this] { return stopping_; })) return;
  }
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
  Lock lock(mutex_);
  if (!opened.ok() || lost_ || stopping_) {
    if (stopping_) return false;
    ++counters_.connect_failures;
    if (opened.code() == absl::StatusCode::kPermissionDenied) ++counters_.subscriptions_refused;
    // Said once a cause, not once a try: a broker may be away for days.
    if (last_failure_ != opened.message()) {
      last_failure_ = std::string(opened.message());
      spdlog::warn("{}: cannot connect to the broker at {}: {}; trying on", options_.client_id,
                   BrokerUri(options_.broker), last_failure_);
    }
    return false;
  }
  last_failure_.clear();
  connected_ = true;
  left_ = false;
  ++counters_.connects;
  changed_.notify_all();
  lock.unlock();
  spdlog::debug("{}: connected to {}", options_.client_id, BrokerUri(options_.broker));
  if (options_.on_connection) options_.on_connection(true);
  return true;
}

absl::Status MqttSession::Impl::OpenAndSubscribe() {
  bool subscribe = true;
  {
    const Lock lock(mutex_);
    lost_ = false;
    subscribe = !leaving_;
  }
  credential_watch_.Begin();
  const auto credentials = LoadCredentials(options_.broker, options_.identity);
  if (!credentials.ok()) return credentials.status();
  try {
    connection_ = std::make_unique<PahoConnection>(options_.broker, options_.client_id, Events());
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
  if (auto status = connection_->Open(*credentials, options_.clean_start, options_.will);
      !status.ok()) {
    return status;
  }
  if (subscribe) {
    for (const std::string& filter : options_.subscriptions) {
      if (auto status = connection_->Subscribe(filter); !status.ok()) return status;
    }
  }
  if (options_.birth) {
    Message birth = options_.birth();
    const Lock lock(mutex_);
    outbox_.PushBirth(std::move(birth));
  }
  return absl::OkStatus();
}

void MqttSession::Impl::Serve() {
  SteadyTime next_look = steady_clock::now() + LookInterval(options_.broker);
  Lock lock(mutex_);
  while (!stopping_ && !lost_ && !renewed_) {
    work_.wait_until(lock, next_look, [this] {
      return stopping_ || lost_ || (leaving_ && !left_) || (outbox_.CanTake() && !handing_over_);
    });
    if (stopping_ || lost_) break;
    if (leaving_ && !left_) {
      LeaveSubscriptions(lock);
    } else if (steady_clock::now() >= next_look) {
      LookAfterConnection(lock);
      next_look = steady_clock::now() + LookInterval(options_.broker);
    } else if (!handing_over_) {
      HandOver(lock, 1);
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
  events.on_message = [this](const mqtt::message& message) { OnMessage(message); };
  events.on_lost = [this](const std::string& cause) { OnLost(cause); };
  events.on_done = [this](std::uint64_t id, Delivery delivery) { OnDone(id, delivery); };
  events.cancelled = [this] {
    const Lock lock(mutex_);
    return stopping_ || lost_;
  };
  return events;
}

}  // namespace biglittle::wire
