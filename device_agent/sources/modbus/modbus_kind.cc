#include "device_agent/sources/modbus/modbus_kind.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/sampled_source.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostRegisters = 64;
constexpr std::size_t kMaxControllerBytes = 4096;
// What ParseModbusController takes, but for a port or an address with a digit too great.
constexpr char kController[] =
    "^(/.*|tcp://([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?)$";

constexpr std::array<Choice<RegisterKind>, 2> kKinds{{
    {RegisterKind::kHolding, "holding", "function 3"},
    {RegisterKind::kInput, "input", "function 4"},
}};
constexpr std::array<Choice<RegisterType>, 5> kTypes{{
    {RegisterType::kInt16, "int16"},
    {RegisterType::kUint16, "uint16"},
    {RegisterType::kInt32, "int32", "two registers, as all of 32 bits"},
    {RegisterType::kUint32, "uint32"},
    {RegisterType::kFloat32, "float32"},
}};
constexpr std::array<Choice<RegisterOrder>, 4> kOrders{{
    {RegisterOrder::kAbcd, "big", "abcd, as the standard has it"},
    {RegisterOrder::kDcba, "little", "dcba; of 16 bits ba"},
    {RegisterOrder::kBadc, "big_swap", "badc: the bytes of each register are swapped"},
    {RegisterOrder::kCdab, "little_swap", "cdab: the registers are swapped"},
}};
constexpr std::array<Choice<ModbusParity>, 3> kModbusParities{{
    {ModbusParity::kNone, "none"},
    {ModbusParity::kEven, "even"},
    {ModbusParity::kOdd, "odd"},
}};

void ReadController(const YamlNode& node, ModbusController& controller, Problems& problems) {
  const auto line = ReadLine(node, "controller", kMaxControllerBytes, problems);
  if (!line) return;
  auto parsed = ParseModbusController(*line);
  if (!parsed.ok()) return problems.Add(node, std::string(parsed.status().message()));
  controller = *std::move(parsed);
}

void ReadRegisters(const YamlNode& node, std::vector<ModbusRegister>& registers,
                   Problems& problems) {
  const auto* items = ReadList(node, "registers", 1, kMostRegisters, problems);
  if (items == nullptr) return;
  registers.clear();
  for (const YamlNode* item : *items) {
    ReadSection(*item, "register", ModbusRegisterKeys(), registers.emplace_back(), problems);
  }
}

void CheckRegister(MapReader& map, ModbusRegister& reg) {
  if (reg.address + WordsOf(reg.type) <= 0x10000) return;
  map.problems().Add(map.node(), fmt::format("register {} is the last one: a value of 32 bits "
                                             "begins at {} at the latest",
                                             reg.address, reg.address - 1));
}

void OfCopy(ModbusOptions&, std::uint64_t) {}

absl::Status CheckLine(const ModbusOptions& options) {
  if (options.controller.is_tcp()) return absl::OkStatus();
  if (options.slave_id == 0) {
    return absl::InvalidArgumentError(
        "'slave_id' 0 speaks to all slaves of a serial line, and none answers: say which one, 1 to "
        "247");
  }
  if (IsModbusBaudRate(options.baud_rate)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "'baud_rate' {} is none that a Modbus line has; 9600, 19200, 115200 and the like are",
      options.baud_rate));
}

absl::StatusOr<DeviceSource> Make(const ModbusOptions& options, const SourceConfig&,
                                  const Task& task, SourceShares&) {
  if (absl::Status line = CheckLine(options); !line.ok()) return line;
  const std::size_t channels = options.registers.size();
  auto feed = FrameFeed::Make(options, channels, task);
  if (!feed.ok()) return feed.status();
  return std::make_unique<SampledSource>(
      std::make_unique<ModbusSampler>(
          ModbusPlace{options.controller, options, options.slave_id, options.timeout},
          options.registers),
      *std::move(feed), channels, static_cast<double>(options.rate_hz.value_or(1.0F)));
}

std::vector<Key<ModbusOptions>> LineKeys() {
  return {
      WholeKey<ModbusOptions, std::uint32_t>("baud_rate", &ModbusLine::baud_rate, {300, 921'600},
                                             {.help = "of a serial line", .unit = "baud"}),
      ChoiceKey<ModbusOptions, ModbusParity>("parity", &ModbusLine::parity, kModbusParities,
                                             {.help = "of a serial line's character"}),
      WholeKey<ModbusOptions, std::uint8_t>(
          "data_bits", &ModbusLine::data_bits, {7, 8},
          {.help = "of a serial line's character", .unit = "bits"}),
      WholeKey<ModbusOptions, std::uint8_t>(
          "stop_bits", &ModbusLine::stop_bits, {1, 2},
          {.help = "of a serial line's character; without parity Modbus "
                   "prefers 2",
           .unit = "bits"}),
  };
}

Key<ModbusOptions> RegistersKey() {
  return RequiredHereOrInDefaults(
      KeyReadBy("registers", &ModbusOptions::registers, ReadRegisters,
                {ListShape{.least = 1,
                           .most = kMostRegisters,
                           .element = Each({MapShape{{ModbusRegisterKeys().facts()}}})}},
                {.help = "a channel each; those that are neighbours are read by one request"}));
}

std::vector<Key<ModbusOptions>> Keys() {
  std::vector<Key<ModbusOptions>> keys{
      RequiredHereOrInDefaults(KeyReadBy(
          "controller", &ModbusOptions::controller, ReadController,
          {TextShape{.what = "controller", .pattern = kController, .longest = kMaxControllerBytes}},
          {.help = "`tcp://host:port`, port 502 where none is said, or a serial line such as "
                   "`/dev/ttyUSB0`, which then speaks Modbus RTU"})),
      WholeKey("slave_id", &ModbusOptions::slave_id, {0, 247},
               {.help = "of the slave, also called unit; `0` has a meaning over TCP only"}),
      RegistersKey(),
      RequiredHereOrInDefaults(FractionKey<ModbusOptions, std::optional<float>>(
          "rate_hz", &WindowingOptions::rate_hz, {0.001, 1000},
          {.help = "how often the registers are read; another one than the task's `rate_hz` is a "
                   "mistake unless `resample` says otherwise",
           .unit = "Hz"})),
      WholeKey("timeout_ms", &ModbusOptions::timeout, {1, 60'000},
               {.help = "of connecting, and of each answer"}),
  };
  for (auto& more : {LineKeys(), WindowingKeys<ModbusOptions>()}) {
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

}  // namespace

const KeyTable<ModbusRegister>& ModbusRegisterKeys() {
  static const KeyTable<ModbusRegister> keys(
      "modbus_register", "a value in one or two registers of a Modbus slave",
      {Required(
           WholeKey("address", &ModbusRegister::address, {0, 65'535},
                    {.help = "as it is sent, from 0: what a manual calls 40001 or 30001 is 0"})),
       ChoiceKey("kind", &ModbusRegister::kind, kKinds, {.help = "which registers"}),
       ChoiceKey("data_type", &ModbusRegister::type, kTypes, {.help = "what they hold"}),
       ChoiceKey("byte_order", &ModbusRegister::order, kOrders,
                 {.help = "in which the bytes of a value, a the highest, come"}),
       FractionKey("scale", &ModbusRegister::scale, {-1e9, 1e9},
                   {.help = "the value is multiplied by it"})},
      CheckRegister);
  return keys;
}

const KeyTable<ModbusOptions>& ModbusKeys() {
  static const KeyTable<ModbusOptions> keys("modbus_source", "registers of a Modbus slave", Keys());
  return keys;
}

const DeviceSourceKind& ModbusKind() {
  static const SourceRow<ModbusOptions> row(kModbusType, ModbusKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
