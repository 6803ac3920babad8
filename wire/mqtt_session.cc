#include "wire/mqtt_session.h"

#include <fmt/format.h>
#include <mqtt/async_client.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/random.h"
#include "wire/paho_message.h"
#include "wire/tcp_nodelay.h"

namespace biglittle::wire {
namespace {

using Lock = std::unique_lock<std::mutex>;
using std::chrono::steady_clock;

// How often a quiet connection is asked whether it still stands, should Paho have told nobody.
constexpr Milliseconds kLivenessPoll{1000};
// A connection that stood this long ends the growing of the reconnect delay.
constexpr std::chrono::seconds kStableConnection{5};
constexpr Milliseconds kTokenPoll{20};
constexpr Milliseconds kDisconnectTimeout{1000};

struct Outgoing {
  OutgoingMessage message;
  bool sent_before = false;
  bool birth = false;  // belongs to its connection; the next one has a birth of its own
};

mqtt::create_options CreateOptions(const BrokerConfig& broker) {
  mqtt::create_options options(MQTTVERSION_5);
  // Paho refuses publishes beyond this number even while connected; our own window is the bound.
  options.set_max_buffered_messages(static_cast<int>(broker.max_in_flight_messages) + 16);
  return options;
}

}  // namespace

class MqttSession::Impl final : public mqtt::iaction_listener {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        uri_(options_.broker.host.find(':') == std::string::npos
                 ? fmt::format("tcp://{}:{}", options_.broker.host, options_.broker.port)
                 : fmt::format("tcp://[{}]:{}", options_.broker.host, options_.broker.port)),
        jitter_(std::hash<std::string>{}(options_.client_id)) {}
  ~Impl() override { Stop(); }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  absl::Status Publish(Message message);
  void Unsubscribe(SteadyTime deadline);
  std::size_t Drain(SteadyTime deadline);
  bool WaitConnected(SteadyTime deadline);
  void Stop();

  bool connected() const {
    const Lock lock(mutex_);
    return connected_;
  }
  std::size_t backlog() const {
    const Lock lock(mutex_);
    return backlog_.size() + in_flight_.size();
  }
  std::size_t max_backlog() const { return options_.broker.max_backlog_messages; }
  const std::string& uri() const { return uri_; }
  Counters counters() const {
    const Lock lock(mutex_);
    return counters_;
  }

 private:
  // All on the session's thread.
  void Run();
  bool Connect();
  bool AwaitConnect();
  bool Subscribe();
  void LeaveSubscriptions();
  void Serve();
  void PublishNext(Lock& lock);
  void Send(std::uint64_t id, const OutgoingMessage& message);
  void CloseConnection();
  void Requeue();
  Milliseconds NextDelay(bool was_stable);
  bool WaitFor(mqtt::token& token, Milliseconds timeout);

  // Paho's callbacks, on its threads.
  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;
  void OnMessage(const mqtt::const_message_ptr& message);
  void OnLost(const std::string& cause);

  // Constant after construction.
  const Options options_;
  const std::string uri_;

  // Used by the session's thread only. A Paho client serves one connection and is then thrown away:
  // its own reconnect forgets unacknowledged messages when the broker has lost the session.
  std::unique_ptr<mqtt::async_client> client_;
  Random jitter_;
  Milliseconds delay_{0};
  std::string last_failure_;

  std::thread thread_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<std::pair<std::uint64_t, Outgoing>> backlog_;
  std::map<std::uint64_t, Outgoing> in_flight_;  // ordered, to be sent again in order
  std::uint64_t next_id_ = 1;
  Counters counters_;
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
  if (backlog_.size() + in_flight_.size() >= options_.broker.max_backlog_messages) {
    ++counters_.refused_backlog_full;
    return absl::ResourceExhaustedError(fmt::format("{} messages wait for the broker already",
                                                    options_.broker.max_backlog_messages));
  }
  backlog_.emplace_back(next_id_++, Outgoing{OutgoingMessage(std::move(message))});
  changed_.notify_all();
  return absl::OkStatus();
}

std::size_t MqttSession::Impl::Drain(SteadyTime deadline) {
  Lock lock(mutex_);
  changed_.wait_until(lock, deadline,
                      [this] { return stopping_ || (backlog_.empty() && in_flight_.empty()); });
  return backlog_.size() + in_flight_.size();
}

// Asks the session's thread, which alone may touch the client.
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

void MqttSession::Impl::Run() {
  delay_ = options_.broker.reconnect_delay_min;
  for (;;) {
    const SteadyTime begin = steady_clock::now();
    if (Connect()) Serve();
    CloseConnection();
    Requeue();
    const Milliseconds delay = NextDelay(steady_clock::now() - begin > kStableConnection);
    Lock lock(mutex_);
    if (changed_.wait_for(lock, delay, [this] { return stopping_; })) return;
  }
}

// Doubles with each failure; half of it is random, so that a fleet does not come back in one wave.
Milliseconds MqttSession::Impl::NextDelay(bool was_stable) {
  if (was_stable) delay_ = options_.broker.reconnect_delay_min;
  const Milliseconds now(static_cast<Milliseconds::rep>(static_cast<double>(delay_.count()) *
                                                        jitter_.Uniform(0.5, 1.0)));
  delay_ = std::min(delay_ * 2, options_.broker.reconnect_delay_max);
  return now;
}

// Waits for a token without being deaf to Stop(). Throws what Paho throws when the action failed.
bool MqttSession::Impl::WaitFor(mqtt::token& token, Milliseconds timeout) {
  const SteadyTime deadline = steady_clock::now() + timeout;
  while (!token.wait_for(kTokenPoll)) {
    const Lock lock(mutex_);
    if (stopping_ || lost_ || steady_clock::now() >= deadline) return false;
  }
  return true;
}

bool MqttSession::Impl::Connect() {
  try {
    if (!AwaitConnect() || !Subscribe()) return false;
  } catch (const std::exception& error) {
    const Lock lock(mutex_);
    ++counters_.connect_failures;
    // Said once a cause, not once a try: a broker may be away for days.
    if (last_failure_ != error.what()) {
      last_failure_ = error.what();
      spdlog::warn("{}: cannot connect to the broker at {}: {}; trying on", options_.client_id,
                   uri_, last_failure_);
    }
    return false;
  }
  last_failure_.clear();
  if (options_.birth) {
    Message birth = options_.birth();
    const Lock lock(mutex_);
    backlog_.emplace_front(next_id_++,
                           Outgoing{.message = OutgoingMessage(std::move(birth)), .birth = true});
  }
  {
    const Lock lock(mutex_);
    if (lost_) return false;
    connected_ = true;
    ++counters_.connects;
    changed_.notify_all();
  }
  spdlog::debug("{}: connected to {}", options_.client_id, uri_);
  if (options_.on_connection) options_.on_connection(true);
  return true;
}

bool MqttSession::Impl::AwaitConnect() {
  client_ = std::make_unique<mqtt::async_client>(uri_, options_.client_id,
                                                 CreateOptions(options_.broker), nullptr);
  client_->set_message_callback([this](const mqtt::const_message_ptr& m) { OnMessage(m); });
  client_->set_connection_lost_handler([this](const std::string& cause) { OnLost(cause); });
  client_->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
    OnLost(fmt::format("the broker closed it, reason code {}", static_cast<int>(code)));
  });
  {
    const Lock lock(mutex_);
    lost_ = false;
  }
  const mqtt::token_ptr token =
      client_->connect(ConnectOptions(options_.broker, options_.clean_start, options_.will));
  if (!WaitFor(*token, options_.broker.connect_timeout)) {
    const Lock lock(mutex_);
    if (stopping_) return false;
    throw std::runtime_error("no answer within connect_timeout_ms");
  }
  // Without it each hop of a QoS 1 message waits 40 ms for a delayed acknowledgement.
  if (SetTcpNoDelay(options_.broker.host, options_.broker.port) == 0) {
    spdlog::warn("{}: TCP_NODELAY could not be set, round trips will be slow", options_.client_id);
  }
  return true;
}

bool MqttSession::Impl::Subscribe() {
  {
    const Lock lock(mutex_);
    if (leaving_) return true;
  }
  for (const std::string& filter : options_.subscriptions) {
    const mqtt::token_ptr token = client_->subscribe(filter, 1);
    try {
      if (!WaitFor(*token, options_.broker.connect_timeout)) return false;
    } catch (const mqtt::exception&) {
      // The reason code below says why; a lost connection is seen by its own callback.
    }
    if (static_cast<int>(token->get_reason_code()) >= 0x80) {
      {
        const Lock lock(mutex_);
        ++counters_.subscriptions_refused;
      }
      throw std::runtime_error(fmt::format("it refuses the subscription {}, reason code {}", filter,
                                           static_cast<int>(token->get_reason_code())));
    }
  }
  return true;
}

void MqttSession::Impl::LeaveSubscriptions() {
  try {
    for (const std::string& filter : options_.subscriptions) {
      WaitFor(*client_->unsubscribe(filter), kDisconnectTimeout);
    }
  } catch (const std::exception& error) {
    spdlog::debug("{}: unsubscribe: {}", options_.client_id, error.what());
  }
}

void MqttSession::Impl::Serve() {
  {
    Lock lock(mutex_);
    while (!stopping_ && !lost_) {
      const bool ready = changed_.wait_for(lock, kLivenessPoll, [this] {
        return stopping_ || lost_ || (leaving_ && !left_) ||
               (!backlog_.empty() && in_flight_.size() < options_.broker.max_in_flight_messages);
      });
      if (!ready && !client_->is_connected()) lost_ = true;
      if (stopping_ || lost_) break;
      if (leaving_ && !left_) {
        lock.unlock();
        LeaveSubscriptions();
        lock.lock();
        left_ = true;
        changed_.notify_all();
      } else if (ready) {
        PublishNext(lock);
      }
    }
    connected_ = false;
    if (!stopping_) ++counters_.connections_lost;
    changed_.notify_all();
  }
  if (options_.on_connection) options_.on_connection(false);
}

// Takes the first of the backlog and hands it to Paho, with the lock released meanwhile.
void MqttSession::Impl::PublishNext(Lock& lock) {
  auto [id, outgoing] = std::move(backlog_.front());
  backlog_.pop_front();
  if (outgoing.message.ExpiredAt(steady_clock::now())) {
    ++counters_.expired;
    changed_.notify_all();
    return;
  }
  ++counters_.published;
  if (outgoing.sent_before) ++counters_.republished;
  outgoing.sent_before = true;
  // The acknowledgement may come before publish() returns, so it must find the message here.
  const OutgoingMessage message = outgoing.message;
  in_flight_.emplace(id, std::move(outgoing));
  lock.unlock();
  Send(id, message);
  lock.lock();
}

void MqttSession::Impl::Send(std::uint64_t id, const OutgoingMessage& message) {
  try {
    client_->publish(message.ToPaho(steady_clock::now()), reinterpret_cast<void*>(id), *this);
  } catch (const std::exception& error) {
    // Whatever it is, the connection is not to be trusted; the message stays for the next one.
    OnLost(error.what());
  }
}

void MqttSession::Impl::CloseConnection() {
  if (!client_) return;
  try {
    if (client_->is_connected()) {
      client_->disconnect()->wait_for(kDisconnectTimeout);
    }
  } catch (const std::exception& error) {
    spdlog::debug("{}: disconnect: {}", options_.client_id, error.what());
  }
  client_.reset();
}

// What the broker has not acknowledged is sent again, before everything newer.
void MqttSession::Impl::Requeue() {
  const Lock lock(mutex_);
  std::erase_if(in_flight_, [](const auto& entry) { return entry.second.birth; });
  std::erase_if(backlog_, [](const auto& entry) { return entry.second.birth; });
  for (auto at = in_flight_.rbegin(); at != in_flight_.rend(); ++at) {
    backlog_.emplace_front(at->first, std::move(at->second));
  }
  in_flight_.clear();
}

void MqttSession::Impl::on_success(const mqtt::token& token) {
  const Lock lock(mutex_);
  if (in_flight_.erase(reinterpret_cast<std::uint64_t>(token.get_user_context())) == 0) return;
  ++counters_.acknowledged;
  changed_.notify_all();
}

void MqttSession::Impl::on_failure(const mqtt::token& token) {
  const Lock lock(mutex_);
  // Without a reason code it is the connection that failed: then the message is sent again.
  if (static_cast<int>(token.get_reason_code()) < 0x80) return;
  if (in_flight_.erase(reinterpret_cast<std::uint64_t>(token.get_user_context())) == 0) return;
  ++counters_.refused_by_broker;
  changed_.notify_all();
}

void MqttSession::Impl::OnMessage(const mqtt::const_message_ptr& message) {
  {
    const Lock lock(mutex_);
    ++counters_.received;
    if (message->get_payload_ref().size() > options_.broker.max_payload_bytes) {
      ++counters_.received_too_large;
      return;
    }
  }
  if (options_.on_message) options_.on_message(FromPaho(*message, steady_clock::now()));
}

void MqttSession::Impl::OnLost(const std::string& cause) {
  const Lock lock(mutex_);
  if (lost_ || stopping_) return;
  lost_ = true;
  spdlog::warn("{}: connection to {} lost{}{}", options_.client_id, uri_, cause.empty() ? "" : ": ",
               cause);
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
std::size_t MqttSession::max_backlog() const { return impl_->max_backlog(); }
std::string MqttSession::broker_address() const { return impl_->uri(); }
MqttSession::Counters MqttSession::counters() const { return impl_->counters(); }
std::size_t MqttSession::Drain(SteadyTime deadline) { return impl_->Drain(deadline); }
void MqttSession::Unsubscribe(SteadyTime deadline) { impl_->Unsubscribe(deadline); }
void MqttSession::Stop() { impl_->Stop(); }

}  // namespace biglittle::wire
