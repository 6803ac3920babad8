// Against a slave of libmodbus's own, over TCP and over a pty.
#include "device_agent/sources/modbus/modbus_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/sampled_source.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/kept_samples.h"
#include "tests/unit/device_agent/sources/modbus/modbus_slave.h"

namespace biglittle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Manner = ModbusSlave::Manner;

ModbusRegister Holding(std::uint16_t address, RegisterType type = RegisterType::kUint16) {
  return {.address = address, .kind = RegisterKind::kHolding, .type = type};
}

ModbusPlace AtPort(std::uint16_t port, Milliseconds timeout = std::chrono::seconds(10)) {
  return {.controller = {.host = "127.0.0.1", .port = port}, .slave_id = 1, .timeout = timeout};
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

class ModbusSamplerTest : public testing::Test {
 protected:
  std::string Name() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

  const std::uint16_t port_ = UnusedPort();
};

TEST_F(ModbusSamplerTest, ReadsAllThatARegisterMayHold) {
  ModbusSlave slave(port_);
  slave.SetHolding(0, {0xFFFE, 0xFFFE, 0xFFFF, 0xFFFE});
  slave.SetInput(100, {0xC7F1, 0x2000, 0x2000, 0xC7F1, 0x0001});
  std::vector<ModbusRegister> registers{Holding(0, RegisterType::kInt16), Holding(1),
                                        Holding(2, RegisterType::kInt32)};
  for (const std::uint16_t address : std::array<std::uint16_t, 2>{100, 102}) {
    registers.push_back({.address = address,
                         .kind = RegisterKind::kInput,
                         .type = RegisterType::kFloat32,
                         .order = address == 100 ? RegisterOrder::kAbcd : RegisterOrder::kCdab});
  }
  registers.push_back({.address = 103,
                       .kind = RegisterKind::kInput,
                       .type = RegisterType::kUint32,
                       .order = RegisterOrder::kCdab,
                       .scale = 0.1F});
  ModbusSampler sampler(AtPort(port_), registers);
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 6> frame{};
  const absl::Status sampled = sampler.Sample(frame);
  ASSERT_TRUE(sampled.ok()) << sampled;
  EXPECT_THAT(frame, ElementsAre(-2, 65'534, -2, -123'456, -123'456,
                                 static_cast<float>(0x1C7F1 * static_cast<double>(0.1F))));
  EXPECT_EQ(slave.requests(), 2);
}

TEST_F(ModbusSamplerTest, ASlaveThatRefusesIsHeardAndAskedAgain) {
  ModbusSlave slave(port_);
  ModbusSampler sampler(AtPort(port_), {Holding(5), Holding(300, RegisterType::kUint32)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 2> frame{};
  for (int i = 0; i < 5; ++i) {
    const absl::Status sampled = sampler.Sample(frame);
    EXPECT_TRUE(absl::IsDataLoss(sampled));
    EXPECT_EQ(Text(sampled),
              Name() + ", slave 1, holding registers 300 to 301: Illegal data address");
  }
}

TEST_F(ModbusSamplerTest, WhatIsNoNumberIsRefused) {
  ModbusSlave slave(port_);
  slave.SetHolding(8, {0x7FC0, 0});
  ModbusSampler sampler(AtPort(port_), {Holding(8, RegisterType::kFloat32)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  const absl::Status sampled = sampler.Sample(frame);
  EXPECT_TRUE(absl::IsDataLoss(sampled));
  EXPECT_EQ(Text(sampled),
            Name() + ", slave 1, holding registers 8 to 9: register 8 holds no number");
}

TEST_F(ModbusSamplerTest, TheThirdSilenceIsTheEnd) {
  ModbusSlave slave(port_);
  slave.Be(Manner::kIsSilent);
  ModbusSampler sampler(AtPort(port_, Milliseconds(20)), {Holding(1)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  const std::string silence = Name() + ", slave 1, holding register 1: Connection timed out";
  for (int i = 0; i < 2; ++i) {
    const absl::Status sampled = sampler.Sample(frame);
    EXPECT_TRUE(absl::IsDataLoss(sampled)) << sampled;
    EXPECT_EQ(Text(sampled), silence);
  }
  EXPECT_EQ(sampler.Sample(frame), absl::UnavailableError(silence + ", 3 times in a row"));
}

TEST_F(ModbusSamplerTest, OneThatHangsUpIsTheEndAtOnce) {
  ModbusSlave slave(port_);
  slave.Be(Manner::kHangsUp);
  ModbusSampler sampler(AtPort(port_), {Holding(1)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  const absl::Status sampled = sampler.Sample(frame);
  EXPECT_TRUE(absl::IsUnavailable(sampled));
  EXPECT_THAT(Text(sampled), StartsWith(Name() + ", slave 1, holding register 1: Connection"));
}

TEST_F(ModbusSamplerTest, NoiseIsNoAnswer) {
  ModbusSlave slave(port_);
  slave.SetHolding(1, {7});
  slave.Be(Manner::kTalksNoise);
  ModbusSampler sampler(AtPort(port_, Milliseconds(200)), {Holding(1)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  EXPECT_TRUE(absl::IsDataLoss(sampler.Sample(frame)));
  slave.Be(Manner::kAnswers);
  const absl::Status sampled = sampler.Sample(frame);
  EXPECT_TRUE(sampled.ok()) << sampled;
  EXPECT_THAT(frame, ElementsAre(7));
}

// It is not taken for that to the next request.
TEST_F(ModbusSamplerTest, ALateAnswerIsThrownAway) {
  ModbusSlave slave(port_);
  slave.SetHolding(1, {7});
  slave.Be(Manner::kIsLate);
  ModbusSampler sampler(AtPort(port_, Milliseconds(200)), {Holding(1)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  EXPECT_TRUE(absl::IsDataLoss(sampler.Sample(frame)));
  slave.SendLate();
  slave.SetHolding(1, {8});
  const absl::Status sampled = sampler.Sample(frame);
  EXPECT_TRUE(sampled.ok()) << sampled;
  EXPECT_THAT(frame, ElementsAre(8));
}

TEST_F(ModbusSamplerTest, WhatCannotBeReachedIsAFailure) {
  ModbusSampler nobody(AtPort(port_), {Holding(1)});
  EXPECT_EQ(nobody.Open(),
            absl::UnavailableError(Name() + ": cannot be reached: Connection refused"));
  nobody.Close();
  ModbusPlace nowhere = AtPort(502);
  nowhere.controller.host = "no-such-meter.invalid";
  ModbusSampler unknown(nowhere, {Holding(1)});
  EXPECT_THAT(Text(unknown.Open()),
              StartsWith("tcp://no-such-meter.invalid:502: its name cannot be looked up: "));
  ModbusSampler no_line({.controller = {.line = "/dev/ttyNONE0"}}, {Holding(1)});
  EXPECT_EQ(Text(no_line.Open()),
            "/dev/ttyNONE0: cannot be opened as a serial line: No such file or directory");
  ModbusSampler no_tty({.controller = {.line = "/dev/null"}}, {Holding(1)});
  EXPECT_THAT(Text(no_tty.Open()),
              StartsWith("/dev/null: cannot be opened as a serial line: Inappropriate ioctl"));
}

class ModbusLineTest : public testing::Test {
 protected:
  ModbusLineTest() : slave_(Pty()) {}

  ModbusPlace Place(Milliseconds timeout = std::chrono::seconds(10)) const {
    return {.controller = {.line = line_}, .slave_id = 1, .timeout = timeout};
  }

  Descriptor Pty() {
    auto [master, name] = OpenPty();
    line_ = name;
    return std::move(master);
  }

  std::string line_;
  ModbusSlave slave_;
};

TEST_F(ModbusLineTest, ReadsOverASerialLine) {
  slave_.SetHolding(0, {1, 2, 0xC7F1, 0x2000});
  ModbusSampler sampler(Place(), {Holding(0), Holding(1), Holding(2, RegisterType::kFloat32)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 3> frame{};
  for (int i = 0; i < 3; ++i) {
    const absl::Status sampled = sampler.Sample(frame);
    ASSERT_TRUE(sampled.ok()) << sampled;
    EXPECT_THAT(frame, ElementsAre(1, 2, -123'456));
  }
  EXPECT_EQ(slave_.requests(), 3);
}

TEST_F(ModbusLineTest, AnotherSlaveOfTheLineDoesNotAnswer) {
  ModbusPlace place = Place(Milliseconds(20));
  place.slave_id = 9;
  ModbusSampler sampler(place, {Holding(0)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  EXPECT_THAT(Text(sampler.Sample(frame)),
              AllOf(StartsWith(line_ + ", slave 9, holding register 0: "),
                    EndsWith("Connection timed out")));
}

// Nothing in an answer over a line says what it answers.
TEST_F(ModbusLineTest, ALateAnswerIsThrownAway) {
  slave_.SetHolding(1, {7});
  slave_.Be(Manner::kIsLate);
  ModbusSampler sampler(Place(Milliseconds(200)), {Holding(1)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  EXPECT_TRUE(absl::IsDataLoss(sampler.Sample(frame)));
  ASSERT_TRUE(Eventually([&] { return slave_.late() == 1; }));
  slave_.SendLate();
  slave_.SetHolding(1, {8});
  const absl::Status sampled = sampler.Sample(frame);
  EXPECT_TRUE(sampled.ok()) << sampled;
  EXPECT_THAT(frame, ElementsAre(8));
}

TEST_F(ModbusLineTest, ASlaveThatRefusesIsHeard) {
  ModbusSampler sampler(Place(), {Holding(299, RegisterType::kInt32)});
  ASSERT_TRUE(sampler.Open().ok());
  std::array<float, 1> frame{};
  EXPECT_EQ(Text(sampler.Sample(frame)),
            line_ + ", slave 1, holding registers 299 to 300: Illegal data address");
}

TEST_F(ModbusLineTest, ItCanBeOpenedAgain) {
  slave_.SetHolding(0, {5});
  ModbusSampler sampler(Place(), {Holding(0)});
  std::array<float, 1> frame{};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(sampler.Open().ok());
    const absl::Status sampled = sampler.Sample(frame);
    EXPECT_TRUE(sampled.ok()) << sampled;
    sampler.Close();
  }
}

std::unique_ptr<SampledSource> Source(const ModbusPlace& place, double rate_hz) {
  Task task;
  task.name = "tank";
  task.input_shape = {2, 2};
  task.input_dtype = DType::kFloat32;
  auto feed = FrameFeed::Make({}, 2, task);
  EXPECT_TRUE(feed.ok()) << feed.status();
  return std::make_unique<SampledSource>(
      std::make_unique<ModbusSampler>(place, std::vector<ModbusRegister>{Holding(0), Holding(1)}),
      *std::move(feed), 2, rate_hz);
}

TEST_F(ModbusSamplerTest, ASlaveThatGoesIsAFailureAndItsReturnIsRead) {
  KeptSamples inbox;
  auto source = Source(AtPort(port_), 200);
  {
    ModbusSlave slave(port_);
    slave.SetHolding(0, {3, 4});
    ASSERT_TRUE(source->Start(inbox).ok());
    ASSERT_TRUE(Eventually([&] { return !inbox.Now().samples.empty(); }));
  }
  ASSERT_TRUE(Eventually([&] { return inbox.Now().failure.has_value(); }));
  source->Stop();
  EXPECT_THAT(Text(source->Start(inbox)), HasSubstr("Connection refused"));
  source->Stop();
  ModbusSlave slave(port_);
  slave.SetHolding(0, {5, 6});
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] {
    return ValuesOf<float>(inbox.Now().samples.back()) == std::vector<float>{5, 5, 6, 6};
  }));
  source->Stop();
}

TEST_F(ModbusSamplerTest, ASilentSlaveIsCountedAndThenAFailure) {
  ModbusSlave slave(port_);
  slave.Be(Manner::kIsSilent);
  KeptSamples inbox;
  auto source = Source(AtPort(port_, Milliseconds(10)), 200);
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return inbox.Now().failure.has_value(); }));
  source->Stop();
  EXPECT_EQ(inbox.Now().reasons, std::vector<std::string>(2, "sample"));
  EXPECT_THAT(inbox.Now().refusals, Contains(HasSubstr("Connection timed out")));
}

// However long the answer may take that is waited for.
TEST_F(ModbusSamplerTest, StopsAtOnceAndWithoutAFailure) {
  ModbusSlave slave(port_);
  slave.Be(Manner::kIsSilent);
  KeptSamples inbox;
  auto source = Source(AtPort(port_, std::chrono::seconds(60)), 200);
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return slave.requests() == 1; }));
  const SteadyTime begin = std::chrono::steady_clock::now();
  source->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_FALSE(inbox.Now().failure.has_value());
  EXPECT_THAT(inbox.Now().refusals, testing::IsEmpty());
}

}  // namespace
}  // namespace biglittle
