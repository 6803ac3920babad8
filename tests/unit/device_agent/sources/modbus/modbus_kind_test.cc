#include "device_agent/sources/modbus/modbus_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/device_agent/sources/source_text.h"

namespace biglittle {
namespace {

using ::testing::HasSubstr;

constexpr char kMeter[] =
    "{type: modbus, controller: 'tcp://10.0.0.5', rate_hz: 1, registers: [{address: 0}]}";

Task Tank(Shape shape = {1, 4}) {
  Task task;
  task.name = "tank";
  task.input_shape = std::move(shape);
  return task;
}

TEST(ModbusController, KnowsItsTwoKinds) {
  EXPECT_EQ(ParseModbusController("tcp://plc-1.local")->Name(), "tcp://plc-1.local:502");
  EXPECT_EQ(ParseModbusController("tcp://10.0.0.5:1502")->port, 1502);
  EXPECT_EQ(ParseModbusController("tcp://[fe80::1]:1502")->host, "fe80::1");
  EXPECT_EQ(ParseModbusController("tcp://[::1]")->Name(), "tcp://[::1]:502");
  EXPECT_EQ(ParseModbusController("/dev/ttyUSB0")->Name(), "/dev/ttyUSB0");
}

TEST(ModbusController, SaysWhatIsNone) {
  for (const char* text :
       {"", "10.0.0.5", "tcp://", "tcp://:502", "tcp://h:", "tcp://h:0", "tcp://h:65536",
        "tcp://h:5x", "tcp://h:5:6", "tcp://[::1", "tcp://[h]", "tcp://[::1]x", "tcp://h/x",
        "tcp://a b", "udp://h", "ttyUSB0", "tcp://::1"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseModbusController(text).status())) << text;
  }
  EXPECT_EQ(ParseModbusController("COM1\x1b").status().message(),
            "'controller' must be tcp://host:port or a serial line's path such as /dev/ttyUSB0, "
            "not the text 'COM1\\x1b'");
}

TEST(ModbusKind, ReadsItsKeys) {
  const auto read = ReadSource(
      "{type: modbus, controller: 'tcp://10.0.0.5', rate_hz: 2, slave_id: 3, timeout_ms: 100, "
      "registers: [{address: 7}, {address: 8, kind: input, data_type: float32, byte_order: "
      "little_swap, scale: 0.1}]}");
  ASSERT_EQ(read.problems, "");
  const auto* options = OptionsIn<ModbusOptions>(read.config);
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(options->controller.host, "10.0.0.5");
  EXPECT_EQ(options->slave_id, 3);
  EXPECT_EQ(options->timeout, Milliseconds(100));
  EXPECT_EQ(options->registers, (std::vector<ModbusRegister>{{.address = 7},
                                                             {.address = 8,
                                                              .kind = RegisterKind::kInput,
                                                              .type = RegisterType::kFloat32,
                                                              .order = RegisterOrder::kCdab,
                                                              .scale = 0.1F}}));
  EXPECT_EQ(options->parity, ModbusParity::kEven);
}

TEST(ModbusKind, SaysWhatIsWrongWithThem) {
  const auto problem = [](const std::string& registers) {
    return ReadSource("{type: modbus, controller: 'tcp://h', rate_hz: 1, registers: " + registers +
                      "}")
        .problems;
  };
  EXPECT_EQ(problem("[{address: 65535}]"), "");
  EXPECT_THAT(problem("[]"), HasSubstr("registers"));
  EXPECT_THAT(problem("[{kind: input}]"), HasSubstr("address"));
  EXPECT_THAT(problem("[{address: 65536}]"), HasSubstr("65535"));
  EXPECT_THAT(problem("[{address: 65535, data_type: int32}]"),
              HasSubstr("register 65535 is the last one: a value of 32 bits begins at 65534"));
  EXPECT_THAT(problem("[{address: 1, byte_order: middle}]"), HasSubstr("big_swap"));
  EXPECT_THAT(
      ReadSource("{type: modbus, controller: plc, rate_hz: 1, registers: [{address: 1}]}").problems,
      HasSubstr("'controller' must be tcp://host:port"));
  EXPECT_THAT(
      ReadSource("{type: modbus, controller: 'tcp://h', registers: [{address: 1}]}").problems,
      HasSubstr("rate_hz"));
}

std::string MakeError(const std::string& text, const Task& task) {
  const auto read = ReadSource(text);
  EXPECT_EQ(read.problems, "");
  SourceShares shares;
  const auto made = ModbusKind().Make(read.config, task, shares);
  return std::string(made.status().message());
}

TEST(ModbusKind, MakesASourceThatFitsTheTask) {
  EXPECT_EQ(MakeError(kMeter, Tank()), "");
  EXPECT_THAT(MakeError(kMeter, Tank({2, 4})),
              HasSubstr("1 channel a sample, but task tank has windows of 2x4: 2 or 4 would fit"));
}

TEST(ModbusKind, ASerialLineHasASlaveAndASpeed) {
  const auto line = [](const std::string& more) {
    return "{type: modbus, controller: /dev/ttyUSB0, rate_hz: 1, registers: [{address: 0}], " +
           more + "}";
  };
  EXPECT_EQ(MakeError(line("slave_id: 247"), Tank()), "");
  EXPECT_THAT(MakeError(line("slave_id: 0"), Tank()), HasSubstr("say which one, 1 to 247"));
  EXPECT_THAT(MakeError(line("baud_rate: 9601"), Tank()), HasSubstr("'baud_rate' 9601 is none"));
}

}  // namespace
}  // namespace biglittle
