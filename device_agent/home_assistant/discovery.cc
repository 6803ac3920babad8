#include "device_agent/home_assistant/discovery.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/fleet/device_sections.h"
#include "device_agent/home_assistant/class_texts.h"
#include "device_agent/little/escalation_policy.h"
#include "wire/home_assistant_topics.h"
#include "wire/messages/control.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;
using Policy = EscalationPolicyKind;

constexpr char kName[] = "BigLittle";
constexpr char kDiagnostic[] = "diagnostic";
constexpr char kConfig[] = "config";
// Under it the device answers requests; nobody waits for them there.
constexpr char kRequestId[] = "home-assistant";
constexpr std::size_t kShownDigits = 12;
// So many digits of a digest tell any labels of one task apart.
constexpr std::size_t kLabelDigits = 16;

// What a retained status or state becomes. `None` is Home Assistant's word for a value that is not
// known, and an empty text changes nothing. The message of a device that was lost has no figures.
constexpr char kAvailable[] = "{{ 'online' if value_json.state == 'online' else 'offline' }}";
constexpr char kConfidence[] = "{{ (value_json.confidence * 100) | round(1) }}";
constexpr char kDecidedBy[] =
    "{{ value_json.recent.decided_by if 'recent' in value_json else 'None' }}";
constexpr char kEscalated[] =
    "{{ (value_json.recent.escalated * 100) | round(1) if 'recent' in value_json else 'None' }}";
constexpr char kRoundTrip[] =
    "{{ value_json.recent.round_trip_ms if 'round_trip_ms' in value_json.get('recent', {}) "
    "else 'None' }}";
constexpr char kFallbacks[] =
    "{{ value_json.counters.get('decided_by_fallback', 0) | int if value_json.state == 'online' "
    "else '' }}";
constexpr char kThreshold[] = "{{ value_json.get('in_effect', {}).get('threshold', 'None') }}";
constexpr char kPaused[] = "{{ 'ON' if value_json.paused else 'OFF' }}";

std::string Request(wire::ControlVerb verb) {
  return Encode(wire::ControlRequest{.id = kRequestId, .verb = verb, .lasts = {}, .values = {}});
}

// A request to set one key, whose value is a template.
std::string SetRequest(std::string_view key, std::string_view value) {
  return fmt::format(R"({{"id":"{}","verb":"set","{}":{}}})", kRequestId, key, value);
}

// The entities of one device.
class Entities {
 public:
  explicit Entities(const DiscoveredDevice& device)
      : device_(device),
        object_id_(wire::ObjectId(device.topics.fleet(), device.device)),
        state_(device.topics.DeviceState(device.device)),
        status_(device.topics.DeviceStatus(device.device)),
        control_(device.topics.Control(device.device)) {}

  Json All() {
    AddState();
    AddFigures();
    AddRelease();
    if (device_.steering) AddSteering();
    return std::move(all_);
  }
  const std::string& object_id() const { return object_id_; }

 private:
  void Add(const std::string& key, const char* platform, const std::string& name, Json more) {
    Json entity{{"platform", platform}, {"unique_id", object_id_ + "_" + key}, {"name", name}};
    entity.update(more);
    all_[key] = std::move(entity);
  }

  void AddState() {
    Add("state", "sensor", "State",
        {{"device_class", "enum"},
         {"options", ClassTexts(device_.task)},
         {"state_topic", state_},
         {"value_template", ClassTemplate(device_.task)}});
    Add("confidence", "sensor", "Confidence",
        {{"unit_of_measurement", "%"},
         {"state_class", "measurement"},
         {"state_topic", state_},
         {"value_template", kConfidence}});
    for (const int index : device_.task.priority_classes) AddClass(index);
  }

  // Known by its label, so that it stays the same one in a task of more classes.
  void AddClass(int index) {
    const std::string_view label = device_.task.LabelOf(index);
    const std::string digest = Sha256(std::as_bytes(std::span(label)));
    Json more{{"state_topic", state_},
              {"value_template",
               fmt::format("{{{{ 'ON' if value_json['class'] == {} else 'OFF' }}}}", index)}};
    const auto known = device_.task.device_classes.find(index);
    if (known != device_.task.device_classes.end()) more["device_class"] = known->second;
    Add("class_" + digest.substr(0, kLabelDigits), "binary_sensor", NameText(label),
        std::move(more));
  }

  void AddFigures() {
    const auto add = [this](const char* key, const char* name, const char* value, Json more) {
      more["entity_category"] = kDiagnostic;
      more["state_topic"] = status_;
      more["value_template"] = value;
      Add(key, "sensor", name, std::move(more));
    };
    add("decided_by", "Decided by", kDecidedBy,
        {{"device_class", "enum"}, {"options", {"little", "big", "fallback"}}});
    add("escalated", "Escalated", kEscalated,
        {{"unit_of_measurement", "%"}, {"state_class", "measurement"}});
    add("round_trip", "Round trip", kRoundTrip,
        {{"device_class", "duration"},
         {"unit_of_measurement", "ms"},
         {"state_class", "measurement"}});
    add("fallbacks", "Fallbacks", kFallbacks, {{"state_class", "total_increasing"}});
  }

  // The device knows of no newer release than its own: it would refuse an older one.
  void AddRelease() {
    const std::string task = JinjaText(device_.task.name);
    Add("release", "update", "Model release",
        {{"title", fmt::format("Models of {}", device_.task.name)},
         {"state_topic", status_},
         {"value_template",
          fmt::format("{{% set release = value_json.get('releases', {{}}).get({0}) or "
                      "value_json.models.get({0}, '')[:{1}] %}}"
                      R"({{"installed_version":"{{{{ release }}}}",)"
                      R"("latest_version":"{{{{ release }}}}"}})",
                      task, kShownDigits)}});
  }

  void AddSteering() {
    Json options = OfferedPolicies(device_.task, device_.escalation);
    std::string known;
    for (const auto& option : options) {
      known += (known.empty() ? "" : ", ") + JinjaText(option.get<std::string>());
    }
    Add("policy", "select", "Policy",
        {{"entity_category", kConfig},
         {"options", std::move(options)},
         {"state_topic", status_},
         {"value_template",
          fmt::format("{{% set policy = value_json.get('in_effect', {{}}).get('policy') %}}"
                      "{{{{ policy if policy in [{}] else 'None' }}}}",
                      known)},
         {"command_topic", control_},
         {"command_template", SetRequest("policy", "\"{{ value }}\"")}});
    Add("threshold", "number", "Threshold",
        {{"entity_category", kConfig},
         {"min", 0},
         {"max", 1},
         {"step", 0.001},
         {"mode", "box"},
         {"state_topic", status_},
         {"value_template", kThreshold},
         {"command_topic", control_},
         {"command_template", SetRequest("threshold", "{{ value }}")}});
    Add("paused", "switch", "Paused",
        {{"entity_category", kConfig},
         {"state_topic", status_},
         {"value_template", kPaused},
         {"state_on", "ON"},
         {"state_off", "OFF"},
         {"command_topic", control_},
         {"payload_on", Request(wire::ControlVerb::kPause)},
         {"payload_off", Request(wire::ControlVerb::kResume)}});
    Add("reset", "button", "Reset to the file",
        {{"entity_category", kConfig},
         {"command_topic", control_},
         {"payload_press", Request(wire::ControlVerb::kReset)}});
  }

  const DiscoveredDevice& device_;
  const std::string object_id_;
  const std::string state_;
  const std::string status_;
  const std::string control_;
  Json all_ = Json::object();
};

}  // namespace

std::string DiscoveryOf(const DiscoveredDevice& device) {
  Entities entities(device);
  const Json availability{{"topic", device.topics.DeviceStatus(device.device)},
                          {"value_template", kAvailable},
                          {"payload_available", "online"},
                          {"payload_not_available", "offline"}};
  const Json payload{{"device",
                      {{"identifiers", Json::array({entities.object_id()})},
                       {"name", device.device},
                       {"manufacturer", kName},
                       {"model", device.task.name},
                       {"sw_version", ReleaseOf(device.task)}}},
                     {"origin", {{"name", kName}}},
                     {"availability", Json::array({availability})},
                     {"components", entities.All()}};
  return payload.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> OfferedPolicies(const Task& task, const EscalationConfig& escalation) {
  constexpr std::array kAll = {Policy::kTuned,   Policy::kConfidence, Policy::kMargin,
                               Policy::kEntropy, Policy::kLogistic,   Policy::kLittleOnly,
                               Policy::kBigOnly};
  std::vector<std::string> offered;
  EscalationConfig tried = escalation;
  for (const Policy policy : kAll) {
    tried.policy = policy;
    if (MakeRule(task, tried).ok()) offered.emplace_back(Name(policy));
  }
  return offered;
}

std::string ReleaseOf(const Task& task) {
  return task.release ? fmt::to_string(*task.release) : task.little.sha256.substr(0, kShownDigits);
}

}  // namespace biglittle
