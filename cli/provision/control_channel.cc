#include "cli/provision/control_channel.h"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/bounded_queue.h"
#include "wire/mqtt_session.h"
#include "wire/tls/broker_probe.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

using nlohmann::json;

constexpr char kTopic[] = "$CONTROL/dynamic-security/v1";
constexpr char kResponseTopic[] = "$CONTROL/dynamic-security/v1/response";
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr Milliseconds kConnectPoll{20};
constexpr std::chrono::seconds kAnswerTimeout{10};
// A client or a role takes some 700 bytes: far below the smallest packet limit that we render.
constexpr std::size_t kCommandsAMessage = 50;
constexpr int kEntriesAPage = 100;
constexpr std::size_t kInboxMessages = 16;

SteadyTime In(std::chrono::seconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

class ControlChannel::Impl {
 public:
  explicit Impl(const BrokerConfig& broker)
      : inbox_(kInboxMessages),
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
      const json root = json::parse(answer->payload, nullptr, false);
      if (!root.is_object() || !root.contains("responses")) {
        return absl::UnavailableError(
            "the broker's dynamic security plugin answers in a way that "
            "this program does not know");
      }
      for (const json& response : root.at("responses")) {
        if (response.contains("error")) {
          return absl::AbortedError(fmt::format("the broker refuses '{}': {}",
                                                response.value("command", ""),
                                                response.at("error").get<std::string>()));
        }
        answers.push_back(response.value("data", json()));
        ++seen;
      }
    }
    return absl::OkStatus();
  }

 private:
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
  wire::Trouble trouble = wire::ProbeBroker(broker, std::nullopt, never);
  if (trouble.kind == wire::Trouble::Kind::kNotReachable && trouble.code == ECONNREFUSED) {
    return absl::NotFoundError(wire::Sentence(trouble, broker));
  }
  if (trouble.kind == wire::Trouble::Kind::kNone) {
    auto impl = std::make_unique<Impl>(broker);
    if (impl->Connect()) return ControlChannel(std::move(impl));
    trouble = wire::ProbeBroker(broker, credentials->tls, never);
  }
  const std::string why = wire::Sentence(trouble, broker);
  return absl::UnavailableError(
      fmt::format("the broker at {}:{}: {}", broker.host, broker.port,
                  why.empty() ? "it does not let the administrator in; its log says why" : why));
}

absl::StatusOr<std::vector<json>> ControlChannel::Run(const std::vector<json>& commands) {
  std::vector<json> answers;
  for (std::size_t begin = 0; begin < commands.size(); begin += kCommandsAMessage) {
    json some = json::array();
    const std::size_t end = std::min(begin + kCommandsAMessage, commands.size());
    for (std::size_t i = begin; i < end; ++i) some.push_back(commands[i]);
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
    const json page = answers->at(0).value(key, json::array());
    for (const json& entry : page) all.push_back(entry);
    if (page.size() < kEntriesAPage) return json{{key, std::move(all)}};
  }
}

}  // namespace biglittle
