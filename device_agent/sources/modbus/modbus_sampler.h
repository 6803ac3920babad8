// Asks a Modbus slave for its registers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "device_agent/sources/modbus/modbus_controller.h"
#include "device_agent/sources/modbus/modbus_registers.h"
#include "device_agent/sources/stream/sampled_source.h"

struct _modbus;  // libmodbus's modbus_t

namespace biglittle {

enum class ModbusParity : char { kNone = 'N', kEven = 'E', kOdd = 'O' };

// How the characters of a serial line are made; those that Modbus prefers.
struct ModbusLine {
  std::uint32_t baud_rate = 9600;
  ModbusParity parity = ModbusParity::kEven;
  std::uint8_t data_bits = 8;
  std::uint8_t stop_bits = 1;

  bool operator==(const ModbusLine&) const = default;
};

// Whether libmodbus knows that speed; another one it would take for 9600 without a word.
bool IsModbusBaudRate(std::uint32_t rate);

struct ModbusPlace {
  ModbusController controller;
  ModbusLine line;  // of a serial one
  std::uint8_t slave_id = 1;
  Milliseconds timeout{500};  // of connecting, and of each answer
};

// A value a register, in the order of `registers`. DataLoss: the slave refused, was silent, sent
// what is no answer, or no number; the third silence or noise without a frame between is
// Unavailable, as is a broken connection.
class ModbusSampler final : public FrameSampler {
 public:
  // At least one register.
  ModbusSampler(ModbusPlace place, std::vector<ModbusRegister> registers);
  ~ModbusSampler() override;

  absl::Status Open() override;
  void Close() override;
  absl::Status Sample(std::span<float> frame) override;
  // Over TCP the answer that is waited for is given up, over a serial line its time-out is the end.
  void Interrupt() override;

 private:
  struct FreeContext {
    void operator()(_modbus* context) const;
  };
  using Context = std::unique_ptr<_modbus, FreeContext>;

  absl::StatusOr<Context> ConnectByTcp() const;
  absl::StatusOr<Context> OpenLine() const;
  absl::Status SetUp();
  absl::Status Read(const RegisterRequest& request, std::span<float> frame);
  absl::Status Failed(const RegisterRequest& request, int error);
  // What came before the request, such as an answer that was late, is none to it.
  absl::Status ThrowAwayOld();
  void AwaitLate() const;
  std::string Where(const RegisterRequest& request) const;
  absl::Status Error(const std::string& what) const;

  // Constant after construction.
  const ModbusPlace place_;
  const std::vector<ModbusRegister> registers_;
  const std::vector<RegisterRequest> requests_;

  // Of who calls Open, Sample and Close; Interrupt reads it, which runs between Open and Close.
  Context context_;
  bool late_ = false;  // an answer may still be on its way
  int unanswered_ = 0;

  std::atomic<bool> interrupted_ = false;
};

}  // namespace biglittle
