#include "core/fleet/device_settings.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

TEST(DeviceSettingsTest, WhatIsWrittenReadsBackAsTheSame) {
  DeviceSettings settings;
  settings.escalation.policy = EscalationPolicyKind::kEntropy;
  settings.escalation.threshold = 0.1F;
  settings.escalation.unlike = UnlikeAction::kIgnore;
  settings.escalation.budget.messages_per_s = 0.3F;
  settings.escalation.budget.bytes_per_s = 1e9F;
  settings.answer_mode = AnswerMode::kRefine;
  const SettingValues written = Written(settings);
  EXPECT_EQ(written.size(), kSettable.size());
  for (const auto& [key, value] : written) EXPECT_TRUE(IsSettable(key)) << key;
  DeviceSettings read;
  ASSERT_TRUE(Apply(written, read).ok());
  EXPECT_EQ(read, settings);
}

TEST(DeviceSettingsTest, WhatHasNoValueIsNotWritten) {
  const SettingValues written = Written({});
  EXPECT_EQ(written.count("threshold"), 0U);
  EXPECT_EQ(written.at("policy"), (SettingValue{"tuned", true}));
}

TEST(DeviceSettingsTest, OneThatIsWrongLeavesAllAsItWas) {
  DeviceSettings settings;
  const absl::Status status =
      Apply({{"policy", {"big-only", true}}, {"budget.bytes_per_s", {"-1", false}}}, settings);
  EXPECT_EQ(status.message(), "'bytes_per_s' must be above 0 and at most 1000000000, not '-1'");
  EXPECT_EQ(settings, DeviceSettings{});
}

}  // namespace
}  // namespace biglittle
