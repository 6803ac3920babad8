#include "device_agent/sources/mqtt/mqtt_kind.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "core/text.h"
#include "core/yaml/key_kinds.h"
#include "device_agent/sources/mqtt/topic_source.h"
#include "device_agent/sources/stream/stream_feed.h"

namespace biglittle {
namespace {

void OfCopy(MqttOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const MqttOptions& options, const SourceConfig&, const Task& task,
                                  SourceShares&) {
  if (options.topic.starts_with('/') || options.topic.starts_with('$') ||
      options.topic.find_first_of("+#") != std::string::npos) {
    return absl::InvalidArgumentError(fmt::format(
        "'topic' {} must name one topic, without + and #, and not begin with / or $: several "
        "sensors in one stream would be mixed up",
        Quoted(options.topic)));
  }
  auto feed = StreamFeed::Make(options, task);
  if (!feed.ok()) return feed.status();
  return std::make_unique<TopicSource>(options.topic, options.qos, *std::move(feed));
}

std::vector<Key<MqttOptions>> Keys() {
  std::vector<Key<MqttOptions>> keys = StreamKeys<MqttOptions>();
  keys.insert(keys.begin(),
              {RequiredHereOrInDefaults(LineKey(
                   "topic", &MqttOptions::topic, {.what = "topic", .pattern = "", .longest = 512},
                   {.help = "of the fleet's broker; `{device}` in it stands for the device's id"})),
               WholeKey("qos", &MqttOptions::qos, {0, 1},
                        {.help = "with 1 the broker keeps what is sent while the device is away, "
                                 "which then comes late"})});
  return keys;
}

}  // namespace

const KeyTable<MqttOptions>& MqttKeys() {
  static const KeyTable<MqttOptions> keys(
      "mqtt_source", "samples in the messages of a topic of the fleet's broker", Keys());
  return keys;
}

const DeviceSourceKind& MqttKind() {
  static const SourceRow<MqttOptions> row(kMqttType, MqttKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
