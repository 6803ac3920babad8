#include "cli/provision/control_channel.h"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/bounded_queue.h"
#include "core/text.h"
#include "wire/connect/broker_probe.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

using nlohmann::json;

constexpr char kTopic[] = "$CONTROL/dynamic-security/v1";
constexpr char kResponseTopic[] = "$CONTROL/dynamic-security/v1/response";
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr Milliseconds kConnectPoll{20};
constexpr std::chrono::seconds kAnswerTimeout{10};
// Most roles take some 700 bytes; a worker's, which names devices, up to a hundred times that. A
// message with several commands stays well below the smallest packet limit that we render.
constexpr std::size_t kCommandsAMessage = 50;
constexpr std::size_t kMessageBytes = 16U << 10U;
constexpr int kEntriesAPage = 25;
constexpr std::size_t kInboxMessages = 16;
// Of no fleet: a broker that always has a further page would never be done with.
constexpr std::size_t kMostEntries = 1'000'000;

absl::Status Unknown() {
  return absl::UnavailableError(
      "the broker's dynamic security plugin answers in a way that this program does not know");
}

SteadyTime In(std::chrono::seconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

class ControlChannel::Impl {
 public:
  explicit Impl(const BrokerConfig& broker)
      : broker_(broker),
        inbox_(kInboxMessages),
        session_({.broker = broker,
                  .client_id = "biglittle-provision",
                  .clean_start = true,
                  .subscriptions = {kResponseTopic},
                  .on_message = [this](wire::Message&& message) {
                    // One answer is awaited at a time: a full inbox would hold none of ours.
                    static_cast<void>(inbox_.TryPush(std::move(message)));
                  }}) {}

  // False once a try has failed, or if none ended in time.
  bool Connect() {
    session_.Start();
    const SteadyTime deadline = In(kConnectTimeout);
    while (std::chrono::steady_clock::now() < deadline) {
      if (session_.WaitConnected(std::chrono::steady_clock::now() + kConnectPoll)) return true;
      if (session_.counters().connect_failures > 0) return false;
    }
    return false;
  }

  // One message's worth of commands.
  absl::Status RunSome(const json& commands, std::vector<json>& answers) {
    wire::Message message;
    message.topic = kTopic;
    message.payload = json{{"commands", commands}}.dump();
    if (auto status = session_.Publish(std::move(message)); !status.ok()) return status;
    const SteadyTime deadline = In(kAnswerTimeout);
    const std::size_t expected = commands.size();
    for (std::size_t seen = 0; seen < expected;) {
      std::optional<wire::Message> answer = inbox_.PopUntil(deadline);
      if (!answer) {
        return absl::UnavailableError(
            fmt::format("the broker at {} does not answer the administrator; its log says why",
                        session_.broker_address()));
      }
      const std::size_t before = answers.size();
      if (auto status = ReadControlAnswer(answer->payload, answers); !status.ok()) return status;
      seen += answers.size() - before;
    }
    return absl::OkStatus();
  }

  const BrokerConfig& broker() const { return broker_; }

 private:
  const BrokerConfig broker_;
  BoundedQueue<wire::Message> inbox_;
  wire::MqttSession session_;  // last, so that its callbacks end first
};

ControlChannel::ControlChannel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlChannel::~ControlChannel() = default;
ControlChannel::ControlChannel(ControlChannel&& other) noexcept = default;
ControlChannel& ControlChannel::operator=(ControlChannel&& other) noexcept = default;

absl::StatusOr<ControlChannel> ControlChannel::Open(const BrokerConfig& broker) {
  const auto credentials = wire::LoadCredentials(broker, {});
  if (!credentials.ok()) return credentials.status();
  const auto never = [] { return false; };
  wire::Trouble trouble = wire::ProbeBroker(broker, std::nullopt, std::nullopt, never);
  if (trouble.kind == wire::Trouble::Kind::kNotReachable && trouble.code == ECONNREFUSED) {
    return absl::NotFoundError(wire::Sentence(trouble, broker));
  }
  if (trouble.kind == wire::Trouble::Kind::kNone) {
    auto impl = std::make_unique<Impl>(broker);
    if (impl->Connect()) return ControlChannel(std::move(impl));
    trouble = wire::ProbeBroker(broker, credentials->tls, std::nullopt, never);
  }
  const std::string why = wire::Sentence(trouble, broker);
  return absl::UnavailableError(
      fmt::format("the broker at {}:{}: {}", broker.host, broker.port,
                  why.empty() ? "it does not let the administrator in; its log says why" : why));
}

const BrokerConfig& ControlChannel::broker() const { return impl_->broker(); }

absl::Status ReadControlAnswer(std::string_view payload, std::vector<json>& data) {
  const json root = json::parse(payload, nullptr, false);
  if (!root.is_object() || !root.contains("responses") || !root.at("responses").is_array()) {
    return Unknown();
  }
  for (const json& response : root.at("responses")) {
    if (!response.is_object()) return Unknown();
    const json error = response.value("error", json());
    const json command = response.value("command", json());
    if (!error.is_null()) {
      if (!error.is_string() || !command.is_string()) return Unknown();
      return absl::AbortedError(fmt::format("the broker refuses {}: {}",
                                            Quoted(command.get<std::string>()),
                                            Quoted(error.get<std::string>())));
    }
    data.push_back(response.value("data", json()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<json>> ControlChannel::Run(const std::vector<json>& commands) {
  std::vector<json> answers;
  json some = json::array();
  std::size_t bytes = 0;
  for (const json& command : commands) {
    const std::size_t size = command.dump().size();
    if (!some.empty() && (some.size() == kCommandsAMessage || bytes + size > kMessageBytes)) {
      if (auto status = impl_->RunSome(some, answers); !status.ok()) return status;
      some.clear();
      bytes = 0;
    }
    some.push_back(command);
    bytes += size;
  }
  if (!some.empty()) {
    if (auto status = impl_->RunSome(some, answers); !status.ok()) return status;
  }
  return answers;
}

absl::StatusOr<json> ControlChannel::ListAll(const char* command, const char* key) {
  json all = json::array();
  for (;;) {
    const auto answers = Run({{{"command", command},
                               {"verbose", true},
                               {"count", kEntriesAPage},
                               {"offset", all.size()}}});
    if (!answers.ok()) return answers.status();
    const json& answer = answers->at(0);
    const json page = answer.is_object() && answer.contains(key) ? answer.at(key) : json();
    if (!page.is_array() || all.size() > kMostEntries) return Unknown();
    for (const json& entry : page) all.push_back(entry);
    if (page.size() < kEntriesAPage) return json{{key, std::move(all)}};
  }
}

}  // namespace biglittle
