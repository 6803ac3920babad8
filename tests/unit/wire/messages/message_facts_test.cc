// What is told of messages against what is written: no field unknown, none never written.
#include "wire/messages/message_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "tests/support/tiny_task.h"
#include "wire/messages/control.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/messages/snapshot.h"
#include "wire/messages/status.h"

namespace biglittle::wire {
namespace {

using nlohmann::json;
using Paths = std::set<std::string>;

const WallTime kTime(std::chrono::milliseconds(1'700'000'000'123));

const MessageFacts& Facts(std::string_view name) {
  const auto& all = AllMessageFacts();
  const auto at = std::ranges::find(all, name, &MessageFacts::name);
  EXPECT_NE(at, all.end()) << name;
  return *at;
}

void Collect(const ValueShape& shape, const std::string& path, Paths& paths);

void Collect(const SectionFacts& section, const std::string& path, Paths& paths) {
  for (const KeyFacts& key : section.keys) {
    const std::string inner = path + "/" + std::string(key.name);
    paths.insert(inner);
    Collect(key.shape, inner, paths);
  }
}

void Collect(const ValueShape& shape, const std::string& path, Paths& paths) {
  if (const auto* map = std::get_if<MapShape>(&shape.kind)) {
    for (const auto& section : map->sections) Collect(*section, path, paths);
  } else if (const auto* list = std::get_if<ListShape>(&shape.kind)) {
    Collect(*list->element, path + "/*", paths);
  } else if (const auto* by_label = std::get_if<ByLabelShape>(&shape.kind)) {
    Collect(*by_label->value, path + "/*", paths);
  }
}

// Of what maps from labels and lists have, the fields only where those are maps themselves.
void Collect(const json& value, const Paths& told, const std::string& path, Paths& paths) {
  const bool any_name = std::ranges::any_of(
      told, [&](const std::string& each) { return each.starts_with(path + "/*"); });
  const bool named = std::ranges::any_of(
      told, [&](const std::string& each) { return each.starts_with(path + "/"); });
  if (!value.is_structured() || (!any_name && !named && !path.empty())) return;
  for (const auto& [name, inner] : value.items()) {
    const std::string at = any_name || value.is_array() ? path + "/*" : path + "/" + name;
    if (!at.ends_with("*")) paths.insert(at);
    Collect(inner, told, at, paths);
  }
}

void ExpectAllFields(std::string_view name, const std::string& payload) {
  Paths told;
  Collect(Facts(name).shape, "", told);
  Paths written;
  Collect(json::parse(payload), told, "", written);
  EXPECT_EQ(told, written) << payload;
}

TEST(MessageFacts, OfAResultAreWhatIsWritten) {
  Result result{.fleet = "plant", .device = "pump-1", .task = "tiny", .run = "r"};
  result.round_trip_ms = result.cloud_queue_ms = result.cloud_compute_ms = 1.0;
  result.cloud_take_ms = result.cloud_send_ms = 1.0;
  result.truth = 1;
  ExpectAllFields("result", Encode(result));
}

TEST(MessageFacts, OfAStatusAreWhatIsWritten) {
  ExpectAllFields("status", Encode(Status{.fleet = "plant",
                                          .device = "pump-1",
                                          .models = {{"tiny", "aa"}},
                                          .counters = {{"readings", 1}},
                                          .busiest = {{"pump-1", 1, 1.0}},
                                          .differs = {{"threshold", "0.8"}},
                                          .differs_until = kTime,
                                          .recent = RecentReadings{.round_trip_ms = 1.5}}));
}

TEST(MessageFacts, OfAStateAndASnapshotAreWhatIsWritten) {
  ExpectAllFields("state", Encode(DeviceState{}));
  Snapshot snapshot;
  snapshot.window = TinyWindow({1, 2, 3, 4});
  ExpectAllFields("snapshot", Encode(snapshot));
}

// Every field of every verb is one that its reader takes; and no verb is left out.
TEST(MessageFacts, OfRequestsAreWhatIsRead) {
  const std::map<std::string, std::string, std::less<>> values{
      {"for_s", "60"},
      {"reading", "\"next\""},
      {"policy", "\"big-only\""},
      {"threshold", "0.5"},
      {"unlike", "\"flag\""},
      {"answer_mode", "\"wait\""},
      {"budget", R"({"messages_per_s":1,"bytes_per_s":1})"}};
  const auto& verbs = std::get<MapShape>(Facts("control").shape.kind).sections;
  EXPECT_EQ(verbs.size(), 7U);
  for (const auto& verb : verbs) {
    const std::string said = std::get<FixedShape>(KeyFactsOf(*verb, "verb").shape.kind).json;
    std::string request = R"({"id":"a","verb":)" + said;
    for (const KeyFacts& key : verb->keys) {
      if (key.name == "id" || key.name == "verb") continue;
      ASSERT_TRUE(values.contains(key.name)) << key.name;
      request += ",\"" + std::string(key.name) + "\":" + values.find(key.name)->second;
    }
    std::string id;
    const auto read = DecodeControlRequest(request + "}", id);
    EXPECT_TRUE(read.ok()) << request << ": " << read.status();
    EXPECT_EQ(read->values.empty(), verb->needs_one_of.empty());
  }
}

TEST(MessageFacts, OfProtobufComeWithTheirComments) {
  const auto& result = *std::get<MapShape>(Facts("result").shape.kind).sections.front();
  EXPECT_EQ(KeyFactsOf(result, "task").text.help, "what the device classifies");
  EXPECT_EQ(KeyFactsOf(result, "run").text.help, "One run of the device agent.");
  EXPECT_EQ(KeyFactsOf(result, "truth").need, Need::kOptional);
  EXPECT_EQ(KeyFactsOf(result, "resent").need, Need::kRequired);
  const auto& words = std::get<ChoiceShape>(KeyFactsOf(result, "stage").shape.kind).words;
  ASSERT_EQ(words.size(), 2U) << "'unspecified' is none";
  EXPECT_EQ(words[0].name, "provisional");
  EXPECT_EQ(words[0].help, "a final one follows");
}

TEST(MessageFacts, TheTextOfEscalationsIsTheFile) {
  EXPECT_THAT(EscalationProto(), testing::StartsWith("// What crosses the network"));
  EXPECT_THAT(EscalationProto(), testing::HasSubstr("message EscalationReply {"));
}

}  // namespace
}  // namespace biglittle::wire
