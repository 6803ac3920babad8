#pragma once

#include <vector>

#include "core/clock.h"
#include "core/yaml/key_table.h"
#include "device_agent/sources/modbus/modbus_controller.h"
#include "device_agent/sources/modbus/modbus_registers.h"
#include "device_agent/sources/modbus/modbus_sampler.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/windowing_options.h"

namespace biglittle {

inline constexpr char kModbusType[] = "modbus";

struct ModbusOptions : WindowingOptions, ModbusLine {
  ModbusController controller;
  std::uint8_t slave_id = 1;
  std::vector<ModbusRegister> registers;  // a channel each
  Milliseconds timeout{500};

  bool operator==(const ModbusOptions&) const = default;
};

const KeyTable<ModbusRegister>& ModbusRegisterKeys();
const KeyTable<ModbusOptions>& ModbusKeys();
// The registers of a Modbus slave, asked for at a steady pace.
const DeviceSourceKind& ModbusKind();

}  // namespace biglittle
