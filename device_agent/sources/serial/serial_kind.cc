#include "device_agent/sources/serial/serial_kind.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/stream/stream_feed.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {
namespace {

constexpr std::array<Choice<Parity>, 3> kParities{{
    {Parity::kNone, "none"},
    {Parity::kEven, "even"},
    {Parity::kOdd, "odd"},
}};

void OfCopy(SerialOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const SerialOptions& options, const SourceConfig&,
                                  const Task& task, SourceShares&) {
  if (!IsBaudRate(options.baud_rate)) {
    return absl::InvalidArgumentError(fmt::format(
        "'baud_rate' {} is none that a serial line has; 9600, 115200, 921600 and the like are",
        options.baud_rate));
  }
  auto feed = StreamFeed::Make(options, task);
  if (!feed.ok()) return feed.status();
  return std::make_unique<StreamSource>(
      std::make_unique<SerialStream>(SerialLine{options.port, options.baud_rate, options.data_bits,
                                                options.parity, options.stop_bits}),
      *std::move(feed), false, Milliseconds(100));
}

std::vector<Key<SerialOptions>> Keys() {
  std::vector<Key<SerialOptions>> keys = StreamKeys<SerialOptions>();
  keys.insert(keys.begin(),
              {RequiredHereOrInDefaults(PathKey("port", &SerialOptions::port, "device",
                                                {.help = "such as `/dev/ttyUSB0`"})),
               WholeKey("baud_rate", &SerialOptions::baud_rate, {1200, 4'000'000},
                        {.help = "one of those that serial lines have", .unit = "baud"}),
               WholeKey("data_bits", &SerialOptions::data_bits, {5, 8},
                        {.help = "of a character", .unit = "bits"}),
               ChoiceKey("parity", &SerialOptions::parity, kParities, {.help = "of a character"}),
               WholeKey("stop_bits", &SerialOptions::stop_bits, {1, 2},
                        {.help = "of a character", .unit = "bits"})});
  return keys;
}

}  // namespace

const KeyTable<SerialOptions>& SerialKeys() {
  static const KeyTable<SerialOptions> keys("serial_source", "samples from a serial line", Keys());
  return keys;
}

const DeviceSourceKind& SerialKind() {
  static const SourceRow<SerialOptions> row(kSerialType, SerialKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
