// What is behind MqttSession. For use inside wire/ only.
//
// mqtt_session.cc has what callers and Paho's threads call, mqtt_session_thread.cc the session's
// own thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/random.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/mqtt/outbox.h"
#include "wire/mqtt/paho_connection.h"
#include "wire/mqtt/refusal_log.h"
#include "wire/mqtt/session_opener.h"
#include "wire/tls/credential_watch.h"

namespace biglittle::wire {

class MqttSession::Impl {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        opener_(OpenerOptions(options_)),
        jitter_(std::hash<std::string>{}(options_.client_id)),
        credential_watch_(options_.broker, options_.identity),
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
    return max_packet_bytes_;
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
  void NoteFailure(const absl::Status& failure);
  void ObeyBroker();
  void LearnPacketLimit();
  void GiveBack(std::vector<SharedMessage> messages);
  void TellRefusals(Lock& lock);
  void Serve();
  void LookAfterConnection(Lock& lock);
  bool CredentialsRenewed();
  void Abandon(const absl::Status& why);
  void EndConnection();
  void LeaveSubscriptions(Lock& lock);
  Milliseconds NextDelay(bool was_stable);
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
  Random jitter_;
  Milliseconds delay_{0};
  std::string last_failure_;  // that was logged
  CredentialWatch credential_watch_;
  bool renewed_ = false;  // the connection ends for new credentials

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
  std::size_t max_packet_bytes_ = kMaxPacketBytes;
  std::size_t learned_max_packet_bytes_ = kMaxPacketBytes;  // though the broker did not say so
  SteadyTime learned_at_;
  bool giving_back_ = false;  // messages that are in the outbox no more
  RefusalLog refusals_;
  std::vector<std::string> to_tell_;  // lines about refusals, for the session's thread; few
  bool stopping_ = false;
  bool leaving_ = false;  // Unsubscribe() was called
  bool left_ = false;     // and done on this connection
  // Some thread hands messages to connection_, with the mutex released: one at a time, so that they
  // stay in order.
  bool handing_over_ = false;
};

}  // namespace biglittle::wire
