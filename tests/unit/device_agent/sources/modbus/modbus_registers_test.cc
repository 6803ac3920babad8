#include "device_agent/sources/modbus/modbus_registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Place = RegisterRequest::Place;

ModbusRegister Of(RegisterType type, RegisterOrder order = RegisterOrder::kAbcd) {
  return {.address = 0, .kind = RegisterKind::kHolding, .type = type, .order = order};
}

ModbusRegister At(std::uint16_t address, RegisterType type = RegisterType::kUint16,
                  RegisterKind kind = RegisterKind::kHolding) {
  return {.address = address, .kind = kind, .type = type};
}

float Value(const ModbusRegister& reg, std::vector<std::uint16_t> words) {
  return ValueOf(reg, words);
}

TEST(ModbusRegisters, OneWord) {
  EXPECT_EQ(Value(Of(RegisterType::kUint16), {0xFFFE}), 65'534);
  EXPECT_EQ(Value(Of(RegisterType::kInt16), {0xFFFE}), -2);
  EXPECT_EQ(Value(Of(RegisterType::kUint16, RegisterOrder::kDcba), {0x0201}), 0x0102);
  EXPECT_EQ(Value(Of(RegisterType::kUint16, RegisterOrder::kBadc), {0x0201}), 0x0102);
  EXPECT_EQ(Value(Of(RegisterType::kUint16, RegisterOrder::kCdab), {0x0102}), 0x0102);
}

// -123456.0F is 0xC7F12000.
TEST(ModbusRegisters, TwoWordsInEachOrder) {
  EXPECT_EQ(Value(Of(RegisterType::kFloat32, RegisterOrder::kAbcd), {0xC7F1, 0x2000}), -123'456.0F);
  EXPECT_EQ(Value(Of(RegisterType::kFloat32, RegisterOrder::kDcba), {0x0020, 0xF1C7}), -123'456.0F);
  EXPECT_EQ(Value(Of(RegisterType::kFloat32, RegisterOrder::kBadc), {0xF1C7, 0x0020}), -123'456.0F);
  EXPECT_EQ(Value(Of(RegisterType::kFloat32, RegisterOrder::kCdab), {0x2000, 0xC7F1}), -123'456.0F);
  EXPECT_EQ(Value(Of(RegisterType::kUint32), {0xFFFF, 0xFFFF}), 4'294'967'295.0F);
  EXPECT_EQ(Value(Of(RegisterType::kInt32), {0xFFFF, 0xFFFE}), -2);
  EXPECT_EQ(Value(Of(RegisterType::kInt32, RegisterOrder::kCdab), {0xFFFE, 0xFFFF}), -2);
}

// A float has 24 bits: 16777217 has a last digit only until then.
TEST(ModbusRegisters, AreScaledBeforeTheyAreRounded) {
  ModbusRegister counter = Of(RegisterType::kUint32);
  counter.scale = 0.5F;
  EXPECT_EQ(Value(counter, {0x0100, 0x0003}), 8'388'609.5F);
}

TEST(ModbusRegisters, WhatIsNoNumberStaysNone) {
  EXPECT_TRUE(std::isnan(Value(Of(RegisterType::kFloat32), {0x7FC0, 0})));
  EXPECT_TRUE(std::isinf(Value(Of(RegisterType::kFloat32), {0xFF80, 0})));
  ModbusRegister great = Of(RegisterType::kFloat32);
  great.scale = 100;
  EXPECT_TRUE(std::isinf(Value(great, {0x7F7F, 0xFFFF})));
}

TEST(ModbusRegisters, NeighboursAreAskedForTogether) {
  const std::vector<ModbusRegister> registers{At(12, RegisterType::kFloat32), At(10), At(11),
                                              At(20)};
  EXPECT_THAT(
      PlanRequests(registers),
      ElementsAre(
          RegisterRequest{RegisterKind::kHolding, 10, 4, {Place{1, 0}, Place{2, 1}, Place{0, 2}}},
          RegisterRequest{RegisterKind::kHolding, 20, 1, {Place{3, 0}}}));
}

TEST(ModbusRegisters, ThoseOfTwoKindsAreNot) {
  const std::vector<ModbusRegister> registers{At(1, RegisterType::kUint16, RegisterKind::kInput),
                                              At(0)};
  EXPECT_THAT(PlanRequests(registers),
              ElementsAre(RegisterRequest{RegisterKind::kHolding, 0, 1, {Place{1, 0}}},
                          RegisterRequest{RegisterKind::kInput, 1, 1, {Place{0, 0}}}));
}

TEST(ModbusRegisters, OneMayBeReadInTwoWays) {
  const std::vector<ModbusRegister> registers{At(5, RegisterType::kInt32), At(5), At(6)};
  EXPECT_THAT(PlanRequests(registers),
              ElementsAre(RegisterRequest{
                  RegisterKind::kHolding, 5, 2, {Place{0, 0}, Place{1, 0}, Place{2, 1}}}));
}

TEST(ModbusRegisters, ARequestHasAnEndAndSplitsNoValue) {
  std::vector<ModbusRegister> registers;
  for (std::uint16_t i = 0; i < 64; ++i) {
    registers.push_back(At(static_cast<std::uint16_t>(2 * i), RegisterType::kUint32));
  }
  const auto requests = PlanRequests(registers);
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].words, 124U);
  EXPECT_EQ(requests[1].address, 124);
  EXPECT_EQ(requests[1].words, 4U);
}

TEST(ModbusRegisters, TheLastRegisterCanBeRead) {
  const std::vector<ModbusRegister> registers{At(65'535), At(65'533, RegisterType::kInt32)};
  EXPECT_THAT(
      PlanRequests(registers),
      ElementsAre(RegisterRequest{RegisterKind::kHolding, 65'533, 3, {Place{1, 0}, Place{0, 2}}}));
}

}  // namespace
}  // namespace biglittle
