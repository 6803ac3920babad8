#include "cli/provision/broker_limits.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

namespace biglittle {
namespace {

TEST(BrokerLimitsTest, AFleetsSizeIsThatOfItsFile) {
  FleetConfig fleet;
  fleet.devices.resize(3);
  fleet.devices[0].source.interval = Milliseconds(100);
  fleet.devices[1].source.interval = Milliseconds(20);
  fleet.devices[2].source.interval = Milliseconds(0);
  fleet.workers.resize(2);
  fleet.broker.max_payload_bytes = 4096;
  EXPECT_EQ(SizeOf(fleet), (FleetSize{3, 2, 1060, 4096}));
}

// vibration: 3 x 1024 as float16; mnist: 28 x 28 bytes.
TEST(BrokerLimitsTest, TheLargestPayloadIsAFullRequestOfTheFleetsTasks) {
  FleetConfig fleet;
  fleet.models = std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "models";
  fleet.devices.resize(2);
  fleet.devices[0].task = "mnist";
  fleet.devices[1].task = "mnist";
  EXPECT_EQ(SizeOf(fleet).max_payload_bytes, (784U + 64) * 32 * 4 / 3);
  fleet.devices[1].task = "vibration";
  EXPECT_EQ(SizeOf(fleet).max_payload_bytes, (6144U + 64) * 32 * 4 / 3);
  fleet.devices[1].escalation.packing.max_readings = 1;
  EXPECT_EQ(SizeOf(fleet).max_payload_bytes, (784U + 64) * 32 * 4 / 3);
  fleet.broker.max_payload_bytes = 5000;
  EXPECT_EQ(SizeOf(fleet).max_payload_bytes, 5000U);
  fleet.broker.max_payload_bytes = 1 << 20;
  fleet.devices[0].task = "nowhere";
  EXPECT_EQ(SizeOf(fleet).max_payload_bytes, 1U << 20U);
}

TEST(BrokerLimitsTest, AnEntryInHomeAssistantFits) {
  FleetConfig fleet;
  fleet.models = std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "models";
  fleet.devices.resize(1);
  fleet.devices[0].task = "mnist";
  fleet.devices[0].escalation.packing.max_readings = 1;
  EXPECT_LT(SizeOf(fleet).max_payload_bytes, 2000U);
  fleet.home_assistant.emplace();
  const std::uint64_t entry = SizeOf(fleet).max_payload_bytes;
  EXPECT_GT(entry, 4000U);
  fleet.home_assistant->steering = true;
  EXPECT_GT(SizeOf(fleet).max_payload_bytes, entry);
}

TEST(BrokerLimitsTest, FollowTheFormulas) {
  const BrokerLimits limits = LimitsFor({10'000, 16, 20'000.5, 1 << 20});
  EXPECT_EQ(limits.max_connections, 20'096U);
  EXPECT_EQ(limits.max_inflight_messages, 20'001U);
  EXPECT_EQ(limits.max_queued_messages, 1'200'030U);
  EXPECT_EQ(limits.max_packet_size, 1'052'672U);
  EXPECT_EQ(limits.max_queued_bytes, std::uint64_t{2} << 30U);
  const BrokerLimits shipped = LimitsFor({1000, 8, 1000, 267 << 10});
  EXPECT_EQ(shipped.max_packet_size, 271U << 10U);
  EXPECT_EQ(shipped.max_queued_bytes, 100'000U * 1024 + 1024U * (271U << 10U));
}

TEST(BrokerLimitsTest, ASmallFleetHasRoomAndALargeOneAnEnd) {
  const BrokerLimits least = LimitsFor({1, 1, 0.1, 1024});
  EXPECT_EQ(least.max_connections, 68U);
  EXPECT_EQ(least.max_inflight_messages, 1000U);
  EXPECT_EQ(least.max_queued_messages, 100'000U);
  EXPECT_EQ(least.max_packet_size, 64U << 10U);
  EXPECT_EQ(least.max_queued_bytes, 256U << 20U);
  const BrokerLimits most =
      LimitsFor({1'000'000, 1000, std::numeric_limits<double>::infinity(), 64 << 20});
  EXPECT_EQ(most.max_inflight_messages, 65'535U);
  EXPECT_EQ(most.max_queued_messages, 10'000'000U);
  EXPECT_EQ(most.max_queued_bytes, std::uint64_t{2} << 30U);
}

}  // namespace
}  // namespace biglittle
