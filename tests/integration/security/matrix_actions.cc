// What the subjects try, and how it is seen what came of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tests/integration/security/matrix.h"
#include "wire/messages/escalation.h"

namespace biglittle {
namespace {

constexpr char kRoot[] = "biglittle/v1/test";
constexpr char kControl[] = "$CONTROL/dynamic-security/v1";
constexpr char kMarkerTopic[] = "marker";
constexpr int kRequestsToTheGroup = 4;

void Replace(const std::string& from, const std::string& to, std::string& text) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
  }
}

std::string TopicFor(const Subject& subject, std::string topic) {
  Replace("{f}", kRoot, topic);
  Replace("{self}", subject.id, topic);
  Replace("{other}", subject.other, topic);
  return topic;
}

const char* YesIf(bool condition) { return condition ? "yes" : "no"; }

}  // namespace

std::string MatrixBench::Try(const std::string& column, const MatrixRow& row) {
  const std::string topic = TopicFor(subjects_.at(column), row.topic);
  witness_->Take();
  if (SessionOf(column) == nullptr) return "no";
  if (row.action == "connect") return "yes";
  if (row.action == "connect-as") return ConnectAs(column);
  if (row.action == "publish") return Publish(column, topic);
  if (row.action == "publish-311") return PublishBy311(column, topic, 0);
  if (row.action == "too-large") return PublishBy311(column, topic, (1U << 20U) + 8192);
  if (row.action == "retain") return Retain(column, topic);
  if (row.action == "will") return LeaveWill(column, topic);
  if (row.action == "control") return Control(column, topic);
  if (row.action == "ask") return Ask(column, topic);
  if (row.action == "subscribe") return Subscribe(column, topic);
  return "unknown action";
}

// The broker works in order: what was done before the marker was sent is read before it.
std::vector<MqttMessage> MatrixBench::Witnessed() {
  const std::string marker = NewWord();
  EXPECT_EQ(witness_->Publish({.topic = kMarkerTopic, .payload = marker}), 0);
  std::vector<MqttMessage> read;
  const auto found = witness_->Await([&](const MqttMessage& message) {
    read.push_back(message);
    return message.topic == kMarkerTopic && message.payload == marker;
  });
  EXPECT_TRUE(found.has_value()) << "the witness does not read its own marker";
  return read;
}

bool MatrixBench::WitnessHas(const std::string& topic, const std::string& payload) {
  const std::vector<MqttMessage> read = Witnessed();
  return std::any_of(read.begin(), read.end(), [&](const MqttMessage& message) {
    return message.topic == topic && message.payload.starts_with(payload);
  });
}

std::string MatrixBench::ConnectAs(const std::string& column) {
  const Subject& subject = subjects_.at(column);
  MqttClient* victim = SessionOf(subject.other);
  const std::string name = broker_->User({Role::kDevice, subject.other});
  const auto sessions_as = [this](const std::string& id, const std::string& user) {
    const std::string log = broker_->Log();
    const std::string line = fmt::format(" as {} (p5, c1, k60, u'{}')", id, user);
    std::size_t count = 0;
    for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1)) ++count;
    return count;
  };
  const std::size_t before = sessions_as(subject.user, subject.user);
  MqttClient::Options options = SecondOptionsFor(column);
  options.client_id = name;
  const MqttClient thief(std::move(options));
  if (!thief.connected()) return "no";
  const bool lives =
      victim != nullptr && victim->connected() &&
      victim->Publish({.topic = fmt::format("{}/devices/{}/result", kRoot, subject.other),
                       .payload = "alive"}) == 0;
  const bool own_name =
      sessions_as(subject.user, subject.user) == before + 1 && sessions_as(name, subject.user) == 0;
  return lives && own_name ? "own" : "stolen";
}

std::string MatrixBench::Publish(const std::string& column, const std::string& topic) {
  const std::string word = NewWord();
  SessionOf(column)->Publish({.topic = topic, .payload = word});
  return YesIf(WitnessHas(topic, word));
}

// There is no maximum packet size in MQTT 3.1.1, which our library would keep to.
std::string MatrixBench::PublishBy311(const std::string& column, const std::string& topic,
                                      std::size_t padding) {
  MqttClient::Options options = SecondOptionsFor(column);
  options.mqtt_5 = false;
  MqttClient client(std::move(options));
  if (!client.connected()) return "no";
  const std::string word = NewWord();
  const auto acknowledged =
      client.Publish({.topic = topic, .payload = word + std::string(padding, ' ')});
  if (WitnessHas(topic, word)) return "yes";
  return acknowledged ? "no" : "cut";
}

std::string MatrixBench::Retain(const std::string& column, const std::string& topic) {
  const std::string word = NewWord();
  SessionOf(column)->Publish({.topic = topic, .payload = word, .retain = true});
  const bool passed = WitnessHas(topic, word);
  // Comes when the witness subscribes anew.
  EXPECT_EQ(witness_->Subscribe(topic), 1);
  const std::vector<MqttMessage> read = Witnessed();
  witness_->Unsubscribe(topic);
  const bool kept = std::any_of(read.begin(), read.end(), [&](const MqttMessage& message) {
    return message.retain && message.payload == word;
  });
  EXPECT_EQ(passed, kept) << topic;
  if (kept) witness_->Publish({.topic = topic, .payload = "", .retain = true});
  return YesIf(kept);
}

std::string MatrixBench::LeaveWill(const std::string& column, const std::string& topic) {
  const std::string word = NewWord();
  MqttClient::Options options = SecondOptionsFor(column);
  options.will = MqttMessage{.topic = topic, .payload = word};
  MqttClient client(std::move(options));
  if (!client.connected()) return "no";
  client.Vanish();
  // Whoever comes under the same name ends the old session, if the broker has not noticed yet.
  EXPECT_NE(SessionOf(column), nullptr);
  return YesIf(WitnessHas(topic, word));
}

std::string MatrixBench::Control(const std::string& column, const std::string& topic) {
  using nlohmann::json;
  const std::string role = NewWord();
  const auto commands = [](const json& command) {
    return json{{"commands", json::array({command})}}.dump();
  };
  SessionOf(column)->Publish(
      {.topic = topic, .payload = commands({{"command", "createRole"}, {"rolename", role}})});
  EXPECT_EQ(witness_->Publish({.topic = kControl, .payload = commands({{"command", "listRoles"}})}),
            0);
  const auto answer = witness_->Await([](const MqttMessage& message) {
    return message.payload.find("listRoles") != std::string::npos;
  });
  EXPECT_TRUE(answer.has_value());
  return YesIf(answer && answer->payload.find('"' + role + '"') != std::string::npos);
}

MqttMessage MatrixBench::Request(const std::string& device, const std::string& response_topic) {
  return {.topic = fmt::format("{}/devices/{}/escalate", kRoot, device),
          .payload = Encode(wire::EscalationRequest{
              "tiny", {{1, Milliseconds(60'000), TinySample(3, true).window}}}),
          .response_topic = response_topic,
          .correlation_data = NewWord()};
}

std::string MatrixBench::Ask(const std::string& column, const std::string& response_topic) {
  const Subject& subject = subjects_.at(column);
  const MqttMessage request = Request(subject.id, response_topic);
  const bool taken = SessionOf(column)->Publish(request) == 0;
  // Whatever the worker says to this request, it says it under the request's own words.
  std::string answered_on;
  if (taken) {
    const auto answer = witness_->Await([&](const MqttMessage& message) {
      return message.correlation_data == request.correlation_data && message.topic != request.topic;
    });
    EXPECT_TRUE(answer.has_value()) << "the worker says nothing";
    if (answer) answered_on = answer->topic;
  }
  EXPECT_TRUE(GroupIsServed());
  const std::vector<MqttMessage> read = Witnessed();
  const bool more = std::any_of(read.begin(), read.end(), [&](const MqttMessage& message) {
    return message.topic == response_topic + "/worker-1" &&
           message.correlation_data == request.correlation_data;
  });
  return YesIf(more || answered_on == response_topic + "/worker-1");
}

bool MatrixBench::GroupIsServed() {
  int answered = 0;
  for (int i = 0; i < kRequestsToTheGroup; ++i) {
    const MqttMessage request = Request("pump-2", std::string(kRoot) + "/devices/pump-2/reply");
    EXPECT_EQ(witness_->Publish(request), 0);
    const auto answer = witness_->Await([&](const MqttMessage& message) {
      return message.topic == request.response_topic + "/worker-1" &&
             message.correlation_data == request.correlation_data;
    });
    if (answer) ++answered;
  }
  return answered == kRequestsToTheGroup;
}

// To topics of all kinds, the last one acknowledged: all of them have been passed on then.
void MatrixBench::PublishEverywhere(const Subject& subject) {
  std::vector<std::string> topics = {"{f}/workers/worker-1/status",
                                     "{f}/workers/worker-2/status",
                                     "biglittle/v1/other/devices/{self}/reply",
                                     "biglittle/v1/other/devices/{self}/result",
                                     "{f}/other",
                                     "homeassistant/status",
                                     "outside"};
  for (const char* device : {"{self}", "{other}"}) {
    topics.push_back(fmt::format("homeassistant/device/biglittle_test__{}/config", device));
    for (const char* leaf : {"escalate", "reply", "reply/worker-1", "result", "status", "state",
                             "sensor/x", "control", "control/reply", "snapshot/1"}) {
      topics.push_back(fmt::format("{{f}}/devices/{}/{}", device, leaf));
    }
  }
  for (const std::string& topic : topics) {
    EXPECT_TRUE(witness_->Send({.topic = TopicFor(subject, topic), .payload = NewWord()}));
  }
  for (const char* topic : {"$SYS/broker/test", "$CONTROL/other"}) {
    EXPECT_TRUE(witness_->Send({.topic = topic, .payload = NewWord()}));
  }
  const std::vector<MqttMessage> read = Witnessed();
  for (const std::string& topic : topics) {
    EXPECT_TRUE(std::any_of(read.begin(), read.end(), [&](const MqttMessage& message) {
      return message.topic == TopicFor(subject, topic);
    })) << topic;
  }
}

std::string MatrixBench::Subscribe(const std::string& column, const std::string& filter) {
  MqttClient* session = SessionOf(column);
  session->Take();
  session->Subscribe(filter);
  PublishEverywhere(subjects_.at(column));
  if (filter.starts_with("$CONTROL")) {
    const MqttMessage command{.topic = kControl,
                              .payload = R"({"commands":[{"command":"listRoles"}]})"};
    session->Publish(command);
    EXPECT_EQ(witness_->Publish(command), 0);
  }
  // A message for it would have been put on its connection before the answer to this.
  EXPECT_TRUE(session->Unsubscribe("never/subscribed"));
  const bool got = !session->Take().empty();
  const bool served = got || !filter.starts_with("$share") || GroupIsServed();
  session->Unsubscribe(filter);
  if (!served) return "swallows";
  return YesIf(got);
}

}  // namespace biglittle
