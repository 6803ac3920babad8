#include "device_agent/home_assistant/discovery_outlet.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "device_agent/delivery_tag.h"
#include "device_agent/home_assistant/birth_listener.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

const DiscoveryOutlet::Entry kEntry{"homeassistant/device/biglittle_f__d/config", "{}"};

class DiscoveryOutletTest : public testing::Test {
 protected:
  DiscoveryOutlet Make(std::optional<DiscoveryOutlet::Entry> entry, bool with_memory = true) {
    return {"pump", std::move(entry), with_memory ? std::optional(KeptFile(file_)) : std::nullopt,
            [this](wire::Message message) {
              if (!answer_.ok()) return answer_;
              sent_.push_back(std::move(message));
              return absl::OkStatus();
            },
            clock_};
  }
  std::uint64_t Counted(const DiscoveryOutlet& outlet, const std::string& name) {
    std::map<std::string, std::uint64_t> counters;
    outlet.AddCounters(counters);
    return counters[name];
  }
  // What the broker made of the last message.
  void Deliver(DiscoveryOutlet& outlet, wire::Delivery delivery) {
    const DeliveryTag tag = FromTag(sent_.back().tag);
    EXPECT_EQ(tag.kind, TagKind::kEntry);
    outlet.OnDelivered(tag.value, delivery);
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "pump.home-assistant.json";
  FakeClock clock_;
  absl::Status answer_;
  std::vector<wire::Message> sent_;
};

TEST_F(DiscoveryOutletTest, ShowsTheDeviceWithEachSession) {
  DiscoveryOutlet outlet = Make(kEntry);
  outlet.OnTime();
  outlet.OnBirth();
  EXPECT_TRUE(sent_.empty());
  for (const bool up : {true, false, true}) outlet.OnLink(up);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].topic, kEntry.topic);
  EXPECT_EQ(sent_[0].payload, kEntry.payload);
  EXPECT_TRUE(sent_[0].retained);
  EXPECT_EQ(outlet.NextWake(), std::nullopt);
  EXPECT_EQ(Counted(outlet, "home_assistant_sent"), 2U);
}

TEST_F(DiscoveryOutletTest, ABirthIsAnsweredOnceAndSoon) {
  DiscoveryOutlet outlet = Make(kEntry);
  outlet.OnLink(true);
  for (int i = 0; i < 100; ++i) outlet.OnBirth();
  ASSERT_TRUE(outlet.NextWake());
  EXPECT_LE(*outlet.NextWake(), clock_.Now() + DiscoveryOutlet::kSpread);
  clock_.Advance(DiscoveryOutlet::kSpread);
  outlet.OnTime();
  outlet.OnTime();
  EXPECT_EQ(sent_.size(), 2U);
  EXPECT_EQ(outlet.NextWake(), std::nullopt);
}

TEST_F(DiscoveryOutletTest, WhatWasNotTakenIsSentAgain) {
  DiscoveryOutlet outlet = Make(kEntry);
  answer_ = absl::ResourceExhaustedError("full");
  outlet.OnLink(true);
  EXPECT_EQ(Counted(outlet, "home_assistant_refused"), 1U);
  answer_ = absl::OkStatus();
  clock_.Advance(DiscoveryOutlet::kAgain);
  outlet.OnTime();
  ASSERT_EQ(sent_.size(), 1U);
  Deliver(outlet, wire::Delivery::kRefused);
  EXPECT_EQ(Counted(outlet, "home_assistant_refused"), 2U);
  outlet.OnTime();
  EXPECT_EQ(sent_.size(), 1U);
  clock_.Advance(DiscoveryOutlet::kAgain);
  outlet.OnTime();
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(DiscoveryOutletTest, WhatIsTooLargeIsCountedAndNotTriedAgain) {
  DiscoveryOutlet outlet = Make(kEntry);
  answer_ = absl::InvalidArgumentError("too large");
  outlet.OnLink(true);
  EXPECT_EQ(Counted(outlet, "home_assistant_refused"), 1U);
  EXPECT_EQ(outlet.NextWake(), std::nullopt);
  outlet.OnTooLarge();
  EXPECT_EQ(Counted(outlet, "home_assistant_refused"), 2U);
}

TEST_F(DiscoveryOutletTest, AnEntryThatIsAskedForNoMoreGoes) {
  Make(kEntry);
  DiscoveryOutlet gone = Make(std::nullopt);
  gone.OnLink(true);
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].topic, kEntry.topic);
  EXPECT_EQ(sent_[0].payload, "");
  EXPECT_TRUE(sent_[0].retained);
  // Not acknowledged yet: another run does it again.
  Make(std::nullopt).OnLink(true);
  EXPECT_EQ(sent_.size(), 2U);
  Deliver(gone, wire::Delivery::kTaken);
  EXPECT_FALSE(std::filesystem::exists(file_));
  gone.OnLink(true);
  Make(std::nullopt).OnLink(true);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(DiscoveryOutletTest, UnderAnotherPrefixItIsShownThereAndNoMoreHere) {
  Make(kEntry);
  const DiscoveryOutlet::Entry other{"ha/device/biglittle_f__d/config", "{}"};
  DiscoveryOutlet outlet = Make(other);
  outlet.OnLink(true);
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].topic, kEntry.topic);
  EXPECT_EQ(sent_[0].payload, "");
  EXPECT_EQ(sent_[1].topic, other.topic);
  outlet.OnDelivered(FromTag(sent_[0].tag).value, wire::Delivery::kTaken);
  outlet.OnDelivered(FromTag(sent_[1].tag).value, wire::Delivery::kTaken);
  Make(std::nullopt).OnLink(true);
  EXPECT_EQ(sent_.back().topic, other.topic);
  EXPECT_EQ(sent_.back().payload, "");
}

// Provisioning took the right to it away, and the entry with it.
TEST_F(DiscoveryOutletTest, WhoMayNotRemoveItsEntryForgetsIt) {
  Make(kEntry);
  DiscoveryOutlet gone = Make(std::nullopt);
  gone.OnLink(true);
  Deliver(gone, wire::Delivery::kRefused);
  EXPECT_EQ(Counted(gone, "home_assistant_refused"), 1U);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(DiscoveryOutletTest, WithoutAStoreNothingIsRemembered) {
  Make(kEntry, false);
  EXPECT_FALSE(std::filesystem::exists(file_));
  Make(std::nullopt, false).OnLink(true);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(DiscoveryOutletTest, WhatItRemembersNamesNothingButEntries) {
  for (const char* text :
       {"", "{}", R"({"version":2,"topic":"a/device/biglittle_x/config"})",
        R"({"version":1,"topic":7})", R"({"version":1,"topic":"a/device/biglittle/+/config"})",
        R"({"version":1,"topic":"biglittle/v1/f/devices/d/state"})",
        R"({"version":1,"topic":"homeassistant/device/lamp/config"})",
        R"({"version":1,"topic":"$SYS/device/biglittle_x/config"})"}) {
    EXPECT_FALSE(DecodeEntryTopic(text).ok()) << text;
  }
  EXPECT_EQ(DecodeEntryTopic(EncodeEntryTopic(kEntry.topic)).value(), kEntry.topic);
  ASSERT_TRUE(KeptFile(file_).Write("damaged").ok());
  Make(std::nullopt).OnLink(true);
  EXPECT_TRUE(sent_.empty());
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".damaged"));
}

TEST(BirthListenerTest, HearsWhatItsPayloadIs) {
  int woken = 0;
  BirthListener births("homeassistant/status", "online", [&woken] { ++woken; });
  for (const char* payload : {"offline", "", "online "}) {
    wire::Message message;
    message.payload = payload;
    births.OnTopicMessage(std::move(message));
  }
  EXPECT_EQ(woken, 0);
  EXPECT_FALSE(births.TakeBirth());
  wire::Message message;
  message.payload = "online";
  births.OnTopicMessage(std::move(message));
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(births.TakeBirth());
  EXPECT_FALSE(births.TakeBirth());
  EXPECT_EQ(births.Trouble(), "");
  births.OnTopicState(absl::PermissionDeniedError("not authorized"));
  EXPECT_EQ(births.Trouble(), "not authorized");
  births.OnTopicState(absl::UnavailableError("no connection"));
  EXPECT_EQ(births.Trouble(), "not authorized");
  births.OnTopicState(absl::OkStatus());
  EXPECT_EQ(births.Trouble(), "");
}

}  // namespace
}  // namespace biglittle
