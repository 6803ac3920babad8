#include "core/fleet/fleet_home_assistant.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/fleet/topic_levels.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxBirthPayloadBytes = 100;

void ReadPrefix(const YamlNode& node, std::string& target, Problems& problems) {
  ReadTopicLevels(node, "prefix", target, problems);
}

void ReadBirthTopic(const YamlNode& node, std::optional<std::string>& target, Problems& problems) {
  std::string topic;
  ReadTopicLevels(node, "birth_topic", topic, problems);
  if (!topic.empty()) target = topic;
}

void ReadBirthPayload(const YamlNode& node, std::string& target, Problems& problems) {
  auto line = ReadLine(node, "birth_payload", kMaxBirthPayloadBytes, problems);
  if (line) target = *std::move(line);
}

}  // namespace

const KeyTable<HomeAssistantConfig>& HomeAssistantKeys() {
  using Config = HomeAssistantConfig;
  static const KeyTable<Config> keys(
      "home_assistant",
      "how devices show themselves in [Home Assistant](dashboards.md#home-assistant)",
      {KeyReadBy(
           "prefix", &Config::prefix, ReadPrefix, {TopicLevelsShape()},
           {.help = "its discovery prefix: what its topics begin with; not among the fleet's"},
           WrittenDefault(Config{}.prefix)),
       KeyReadBy("birth_topic", &Config::birth_topic, ReadBirthTopic, {TopicLevelsShape()},
                 {.help = "where it says that it has begun; devices show themselves again then",
                  .absent = "`status` below the prefix"}),
       KeyReadBy("birth_payload", &Config::birth_payload, ReadBirthPayload,
                 {TextShape{.what = fmt::format("one line, {} bytes", kMaxBirthPayloadBytes),
                            .pattern = "",
                            .longest = kMaxBirthPayloadBytes}},
                 {.help = "what it says there"}, WrittenDefault(Config{}.birth_payload)),
       BoolKey(
           "steering", &Config::steering,
           {.help = "whether it is offered what [operators](steering.md) may do: pause, policy, "
                    "threshold, reset"}),
       BoolKey("remove", &Config::remove,
               {.help = "whether devices take away what they have shown there: for those without a "
                        "`store`, before `home_assistant` is taken out of the file"})});
  return keys;
}

void CheckHomeAssistant(const YamlNode& node, const HomeAssistantConfig& config,
                        std::string_view topic_root, Problems& problems) {
  const auto check = [&](std::string_view key, const std::string& topic) {
    if (!TopicsOverlap(topic, topic_root)) return;
    problems.Add(node, fmt::format("'{}' of home_assistant, {}, lies among the fleet's topics, {}: "
                                   "name another one",
                                   key, Quoted(topic), Quoted(topic_root)));
  };
  check("prefix", config.prefix);
  if (config.birth_topic) check("birth_topic", *config.birth_topic);
}

}  // namespace biglittle
