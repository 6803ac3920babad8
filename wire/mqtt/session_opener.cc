#include "wire/mqtt/session_opener.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "wire/connect/broker_addresses.h"
#include "wire/connect/broker_probe.h"
#include "wire/connect/connect_trouble.h"
#include "wire/mqtt/broker_needs.h"
#include "wire/tls/revocation.h"

namespace biglittle::wire {
namespace {

// Reason codes with which one server refuses what another one of the same name may take.
bool IsOfThisServerOnly(int reason_code) {
  switch (reason_code) {
    case 0x83:  // implementation specific
    case 0x88:  // unavailable
    case 0x89:  // busy
    case 0x8B:  // shutting down
    case 0x97:  // quota
    case 0x9C:  // use another server
    case 0x9D:  // moved
    case 0x9F:  // connection rate
      return true;
    default:
      return reason_code < kFirstFailure;
  }
}

// What no waiting mends, unless somebody changes the broker or its name.
bool IsLack(int reason_code) {
  return reason_code == 0x84 || reason_code == 0x9A || reason_code == 0x9B || reason_code == 0x9E ||
         reason_code == 0xA2;
}

ConnectPacket PacketOf(const SessionOpener::Options& options, const BrokerConfig& broker,
                       const Credentials& credentials) {
  const auto expiry = options.clean_start ? std::chrono::seconds(0) : broker.session_expiry;
  return {.client_id = options.client_id,
          .clean_start = options.clean_start,
          .keep_alive = static_cast<std::uint16_t>(broker.keep_alive.count()),
          .session_expiry = static_cast<std::uint32_t>(expiry.count()),
          .receive_maximum = static_cast<std::uint16_t>(broker.max_in_flight_messages),
          .will = options.will,
          .username = credentials.username,
          .password = credentials.password};
}

}  // namespace

std::uint16_t KeepAliveFor(std::uint16_t seconds) {
  constexpr std::uint16_t kShort = 4;
  return seconds >= kShort ? seconds : static_cast<std::uint16_t>(std::max(1, seconds - 1));
}

SessionOpener::SessionOpener(Options options)
    : options_(std::move(options)), broker_(options_.broker) {}

absl::StatusOr<std::unique_ptr<PahoConnection>> SessionOpener::Open(
    const std::vector<std::string>& filters, const PahoConnection::Events& events) {
  const auto credentials = LoadCredentials(broker_, options_.identity);
  if (!credentials.ok()) {
    return absl::UnauthenticatedError(std::string(credentials.status().message()));
  }
  if (credentials->tls) {
    const absl::Status set = SetRevocationCheck(credentials->tls->check_revocation);
    if (!set.ok()) return set;
  }
  auto connection = Connect(*credentials, events);
  if (!connection.ok()) return connection.status();
  if (TakeKeepAlive((*connection)->connack())) {
    connection->reset();
    connection = Connect(*credentials, events);
    if (!connection.ok()) return connection.status();
  }
  const Connack& connack = (*connection)->connack();
  const std::string lacks = WhatItLacks(connack, {options_.retains, filters});
  if (!lacks.empty()) return absl::FailedPreconditionError(lacks);
  const std::string& assigned = connack.assigned_client_identifier;
  if (!assigned.empty() && assigned != options_.client_id) {
    spdlog::info("{}: the broker knows this program by the client id {}", options_.client_id,
                 Quoted(assigned));
  }
  for (const std::string& filter : filters) {
    if (auto status = (*connection)->Subscribe(filter, {}); !status.ok()) return status;
  }
  return connection;
}

// Address after address, each once, beginning with that which served last.
absl::StatusOr<std::unique_ptr<PahoConnection>> SessionOpener::Connect(
    const Credentials& credentials, const PahoConnection::Events& events) {
  BrokerAddresses& addresses = BrokerAddresses::OfProcess();
  const Patience patience{std::chrono::steady_clock::now() + broker_.connect_timeout,
                          events.cancelled};
  const auto known = addresses.LookUp(broker_.host, patience);
  if (const auto* trouble = std::get_if<Trouble>(&known)) {
    if (trouble->kind == Trouble::Kind::kNone) return absl::CancelledError("cancelled");
    return absl::UnavailableError(Sentence(*trouble, broker_));
  }
  const std::size_t count = std::get<BrokerAddresses::Addresses>(known).size();
  std::optional<Failure> failure;
  for (std::size_t tries = 0; tries < count; ++tries) {
    const std::string tried = addresses.Current(broker_.host).value_or(broker_.host);
    auto connection = ConnectOnce(credentials, events, failure);
    if (!failure) {
      address_ = tried;
      return connection;
    }
    if (failure->cancelled) return absl::CancelledError("cancelled");
    if (!IsOfThisServerOnly(failure->reason_code)) break;
    addresses.MoveOn(broker_.host, tried);
  }
  return WhyNot(*failure, credentials, events.cancelled);
}

void SessionOpener::LeaveAddress() {
  if (address_.empty()) return;
  BrokerAddresses::OfProcess().MoveOn(broker_.host, std::exchange(address_, {}));
}

absl::StatusOr<std::unique_ptr<PahoConnection>> SessionOpener::ConnectOnce(
    const Credentials& credentials, const PahoConnection::Events& events,
    std::optional<Failure>& failure) {
  try {
    auto connection = std::make_unique<PahoConnection>(broker_, options_.client_id, events);
    failure = connection->Open(credentials, options_.clean_start, options_.will);
    return connection;
  } catch (const std::exception& error) {
    failure = Failure{.paho = error.what()};
    return nullptr;
  }
}

// True if the connection has to be made anew: Paho passes over what the broker says. A longer time
// than ours asks for nothing, for a ping too many does no harm and finds a lost connection sooner.
bool SessionOpener::TakeKeepAlive(const Connack& connack) {
  if (!connack.server_keep_alive || *connack.server_keep_alive == 0) return false;
  const std::chrono::seconds wanted(KeepAliveFor(*connack.server_keep_alive));
  if (wanted >= broker_.keep_alive) return false;
  spdlog::info("{}: the broker wants to hear from this program each {} s, 'keep_alive_s' is {}",
               options_.client_id, *connack.server_keep_alive, broker_.keep_alive.count());
  broker_.keep_alive = wanted;
  return true;
}

// The broker is looked at once more: Paho does not know why.
absl::Status SessionOpener::WhyNot(const Failure& failure, const Credentials& credentials,
                                   const std::function<bool()>& cancelled) const {
  const Trouble trouble =
      ProbeBroker(broker_, credentials.tls, PacketOf(options_, broker_, credentials), cancelled);
  const bool refused = failure.reason_code >= kFirstFailure;
  std::string sentence;
  int reason_code = failure.reason_code;
  if (trouble.kind != Trouble::Kind::kNone) {
    sentence = Sentence(trouble, broker_);
    reason_code = trouble.kind == Trouble::Kind::kRefused ? trouble.code : 0;
  } else if (refused) {
    sentence = SentenceOfReason(failure.reason_code);
  } else {
    sentence = fmt::format("it did not answer in MQTT ({}), and does now", failure.paho);
  }
  if (IsLack(reason_code) || trouble.kind == Trouble::Kind::kOldMqtt) {
    return absl::FailedPreconditionError(sentence);
  }
  return absl::UnavailableError(sentence);
}

}  // namespace biglittle::wire
