#include "wire/mqtt/paho_connection.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <shared_mutex>
#include <stdexcept>
#include <utility>

#include "core/host_name.h"
#include "wire/connect/connect_trouble.h"
#include "wire/connect/paho_name_lookup.h"
#include "wire/connect/tcp_nodelay.h"
#include "wire/mqtt/paho_message.h"
#include "wire/mqtt/paho_reasons.h"
#include "wire/mqtt/paho_socket_writes.h"

namespace biglittle::wire {
namespace {

constexpr Milliseconds kTokenPoll{20};
constexpr Milliseconds kFarewellTimeout{1000};

// Paho C keeps the commands of all clients in one list. Whoever destroys a client takes its
// commands off that list under another lock than the one under which the others append to it: so
// who appends shares this one, and who destroys has it alone. Paho's own threads take commands off
// under both of its locks (decision 018).
std::shared_mutex command_list;

mqtt::create_options CreateOptions(const BrokerConfig& broker) {
  mqtt::create_options options(MQTTVERSION_5);
  // Paho refuses publishes beyond this number even while connected; our own window is the bound.
  options.set_max_buffered_messages(static_cast<int>(broker.max_in_flight_messages) + 16);
  return options;
}

}  // namespace

std::string BrokerUri(const BrokerConfig& broker) {
  return fmt::format("{}://{}:{}", broker.tls ? "ssl" : "tcp", HostInUrl(broker.host), broker.port);
}

PahoConnection::PahoConnection(const BrokerConfig& broker, const std::string& client_id,
                               Events events)
    : broker_(broker), client_id_(client_id), events_(std::move(events)) {
  UsePahoSocketWrites();
  UsePahoNameLookup();
  UsePahoReasons();
  client_ = std::make_unique<mqtt::async_client>(BrokerUri(broker), client_id,
                                                 CreateOptions(broker), nullptr);
  client_->set_message_callback(
      [this](const mqtt::const_message_ptr& message) { events_.on_message(*message); });
  client_->set_connection_lost_handler(
      [this](const std::string& cause) { events_.on_lost(cause, 0); });
  client_->set_disconnected_handler([this](const mqtt::properties& list, mqtt::ReasonCode code) {
    const int reason = static_cast<int>(code);
    const std::string words = ReasonStringOf(list);
    events_.on_lost(reason < kFirstFailure
                        ? "the broker ended the connection" + InItsWords(words)
                        : SentenceOfReason(reason, words, ServerReferenceOf(list)),
                    reason);
  });
}

PahoConnection::~PahoConnection() {
  try {
    mqtt::token_ptr token;
    {
      const std::shared_lock lock(command_list);
      if (client_->is_connected()) token = client_->disconnect();
    }
    if (token) token->wait_for(kFarewellTimeout);
  } catch (const std::exception& error) {
    spdlog::debug("{}: disconnect: {}", client_id_, error.what());
  }
  const std::unique_lock lock(command_list);
  client_.reset();
}

bool PahoConnection::WaitFor(mqtt::token& token, Milliseconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  while (!token.wait_for(kTokenPoll)) {
    if (events_.cancelled()) return false;
    if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error("no answer in time");
  }
  return true;
}

std::optional<PahoConnection::Failure> PahoConnection::Open(const Credentials& credentials,
                                                            bool clean_start,
                                                            const std::optional<Message>& will) {
  mqtt::token_ptr token;
  try {
    {
      const std::shared_lock lock(command_list);
      token = client_->connect(ConnectOptions(broker_, credentials, clean_start, will));
    }
    if (!WaitFor(*token, broker_.connect_timeout)) return Failure{.cancelled = true};
    connack_ = ToConnack(token->get_connect_response());
  } catch (const std::exception& error) {
    // What the broker's CONNACK says is told as a return code; those of Paho's own are negative.
    return Failure{.reason_code = token ? token->get_return_code() : 0, .paho = error.what()};
  }
  // Without it each hop of a QoS 1 message waits 40 ms for a delayed acknowledgement.
  if (SetTcpNoDelay(broker_.host, broker_.port) == 0) {
    spdlog::warn("{}: TCP_NODELAY could not be set, round trips will be slow", client_id_);
  }
  return std::nullopt;
}

absl::Status PahoConnection::Subscribe(const std::string& filter, const SubscribeRules& rules) {
  mqtt::subscribe_options options;
  if (!rules.retained) {
    options.set_retain_handling(mqtt::subscribe_options::DONT_SEND_RETAINED);
  }
  options.set_retain_as_published(rules.retain_as_published);
  mqtt::token_ptr token;
  try {
    {
      const std::shared_lock lock(command_list);
      token = client_->subscribe(filter, rules.qos, nullptr, subscribe_listener_, options);
    }
    if (!WaitFor(*token, broker_.connect_timeout)) return absl::CancelledError("cancelled");
  } catch (const std::exception& error) {
    // A refusal is an exception as well; its reason code tells it from a connection that failed.
    if (!token || static_cast<int>(token->get_reason_code()) < kFirstFailure) {
      return absl::UnavailableError(
          fmt::format("it does not answer the subscription {}: {}", filter, error.what()));
    }
  }
  const int reason = static_cast<int>(token->get_reason_code());
  if (reason < kFirstFailure) return absl::OkStatus();
  return absl::PermissionDeniedError(
      fmt::format("it refuses the subscription {}: {}", filter,
                  SentenceOfReason(reason, subscribe_listener_.words())));
}

void PahoConnection::Unsubscribe(const std::vector<std::string>& filters) {
  try {
    for (const std::string& filter : filters) {
      mqtt::token_ptr token;
      {
        const std::shared_lock lock(command_list);
        token = client_->unsubscribe(filter);
      }
      WaitFor(*token, kFarewellTimeout);
    }
  } catch (const std::exception& error) {
    spdlog::debug("{}: unsubscribe: {}", client_id_, error.what());
  }
}

absl::Status PahoConnection::Publish(std::uint64_t id, const SharedMessage& message,
                                     SteadyTime now) {
  try {
    const auto paho = ToPaho(message, now);
    const std::shared_lock lock(command_list);
    client_->publish(paho, reinterpret_cast<void*>(id), *this);
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

void PahoConnection::on_success(const mqtt::token& token) {
  events_.on_done(reinterpret_cast<std::uint64_t>(token.get_user_context()), {});
}

void PahoConnection::on_failure(const mqtt::token& token) {
  // Without a failure's reason code it is the connection that failed, which is told by on_lost.
  const int reason = static_cast<int>(token.get_reason_code());
  if (reason < kFirstFailure) return;
  events_.on_done(reinterpret_cast<std::uint64_t>(token.get_user_context()),
                  {Delivery::kRefused, reason, ReasonStringOfFailure()});
}

void PahoConnection::SubscribeListener::on_failure(const mqtt::token&) {
  const std::lock_guard lock(mutex_);
  words_ = ReasonStringOfFailure();
}

}  // namespace biglittle::wire
