#include "wire/messages/channels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "wire/messages/message_facts.h"

namespace biglittle::wire {
namespace {

const Topics kTopics("biglittle/v1", "plant-7");

TEST(Channels, AddressesAreTheTopics) {
  std::set<std::string> addresses;
  for (const Channel& channel : Channels(kTopics)) addresses.insert(channel.address);
  EXPECT_EQ(addresses,
            (std::set<std::string>{
                kTopics.Escalate("{device}"), kTopics.Reply("{device}", "{worker}"),
                kTopics.Result("{device}"), kTopics.DeviceStatus("{device}"),
                kTopics.DeviceState("{device}"), kTopics.Sensors("{device}") + "/{sensor}",
                kTopics.Control("{device}"), kTopics.ControlReply("{device}"),
                kTopics.Snapshot("{device}", "{sequence}"), kTopics.WorkerStatus("{worker}")}));
}

TEST(Channels, NameMessagesThatThereAre) {
  std::set<std::string_view> ids;
  std::set<std::string_view> named;
  for (const Channel& channel : Channels(kTopics)) {
    for (const ChannelMessage& message : channel.messages) {
      EXPECT_TRUE(ids.insert(message.id).second) << message.id;
      if (!message.json.empty()) named.insert(message.json);
      if (message.proto.empty()) continue;
      EXPECT_NE(EscalationProto().find("message " + std::string(message.proto) + " {"),
                std::string_view::npos);
    }
  }
  std::set<std::string_view> all;
  for (const MessageFacts& facts : AllMessageFacts()) all.insert(facts.name);
  EXPECT_EQ(named, all);
}

TEST(Channels, AnswersComeOnAChannel) {
  const auto channels = Channels(kTopics);
  for (const Channel& channel : channels) {
    if (channel.answered_on.empty()) continue;
    EXPECT_TRUE(std::ranges::any_of(channels, [&](const Channel& other) {
      return other.id == channel.answered_on && other.sender == channel.hearer;
    })) << channel.id;
  }
}

}  // namespace
}  // namespace biglittle::wire
