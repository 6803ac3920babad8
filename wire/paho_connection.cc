#include "wire/paho_connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <stdexcept>
#include <utility>

#include "wire/paho_message.h"
#include "wire/paho_socket_writes.h"
#include "wire/tcp_nodelay.h"
#include "wire/tls/broker_probe.h"
#include "wire/tls/connect_trouble.h"
#include "wire/tls/revocation.h"

namespace biglittle::wire {
namespace {

constexpr Milliseconds kTokenPoll{20};
constexpr Milliseconds kFarewellTimeout{1000};
// MQTT 5: reason codes from here on are failures.
constexpr int kFirstFailure = 0x80;

mqtt::create_options CreateOptions(const BrokerConfig& broker) {
  mqtt::create_options options(MQTTVERSION_5);
  // Paho refuses publishes beyond this number even while connected; our own window is the bound.
  options.set_max_buffered_messages(static_cast<int>(broker.max_in_flight_messages) + 16);
  return options;
}

}  // namespace

std::string BrokerUri(const BrokerConfig& broker) {
  const bool is_ipv6 = broker.host.find(':') != std::string::npos;
  const char* scheme = broker.tls ? "ssl" : "tcp";
  return is_ipv6 ? fmt::format("{}://[{}]:{}", scheme, broker.host, broker.port)
                 : fmt::format("{}://{}:{}", scheme, broker.host, broker.port);
}

PahoConnection::PahoConnection(const BrokerConfig& broker, const std::string& client_id,
                               Events events)
    : broker_(broker),
      client_id_(client_id),
      events_(std::move(events)),
      client_(BrokerUri(broker), client_id, CreateOptions(broker), nullptr) {
  UsePahoSocketWrites();
  client_.set_message_callback(
      [this](const mqtt::const_message_ptr& message) { events_.on_message(*message); });
  client_.set_connection_lost_handler([this](const std::string& cause) { events_.on_lost(cause); });
  client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode code) {
    events_.on_lost(SentenceOfReason(static_cast<int>(code)));
  });
}

PahoConnection::~PahoConnection() {
  try {
    if (client_.is_connected()) client_.disconnect()->wait_for(kFarewellTimeout);
  } catch (const std::exception& error) {
    spdlog::debug("{}: disconnect: {}", client_id_, error.what());
  }
}

bool PahoConnection::WaitFor(mqtt::token& token, Milliseconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  while (!token.wait_for(kTokenPoll)) {
    if (events_.cancelled()) return false;
    if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error("no answer in time");
  }
  return true;
}

absl::Status PahoConnection::Open(const Credentials& credentials, bool clean_start,
                                  const std::optional<Message>& will) {
  if (credentials.tls) {
    const absl::Status set = SetRevocationCheck(credentials.tls->check_revocation);
    if (!set.ok()) return set;
  }
  mqtt::token_ptr token;
  try {
    token = client_.connect(ConnectOptions(broker_, credentials, clean_start, will));
    if (!WaitFor(*token, broker_.connect_timeout)) return absl::CancelledError("cancelled");
  } catch (const std::exception& error) {
    // What the broker's CONNACK says is told as a return code; those of Paho's own are negative.
    const int reason = token ? token->get_return_code() : 0;
    return absl::UnavailableError(WhyNot(credentials, reason, error.what()));
  }
  // Without it each hop of a QoS 1 message waits 40 ms for a delayed acknowledgement.
  if (SetTcpNoDelay(broker_.host, broker_.port) == 0) {
    spdlog::warn("{}: TCP_NODELAY could not be set, round trips will be slow", client_id_);
  }
  return absl::OkStatus();
}

std::string PahoConnection::WhyNot(const Credentials& credentials, int reason_code,
                                   const char* paho) const {
  if (reason_code >= kFirstFailure) return SentenceOfReason(reason_code);
  const std::string sentence =
      Sentence(ProbeBroker(broker_, credentials.tls, events_.cancelled), broker_);
  if (!sentence.empty()) return sentence;
  if (credentials.tls) return fmt::format("TLS works, but MQTT does not: {}", paho);
  return fmt::format(
      "it takes the connection, but does not answer in MQTT ({}): if it wants TLS at that port, "
      "say 'tls: {{}}' in 'broker'",
      paho);
}

absl::Status PahoConnection::Subscribe(const std::string& filter) {
  mqtt::token_ptr token;
  try {
    token = client_.subscribe(filter, 1);
    if (!WaitFor(*token, broker_.connect_timeout)) return absl::CancelledError("cancelled");
  } catch (const std::exception& error) {
    // A refusal is an exception as well; its reason code tells it from a connection that failed.
    if (!token || static_cast<int>(token->get_reason_code()) < kFirstFailure) {
      return absl::UnavailableError(error.what());
    }
  }
  const int reason = static_cast<int>(token->get_reason_code());
  if (reason < kFirstFailure) return absl::OkStatus();
  return absl::PermissionDeniedError(
      fmt::format("it refuses the subscription {}: {}", filter, SentenceOfReason(reason)));
}

void PahoConnection::Unsubscribe(const std::vector<std::string>& filters) {
  try {
    for (const std::string& filter : filters) {
      WaitFor(*client_.unsubscribe(filter), kFarewellTimeout);
    }
  } catch (const std::exception& error) {
    spdlog::debug("{}: unsubscribe: {}", client_id_, error.what());
  }
}

absl::Status PahoConnection::Publish(std::uint64_t id, const SharedMessage& message,
                                     SteadyTime now) {
  try {
    client_.publish(ToPaho(message, now), reinterpret_cast<void*>(id), *this);
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

void PahoConnection::on_success(const mqtt::token& token) {
  events_.on_done(reinterpret_cast<std::uint64_t>(token.get_user_context()), Delivery::kTaken);
}

void PahoConnection::on_failure(const mqtt::token& token) {
  // Without a failure's reason code it is the connection that failed, which is told by on_lost.
  if (static_cast<int>(token.get_reason_code()) < kFirstFailure) return;
  events_.on_done(reinterpret_cast<std::uint64_t>(token.get_user_context()), Delivery::kRefused);
}

}  // namespace biglittle::wire
