#include "wire/mqtt_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/random.h"
#include "wire/outbox.h"
#include "wire/paho_connection.h"
#include "wire/paho_message.h"
#include "wire/tls/credential_watch.h"

namespace biglittle::wire {
namespace {

using Lock = std::unique_lock<std::mutex>;
using std::chrono::steady_clock;

// How often a connection is asked whether it still stands, should Paho have told nobody, and
// whether its credentials are still those on disk.
constexpr Milliseconds kLookInterval{1000};
// A connection that stood this long ends the growing of the reconnect delay.
constexpr std::chrono::seconds kStableConnection{5};

}  // namespace

class MqttSession::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        jitter_(std::hash<std::string>{}(options_.client_id)),
        credential_watch_(options_.broker, options_.identity),
        outbox_(options_.broker.max_backlog_messages, options_.broker.max_in_flight_messages) {}
  ~Impl() { Stop(); }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  absl::Status Publish(Message message);
  std::size_t Drain(SteadyTime deadline);
  void Unsubscribe(SteadyTime deadline);
  bool WaitConnected(SteadyTime deadline);
  void Stop();

  bool connected() const {
    const Lock lock(mutex_);
    return connected_;
  }
  std::size_t backlog() const {
    const Lock lock(mutex_);
    return outbox_.size();
  }
  const Options& options() const { return options_; }
  Counters counters() const;

 private:
  // All on the session's thread.
  void Run();
  bool Connect();
  absl::Status OpenAndSubscribe();
  void Serve();
  void PublishNext(Lock& lock);
  void LookAfterConnection(Lock& lock);
  bool CredentialsRenewed();
  void EndConnection();
  void LeaveSubscriptions(Lock& lock);
  Milliseconds NextDelay(bool was_stable);
  PahoConnection::Events Events();

  // On Paho's threads.
  void OnMessage(const mqtt::message& message);
  void OnDone(std::uint64_t id, Delivery delivery);
  void OnLost(const std::string& cause);

  // Constant after construction.
  const Options options_;

  // Used by the session's thread only.
  std::unique_ptr<PahoConnection> connection_;
  Random jitter_;
  Milliseconds delay_{0};
  std::string last_failure_;
  CredentialWatch credential_watch_;
  bool renewed_ = false;  // the connection ends for new credentials

  std::thread thread_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Outbox outbox_;
  Counters counters_;  // without the outbox's
  bool connected_ = false;
  bool lost_ = false;
  bool stopping_ = false;
  bool leaving_ = false;  // Unsubscribe() was called
  bool left_ = false;     // and done on this connection
};

absl::Status MqttSession::Impl::Publish(Message message) {
  const Lock lock(mutex_);
  if (stopping_) return absl::FailedPreconditionError("the session is stopped");
  if (message.payload.size() > options_.broker.max_payload_bytes) {
    ++counters_.refused_too_large;
    return absl::InvalidArgumentError(
        fmt::format("a payload of {} bytes is over max_payload_bytes ({})", message.payload.size(),
                    options_.broker.max_payload_bytes));
  }
  if (!outbox_.Push(std::move(message))) {
    ++counters_.refused_backlog_full;
    return absl::ResourceExhaustedError(
        fmt::format("{} messages wait for the broker already", outbox_.size()));
  }
  changed_.notify_all();
  return absl::OkStatus();
}

std::size_t MqttSession::Impl::Drain(SteadyTime deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return stopping_ || outbox_.size() == 0; });
  return outbox_.size();
}

// Asks the session's thread, which alone may touch the connection.
void MqttSession::Impl::Unsubscribe(SteadyTime deadline) {
  Lock lock(mutex_);
  leaving_ = true;
  changed_.notify_all();
  changed_.wait_until(lock, deadline, [this] { return stopping_ || left_ || !connected_; });
}

bool MqttSession::Impl::WaitConnected(SteadyTime deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return stopping_ || connected_; });
  return connected_;
}

void MqttSession::Impl::Stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

MqttSession::Counters MqttSession::Impl::counters() const {
  const Lock lock(mutex_);
  Counters all = counters_;
  all.published = outbox_.counters().published;
  all.republished = outbox_.counters().republished;
  all.acknowledged = outbox_.counters().acknowledged;
  all.expired = outbox_.counters().expired;
  return all;
}

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
    if (changed_.wait_for(lock, delay, [this] { return stopping_; })) return;
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
  SteadyTime next_look = steady_clock::now() + kLookInterval;
  Lock lock(mutex_);
  while (!stopping_ && !lost_ && !renewed_) {
    changed_.wait_until(lock, next_look, [this] {
      return stopping_ || lost_ || (leaving_ && !left_) || outbox_.CanTake();
    });
    if (stopping_ || lost_) break;
    if (leaving_ && !left_) {
      LeaveSubscriptions(lock);
    } else if (steady_clock::now() >= next_look) {
      LookAfterConnection(lock);
      next_look = steady_clock::now() + kLookInterval;
    } else {
      PublishNext(lock);
    }
  }
  connected_ = false;
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

// Hands the next message to Paho, with the lock released: its acknowledgement may come meanwhile.
void MqttSession::Impl::PublishNext(Lock& lock) {
  const std::optional<Outbox::Ready> next = outbox_.Take(steady_clock::now());
  changed_.notify_all();  // an expired one is gone
  if (!next) return;
  lock.unlock();
  const absl::Status sent = connection_->Publish(next->id, next->message, steady_clock::now());
  // Whatever it is, the connection is not to be trusted; the message stays for the next one.
  if (!sent.ok()) OnLost(std::string(sent.message()));
  lock.lock();
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

void MqttSession::Impl::OnDone(std::uint64_t id, Delivery delivery) {
  const bool refused = delivery == Delivery::kRefused;
  std::optional<std::uint64_t> tag;
  {
    const Lock lock(mutex_);
    tag = refused ? outbox_.Refuse(id) : outbox_.Acknowledge(id);
    if (!tag) return;
    if (refused) ++counters_.refused_by_broker;
    changed_.notify_all();
  }
  if (*tag != 0 && options_.on_delivered) options_.on_delivered(*tag, delivery);
}

void MqttSession::Impl::OnMessage(const mqtt::message& message) {
  {
    const Lock lock(mutex_);
    ++counters_.received;
    if (message.get_payload_ref().size() > options_.broker.max_payload_bytes) {
      ++counters_.received_too_large;
      return;
    }
  }
  if (options_.on_message) options_.on_message(FromPaho(message, steady_clock::now()));
}

void MqttSession::Impl::OnLost(const std::string& cause) {
  const Lock lock(mutex_);
  if (lost_ || stopping_) return;
  lost_ = true;
  spdlog::warn("{}: connection to {} lost{}{}", options_.client_id, BrokerUri(options_.broker),
               cause.empty() ? "" : ": ", cause);
  changed_.notify_all();
}

MqttSession::MqttSession(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MqttSession::~MqttSession() = default;
void MqttSession::Start() { impl_->Start(); }
absl::Status MqttSession::Publish(Message message) { return impl_->Publish(std::move(message)); }
bool MqttSession::connected() const { return impl_->connected(); }
bool MqttSession::WaitConnected(SteadyTime deadline) const {
  return impl_->WaitConnected(deadline);
}
std::size_t MqttSession::backlog() const { return impl_->backlog(); }
std::size_t MqttSession::max_backlog() const {
  return impl_->options().broker.max_backlog_messages;
}
std::string MqttSession::broker_address() const { return BrokerUri(impl_->options().broker); }
MqttSession::Counters MqttSession::counters() const { return impl_->counters(); }
std::size_t MqttSession::Drain(SteadyTime deadline) { return impl_->Drain(deadline); }
void MqttSession::Unsubscribe(SteadyTime deadline) { impl_->Unsubscribe(deadline); }
void MqttSession::Stop() { impl_->Stop(); }

}  // namespace biglittle::wire
