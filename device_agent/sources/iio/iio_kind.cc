#include "device_agent/sources/iio/iio_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "core/yaml/key_kinds.h"
#include "device_agent/sources/iio/iio_buffer.h"
#include "device_agent/sources/iio/iio_sampler.h"
#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/sampled_source.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostChannels = 64;
constexpr std::size_t kMaxNameBytes = 100;
constexpr std::int64_t kMostBuffered = 1'000'000;

void OfCopy(IioOptions&, std::uint64_t) {}

absl::Status Check(const IioOptions& options) {
  if (options.channels.empty()) return absl::InvalidArgumentError("the source has no 'channels'");
  if (options.sampling_frequency_hz <= 0.0F) {
    return absl::InvalidArgumentError("the source has no 'sampling_frequency_hz'");
  }
  const auto& channels = options.channels;
  for (auto channel = channels.begin(); channel != channels.end(); ++channel) {
    if (channel->find('/') != std::string::npos) {
      return absl::InvalidArgumentError(fmt::format(
          "{} in 'channels' is no name of a channel, which is like accel_x", Quoted(*channel)));
    }
    if (std::find(channels.begin(), channel, *channel) != channel) {
      return absl::InvalidArgumentError(
          fmt::format("{} is in 'channels' twice; remove one", Quoted(*channel)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<DeviceSource> Make(const IioOptions& options, const SourceConfig&, const Task& task,
                                  SourceShares&) {
  return MakeIioSource(options, task, {});
}

void ReadChannels(const YamlNode& node, std::vector<std::string>& channels, Problems& problems) {
  ReadLines(node, "channels", kMostChannels, kMaxNameBytes, channels, problems);
}

Key<IioOptions> ChannelsKey() {
  const ListShape names{
      .least = 1,
      .most = kMostChannels,
      .element = Each({TextShape{.what = "name", .pattern = "", .longest = kMaxNameBytes}})};
  return KeyReadBy<IioOptions, std::vector<std::string>>(
      "channels", &IioOptions::channels, ReadChannels, {names},
      {.help = "in the order of the task's: `accel_x` is the one of `in_accel_x_raw`"});
}

std::vector<Key<IioOptions>> Keys() {
  std::vector<Key<IioOptions>> keys = WindowingKeys<IioOptions>();
  keys.insert(
      keys.begin(),
      {RequiredHereOrInDefaults(LineKey("device", &IioOptions::device,
                                        {.what = "device", .pattern = "", .longest = kMaxNameBytes},
                                        {.help = "its name, such as `adxl345`, or `iio:device0`"})),
       RequiredHereOrInDefaults(ChannelsKey()),
       RequiredHereOrInDefaults(FractionKey(
           "sampling_frequency_hz", &IioOptions::sampling_frequency_hz, {0, 1e6, true},
           {.help = "that the device is set to; another one than the task's `rate_hz` is a "
                    "mistake unless `resample` says otherwise",
            .unit = "Hz"})),
       WholeKey("buffer_samples", &IioOptions::buffer_samples, {1, kMostBuffered},
                {.help = "that the kernel keeps while nobody reads them",
                 .unit = "samples",
                 .absent = "no buffer: each channel is asked for at `sampling_frequency_hz`"})});
  return keys;
}

}  // namespace

const KeyTable<IioOptions>& IioKeys() {
  static const KeyTable<IioOptions> keys("iio_source", "a sensor by Linux's industrial I/O",
                                         Keys());
  return keys;
}

const DeviceSourceKind& IioKind() {
  static const SourceRow<IioOptions> row(kIioType, IioKeys(), OfCopy, Make);
  return row;
}

absl::StatusOr<DeviceSource> MakeIioSource(const IioOptions& options, const Task& task,
                                           const IioPlaces& places) {
  if (absl::Status good = Check(options); !good.ok()) return good;
  WindowingOptions windowing = options;
  windowing.rate_hz = options.sampling_frequency_hz;
  auto feed = FrameFeed::Make(windowing, options.channels.size(), task);
  if (!feed.ok()) return feed.status();
  const IioLine line{options.device, options.channels, options.sampling_frequency_hz,
                     options.buffer_samples.value_or(0)};
  if (!options.buffer_samples) {
    return std::make_unique<SampledSource>(std::make_unique<IioSampler>(places, line),
                                           *std::move(feed), line.channels.size(),
                                           line.sampling_frequency_hz);
  }
  auto buffer = std::make_unique<IioBuffer>(places, line);
  auto scans = std::make_unique<IioScans>(*buffer, *std::move(feed));
  return std::make_unique<StreamSource>(std::move(buffer), std::move(scans), false,
                                        Milliseconds(100));
}

}  // namespace biglittle
