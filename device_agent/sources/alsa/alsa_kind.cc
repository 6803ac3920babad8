#include "device_agent/sources/alsa/alsa_kind.h"

#include <memory>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/alsa/alsa_capture.h"
#include "device_agent/sources/alsa/alsa_source.h"
#include "device_agent/sources/stream/frame_feed.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxDeviceBytes = 200;

void OfCopy(AlsaOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const AlsaOptions& options, const SourceConfig&, const Task& task,
                                  SourceShares&) {
  if (!options.rate_hz) return absl::InvalidArgumentError("the source has no 'rate_hz'");
  auto feed = FrameFeed::Make(options, options.channels, task);
  if (!feed.ok()) return feed.status();
  const CaptureLine line{options.device, static_cast<std::uint32_t>(*options.rate_hz),
                         options.channels};
  return std::make_unique<AlsaSource>(std::make_unique<AlsaCapture>(line), *std::move(feed), line);
}

std::vector<Key<AlsaOptions>> Keys() {
  std::vector<Key<AlsaOptions>> keys = WindowingKeys<AlsaOptions>();
  Key<AlsaOptions> device =
      LineKey("device", &AlsaOptions::device,
              {.what = "ALSA device", .pattern = "", .longest = kMaxDeviceBytes},
              {.help = "as ALSA calls it: `arecord -L` lists them"});
  device.facts.default_value = WrittenDefault(AlsaOptions{}.device);
  keys.insert(
      keys.begin(),
      {std::move(device),
       RequiredHereOrInDefaults(WholeKey<AlsaOptions, std::optional<float>>(
           "rate_hz", &WindowingOptions::rate_hz, {1000, 768'000},
           {.help = "at which the microphone samples; another one than the task's `rate_hz` is a "
                    "mistake unless `resample` says otherwise",
            .unit = "Hz"})),
       WholeKey("channels", &AlsaOptions::channels, {1, 64},
                {.help = "of the microphone, each 16 bits, -32768 to 32767"})});
  return keys;
}

}  // namespace

const KeyTable<AlsaOptions>& AlsaKeys() {
  static const KeyTable<AlsaOptions> keys("alsa_source", "sound that ALSA captures", Keys());
  return keys;
}

const DeviceSourceKind& AlsaKind() {
  static const SourceRow<AlsaOptions> row(kAlsaType, AlsaKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
