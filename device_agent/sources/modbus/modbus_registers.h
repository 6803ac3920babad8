// The registers of a Modbus slave: what they hold, and which of them are asked for together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace biglittle {

enum class RegisterKind : std::uint8_t { kHolding, kInput };
enum class RegisterType : std::uint8_t { kInt16, kUint16, kInt32, kUint32, kFloat32 };
// Of a value with the bytes a b c d, a the highest, as they come one after the other.
enum class RegisterOrder : std::uint8_t { kAbcd, kDcba, kBadc, kCdab };

struct ModbusRegister {
  std::uint16_t address = 0;  // as it is sent: the first one is 0
  RegisterKind kind = RegisterKind::kHolding;
  RegisterType type = RegisterType::kUint16;
  RegisterOrder order = RegisterOrder::kAbcd;
  float scale = 1.0F;

  bool operator==(const ModbusRegister&) const = default;
};

// The most that Modbus reads at once.
inline constexpr std::size_t kMostRegisterWords = 125;

// Registers of 16 bits that a value takes: 1 or 2.
std::size_t WordsOf(RegisterType type);
// The value that WordsOf(reg.type) `words` hold, scaled. Not finite where they hold no number, or
// one that float32 does not have.
float ValueOf(const ModbusRegister& reg, std::span<const std::uint16_t> words);

struct RegisterRequest {
  // A value: an index into what was planned for, and where in the answer it begins.
  struct Place {
    std::size_t index;
    std::size_t offset;
    bool operator==(const Place&) const = default;
  };

  RegisterKind kind = RegisterKind::kHolding;
  std::uint16_t address = 0;
  std::size_t words = 0;  // up to kMostRegisterWords
  std::vector<Place> places;

  bool operator==(const RegisterRequest&) const = default;
};

// As few requests as read all of `registers` and no register between them, which a slave might not
// have. A value never comes by two: its halves would be of two moments.
std::vector<RegisterRequest> PlanRequests(std::span<const ModbusRegister> registers);

}  // namespace biglittle
