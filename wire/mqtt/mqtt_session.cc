#include "wire/mqtt/mqtt_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"

#include "core/program/exception_status.h"
#include "wire/mqtt/listener_subscription.h"
#include "wire/mqtt/outbox.h"
#include "wire/mqtt/packet_limit.h"
#include "wire/mqtt/paho_connection.h"
#include "wire/mqtt/paho_lock.h"
#include "wire/mqtt/paho_message.h"
#include "wire/mqtt/reconnect_backoff.h"
#include "wire/mqtt/refusal_log.h"
#include "wire/mqtt/session_opener.h"
#include "wire/tls/credential_watch.h"

namespace biglittle::wire {

using std::chrono::steady_clock;

namespace {

// A caller that publishes something urgent takes what waits before it along, up to so many.
constexpr std::size_t kMostByCaller = 16;

// How often a connection is asked whether it still stands, should Paho have told nobody; with TLS
// also whether its credentials are still those on disk. A thousand devices in the clear need not
// wake a thousand times a second for that.
Milliseconds CheckInterval(const BrokerConfig& broker) {
  return Milliseconds(broker.tls ? 1000 : 5000);
}

// A connection that stood this long ends the growing of the reconnect delay.
constexpr std::chrono::seconds kStableConnection{5};

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

// One state under one mutex, which callers, Paho's threads and the session's own change together:
// hence more functions than a class should have.
class MqttSession::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        opener_(OpenerOptions(options_)),
        backoff_(options_.broker.reconnect_delay_min, options_.broker.reconnect_delay_max,
                 std::hash<std::string>{}(options_.client_id)),
        credential_watch_(options_.broker, options_.identity),
        listening_(options_.listeners),
        outbox_(options_.broker.max_backlog_messages, options_.broker.max_in_flight_messages) {}
  ~Impl() { Stop(); }

  void Start();
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
  std::string trouble() const {
    const Lock lock(mutex_);
    return connected_ ? "" : trouble_;
  }
  std::size_t max_packet_bytes() const {
    const Lock lock(mutex_);
    return packet_limit_.bytes();
  }
  const Options& options() const { return options_; }
  Counters counters() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  static SessionOpener::Options OpenerOptions(const Options& options);

  // All on the session's thread.
  void Run();
  bool Connect();
  absl::Status OpenAndSubscribe();
  absl::Status SubscribeFor(ListenerSubscription& listener);
  void TellDisconnected();
  void NoteFailure(const absl::Status& failure);
  void ObeyBroker();
  void LearnPacketLimit();
  void GiveBack(std::vector<SharedMessage> messages);
  void LogRefusals(Lock& lock);
  void Serve();
  void CheckConnection(Lock& lock);
  bool CredentialsRenewed();
  void Abandon(const absl::Status& why);
  void EndConnection();
  void LeaveSubscriptions(Lock& lock);
  PahoConnection::Events Events();

  // On the session's thread and on those that publish something urgent; never on Paho's.
  bool MayHandOver() const { return connected_ && !lost_ && !stopping_ && !handing_over_; }
  void HandOver(Lock& lock, std::size_t most);

  // On Paho's threads.
  void OnMessage(const mqtt::message& message);
  void OnDone(std::uint64_t id, const PahoConnection::Verdict& verdict);
  void OnLost(const std::string& cause, int reason_code);

  // Constant after construction.
  const Options options_;

  // Used by the session's thread only.
  SessionOpener opener_;
  std::unique_ptr<PahoConnection> connection_;
  ReconnectBackoff backoff_;
  std::string last_failure_;  // that was logged
  CredentialWatch credential_watch_;
  bool renewed_ = false;             // the connection ends for new credentials
  ListenerSubscriptions listening_;  // any thread: Of

  std::thread thread_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  // For callers that wait: connected, left, nothing in the outbox, stopping.
  std::condition_variable changed_;
  // For the session's thread, which every message would else wake twice: by its acknowledgement
  // too.
  std::condition_variable work_;
  Outbox outbox_;
  Counters counters_;  // without the outbox's
  bool connected_ = false;
  bool lost_ = false;
  bool lost_for_size_ = false;  // the broker ended the connection over a message that was too large
  std::string trouble_;         // why there is no connection
  PacketLimit packet_limit_;
  bool giving_back_ = false;  // messages that are in the outbox no more
  RefusalLog refusals_;
  std::vector<std::string> to_log_;  // lines about refusals, for the session's thread; few
  bool stopping_ = false;
  bool leaving_ = false;  // Unsubscribe() was called
  bool left_ = false;     // and done on this connection
  // Some thread hands messages to connection_, with the mutex released: one at a time, so that they
  // stay in order.
  bool handing_over_ = false;
};

// What callers call.

void MqttSession::Impl::Start() {
  thread_ = std::thread([this] { Run(); });
  CountSession(1);
}

absl::Status MqttSession::Impl::Publish(Message message) {
  const bool urgent = message.urgent;
  Lock lock(mutex_);
  if (stopping_) return absl::FailedPreconditionError("the session is stopped");
  if (message.payload.size() > options_.broker.max_payload_bytes) {
    ++counters_.refused_too_large;
    return absl::InvalidArgumentError(
        fmt::format("a payload of {} bytes is over max_payload_bytes ({})", message.payload.size(),
                    options_.broker.max_payload_bytes));
  }
  if (PacketBytes(message) > packet_limit_.bytes()) {
    ++counters_.refused_too_large;
    return absl::InvalidArgumentError(fmt::format(
        "a payload of {} bytes makes a packet larger than the broker takes ({} bytes): raise its "
        "max_packet_size, or lower max_payload_bytes",
        message.payload.size(), packet_limit_.bytes()));
  }
  if (!outbox_.Push(std::move(message))) {
    ++counters_.refused_backlog_full;
    return absl::ResourceExhaustedError(
        fmt::format("{} messages wait for the broker already", outbox_.size()));
  }
  if (urgent && MayHandOver() && MayCallPaho()) HandOver(lock, kMostByCaller);
  const bool work = outbox_.CanTake() && !handing_over_;
  lock.unlock();  // else the woken thread would wait for it at once
  if (work) work_.notify_one();
  return absl::OkStatus();
}

std::size_t MqttSession::Impl::Drain(SteadyTime deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline,
                      [this] { return stopping_ || (outbox_.size() == 0 && !giving_back_); });
  return outbox_.size();
}

// Asks the session's thread, which alone may touch the connection.
void MqttSession::Impl::Unsubscribe(SteadyTime deadline) {
  Lock lock(mutex_);
  leaving_ = true;
  work_.notify_one();
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
    work_.notify_one();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  CountSession(-1);
}

// The lock is released meanwhile: an acknowledgement may come before Paho's call returns.
void MqttSession::Impl::HandOver(Lock& lock, std::size_t most) {
  handing_over_ = true;
  const absl::Cleanup done = [this, &lock] {
    if (!lock.owns_lock()) lock.lock();
    handing_over_ = false;
    // The session's thread may wait for its connection.
    if (!connected_ || outbox_.size() == 0) changed_.notify_all();
  };
  for (std::size_t i = 0; i < most && connected_ && !lost_ && !stopping_ && outbox_.CanTake();
       ++i) {
    const std::optional<Outbox::Ready> next = outbox_.Take(steady_clock::now());
    if (!next) continue;  // it had expired
    lock.unlock();
    const SteadyTime taken_at = steady_clock::now();
    const absl::Status sent = connection_->Publish(next->id, next->message, taken_at);
    // Whatever it is, the connection is not to be trusted; the message stays for the next one.
    if (!sent.ok()) OnLost(std::string(sent.message()), 0);
    if (sent.ok() && options_.on_handed_over) {
      options_.on_handed_over(*next->message, taken_at, steady_clock::now());
    }
    lock.lock();
  }
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

// What Paho's threads call.

void MqttSession::Impl::OnDone(std::uint64_t id, const PahoConnection::Verdict& verdict) {
  const PahoCallback here;
  const bool refused = verdict.delivery == Delivery::kRefused;
  SharedMessage message;
  bool work = false;  // the window was full, or there is something to log
  {
    const Lock lock(mutex_);
    message = refused ? outbox_.Refuse(id) : outbox_.Acknowledge(id);
    if (message == nullptr) return;
    if (refused) {
      ++counters_.refused_by_broker;
      if (auto line = refusals_.Note(message->topic, verdict.reason_code, verdict.reason_string,
                                     steady_clock::now())) {
        to_log_.push_back(*std::move(line));
      }
    }
    if (outbox_.size() == 0) changed_.notify_all();
    work = !to_log_.empty() || (outbox_.CanTake() && !handing_over_);
  }
  if (work) work_.notify_one();
  if (message->tag != 0 && options_.on_delivered) {
    options_.on_delivered(message->tag, verdict.delivery);
  }
}

void MqttSession::Impl::OnMessage(const mqtt::message& message) {
  const PahoCallback here;
  const bool too_large = message.get_payload_ref().size() > options_.broker.max_payload_bytes;
  {
    const Lock lock(mutex_);
    ++counters_.received;
    if (too_large) ++counters_.received_too_large;
  }
  if (TopicListener* listener = listening_.Of(message.get_topic())) {
    if (too_large) return listener->OnTopicMessageDropped();
    return listener->OnTopicMessage(FromPaho(message, steady_clock::now()));
  }
  if (too_large || !options_.on_message) return;
  options_.on_message(FromPaho(message, steady_clock::now()));
}

void MqttSession::Impl::OnLost(const std::string& cause, int reason_code) {
  constexpr int kPacketTooLarge = 0x95;
  const Lock lock(mutex_);
  if (lost_ || stopping_) return;
  lost_ = true;
  lost_for_size_ = reason_code == kPacketTooLarge;
  trouble_ = cause.empty() ? "the connection was lost" : "the connection was lost: " + cause;
  spdlog::warn("{}: connection to {} lost{}{}", options_.client_id, BrokerUri(options_.broker),
               cause.empty() ? "" : ": ", cause);
  work_.notify_one();
}

// The session's thread: connects, publishes, looks after the connection.

void MqttSession::Impl::Run() {
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
    const Milliseconds delay = renewed_ ? Milliseconds(0) : backoff_.Next(stable);
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
  if (was_connected) TellDisconnected();
}

void MqttSession::Impl::EndConnection() {
  // What a shared group's members have not been sent yet goes to the others: a clean start would
  // forget it.
  if (renewed_ && options_.clean_start) {
    connection_->Unsubscribe(listening_.BehindThose(options_.subscriptions));
  }
  connection_.reset();
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
    too_large = outbox_.TakeLargerThan(packet_limit_.bytes());
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
  backoff_.NoteFailure(failure);
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
  packet_limit_.Say(connack.maximum_packet_size, steady_clock::now());
}

// A broker may end the connection over a message's size without having said how large one may be.
void MqttSession::Impl::LearnPacketLimit() {
  if (!std::exchange(lost_for_size_, false)) return;
  packet_limit_.Learn(outbox_.LargestSent(), steady_clock::now());
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
  for (ListenerSubscription& listener : listening_.each()) {
    absl::Status heard = subscribe ? SubscribeFor(listener) : absl::OkStatus();
    if (!heard.ok()) return heard;
  }
  if (options_.birth) {
    Message birth = options_.birth();
    const Lock lock(mutex_);
    outbox_.PushBirth(std::move(birth));
  }
  return absl::OkStatus();
}

// Not OK: the connection is not to be trusted.
absl::Status MqttSession::Impl::SubscribeFor(ListenerSubscription& listener) {
  absl::Status subscribed = listener.Subscribe(*connection_);
  if (!absl::IsPermissionDenied(subscribed)) return subscribed;
  const Lock lock(mutex_);
  ++counters_.subscriptions_refused;
  return absl::OkStatus();
}

void MqttSession::Impl::TellDisconnected() {
  listening_.Disconnected();
  if (options_.on_connection) options_.on_connection(false);
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
  SteadyTime next_check = steady_clock::now() + CheckInterval(options_.broker);
  Lock lock(mutex_);
  while (!stopping_ && !lost_ && !renewed_) {
    work_.wait_until(lock, next_check, [this] {
      return stopping_ || lost_ || (leaving_ && !left_) || !to_log_.empty() ||
             (outbox_.CanTake() && !handing_over_);
    });
    LogRefusals(lock);
    if (stopping_ || lost_) break;
    if (leaving_ && !left_) {
      LeaveSubscriptions(lock);
    } else if (steady_clock::now() >= next_check) {
      CheckConnection(lock);
      next_check = steady_clock::now() + CheckInterval(options_.broker);
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
  TellDisconnected();
}

// Not where it was noticed: there Paho waits, and with it all sessions.
void MqttSession::Impl::LogRefusals(Lock& lock) {
  if (to_log_.empty()) return;
  const std::vector<std::string> lines = std::exchange(to_log_, {});
  lock.unlock();
  for (const std::string& line : lines) spdlog::error("{}: {}", options_.client_id, line);
  lock.lock();
}

// Paho holds its own lock while it delivers a message to us: nothing of it is asked under ours.
void MqttSession::Impl::CheckConnection(Lock& lock) {
  lock.unlock();
  const bool connected = connection_->connected();
  renewed_ = connected && CredentialsRenewed();
  for (ListenerSubscription& listener : listening_.each()) {
    if (!connected || renewed_ || !listener.Due()) continue;
    if (const absl::Status heard = SubscribeFor(listener); !heard.ok()) {
      OnLost(std::string(heard.message()), 0);
    }
  }
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
  connection_->Unsubscribe(listening_.BehindThose(options_.subscriptions));
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

MqttSession::MqttSession(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MqttSession::~MqttSession() = default;
void MqttSession::Start() { impl_->Start(); }
absl::Status MqttSession::Publish(Message message) { return impl_->Publish(std::move(message)); }
bool MqttSession::connected() const { return impl_->connected(); }
bool MqttSession::WaitConnected(SteadyTime deadline) const {
  return impl_->WaitConnected(deadline);
}
std::string MqttSession::trouble() const { return impl_->trouble(); }
std::string MqttSession::WhyUndelivered() const {
  std::string why = trouble();
  if (why.empty()) {
    why = connected() ? "it is connected, and did not acknowledge them in time"
                      : "there was no connection yet";
  }
  return fmt::format("to the broker at {}: {}", broker_address(), why);
}
std::size_t MqttSession::max_packet_bytes() const { return impl_->max_packet_bytes(); }
std::size_t MqttSession::backlog() const { return impl_->backlog(); }
std::size_t MqttSession::max_backlog() const {
  return impl_->options().broker.max_backlog_messages;
}
std::string MqttSession::broker_address() const { return BrokerUri(impl_->options().broker); }
std::string MqttSession::WhyNotConnected() const {
  const std::string failure = trouble();
  return fmt::format("no connection to the broker at {}{}{}", broker_address(),
                     failure.empty() ? "" : ": ", failure);
}
MqttSession::Counters MqttSession::counters() const { return impl_->counters(); }
std::size_t MqttSession::Drain(SteadyTime deadline) { return impl_->Drain(deadline); }
void MqttSession::Unsubscribe(SteadyTime deadline) { impl_->Unsubscribe(deadline); }
void MqttSession::Stop() { impl_->Stop(); }

}  // namespace biglittle::wire
