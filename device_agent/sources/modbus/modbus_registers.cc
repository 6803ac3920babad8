#include "device_agent/sources/modbus/modbus_registers.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

namespace biglittle {
namespace {

std::uint16_t Swapped(std::uint16_t word) {
  return static_cast<std::uint16_t>((word << 8U) | (word >> 8U));
}

bool SwapsBytes(RegisterOrder order) {
  return order == RegisterOrder::kDcba || order == RegisterOrder::kBadc;
}
bool SwapsWords(RegisterOrder order) {
  return order == RegisterOrder::kDcba || order == RegisterOrder::kCdab;
}

// The bits of a value, in the low ones where it is a single word.
std::uint32_t BitsOf(const ModbusRegister& reg, std::span<const std::uint16_t> words) {
  const auto word = [&](std::size_t i) -> std::uint32_t {
    return SwapsBytes(reg.order) ? Swapped(words[i]) : words[i];
  };
  if (WordsOf(reg.type) == 1) return word(0);
  return SwapsWords(reg.order) ? (word(1) << 16U) | word(0) : (word(0) << 16U) | word(1);
}

double NumberOf(RegisterType type, std::uint32_t bits) {
  switch (type) {
    case RegisterType::kInt16:
      return static_cast<std::int16_t>(bits);
    case RegisterType::kInt32:
      return static_cast<std::int32_t>(bits);
    case RegisterType::kFloat32:
      return std::bit_cast<float>(bits);
    case RegisterType::kUint16:
    case RegisterType::kUint32:
      break;
  }
  return bits;
}

}  // namespace

std::size_t WordsOf(RegisterType type) {
  return type == RegisterType::kInt16 || type == RegisterType::kUint16 ? 1 : 2;
}

float ValueOf(const ModbusRegister& reg, std::span<const std::uint16_t> words) {
  // Counters of 32 bits keep their last digits until they are scaled.
  return static_cast<float>(NumberOf(reg.type, BitsOf(reg, words)) *
                            static_cast<double>(reg.scale));
}

std::vector<RegisterRequest> PlanRequests(std::span<const ModbusRegister> registers) {
  std::vector<std::size_t> order(registers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    return std::tuple(registers[i].kind, registers[i].address);
  });
  std::vector<RegisterRequest> requests;
  for (const std::size_t i : order) {
    const ModbusRegister& reg = registers[i];
    const auto fits = [&](const RegisterRequest& request) {
      const std::size_t offset = std::size_t{reg.address} - request.address;
      return reg.kind == request.kind && offset <= request.words &&
             offset + WordsOf(reg.type) <= kMostRegisterWords;
    };
    if (requests.empty() || !fits(requests.back())) {
      requests.push_back({.kind = reg.kind, .address = reg.address, .words = 0, .places = {}});
    }
    RegisterRequest& request = requests.back();
    const std::size_t offset = std::size_t{reg.address} - request.address;
    request.words = std::max(request.words, offset + WordsOf(reg.type));
    request.places.push_back({i, offset});
  }
  return requests;
}

}  // namespace biglittle
