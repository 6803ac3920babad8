#include "wire/mqtt/mqtt_session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>

#include "absl/cleanup/cleanup.h"

#include "wire/mqtt/mqtt_session_impl.h"
#include "wire/mqtt/paho_message.h"

namespace biglittle::wire {

using std::chrono::steady_clock;

namespace {

// Sessions of this process that were started and not stopped.
std::atomic<int> live_sessions = 0;

// Set on Paho's threads while they call us.
thread_local bool in_callback = false;

class InCallback {
 public:
  InCallback() : before_(std::exchange(in_callback, true)) {}
  ~InCallback() { in_callback = before_; }
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;

 private:
  const bool before_;
};

// A caller that publishes something urgent takes what waits before it along, up to so many.
constexpr std::size_t kMostByCaller = 16;

// Paho has one lock for all clients of a process. It is held while one of them connects, shakes
// hands or is called back, so that only the thread of a session may wait for it: unless there is no
// other session, and this one is connected.
bool MayCallPaho() { return !in_callback && live_sessions.load(std::memory_order_acquire) == 1; }

}  // namespace

void MqttSession::Impl::Start() {
  thread_ = std::thread([this] { Run(); });
  live_sessions.fetch_add(1, std::memory_order_acq_rel);
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
  if (PacketBytes(message) > max_packet_bytes_) {
    ++counters_.refused_too_large;
    return absl::InvalidArgumentError(fmt::format(
        "a payload of {} bytes makes a packet larger than the broker takes ({} bytes): raise its "
        "max_packet_size, or lower max_payload_bytes",
        message.payload.size(), max_packet_bytes_));
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
  live_sessions.fetch_sub(1, std::memory_order_acq_rel);
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

void MqttSession::Impl::OnDone(std::uint64_t id, const PahoConnection::Verdict& verdict) {
  const InCallback here;
  const bool refused = verdict.delivery == Delivery::kRefused;
  SharedMessage message;
  bool work = false;  // the window was full, or there is something to tell
  {
    const Lock lock(mutex_);
    message = refused ? outbox_.Refuse(id) : outbox_.Acknowledge(id);
    if (message == nullptr) return;
    if (refused) {
      ++counters_.refused_by_broker;
      if (auto line = refusals_.Note(message->topic, verdict.reason_code, verdict.reason_string,
                                     steady_clock::now())) {
        to_tell_.push_back(*std::move(line));
      }
    }
    if (outbox_.size() == 0) changed_.notify_all();
    work = !to_tell_.empty() || (outbox_.CanTake() && !handing_over_);
  }
  if (work) work_.notify_one();
  if (message->tag != 0 && options_.on_delivered) {
    options_.on_delivered(message->tag, verdict.delivery);
  }
}

void MqttSession::Impl::OnMessage(const mqtt::message& message) {
  const InCallback here;
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
