#include "device_agent/home_assistant/discovery_outlet.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "device_agent/delivery_tag.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kMostTopicBytes = 400;
// Values of our tags.
constexpr std::uint64_t kShown = 0;
constexpr std::uint64_t kCleared = 1;

// The levels of a topic that wire::DiscoveryTopic made, whatever the prefix.
bool IsEntryTopic(std::string_view topic) {
  constexpr std::string_view kEnd = "/config";
  if (topic.size() > kMostTopicBytes || !topic.ends_with(kEnd)) return false;
  topic.remove_suffix(kEnd.size());
  const std::size_t object = topic.rfind('/');
  if (object == std::string_view::npos) return false;
  const std::string_view kind = topic.substr(0, object);
  return topic.substr(object + 1).starts_with("biglittle") && kind.ends_with("/device") &&
         topic.find_first_of("+#$") == std::string_view::npos;
}

// Of the device's own name, so that it is the same each time.
SteadyTime::duration SpreadOf(std::string_view device) {
  return Milliseconds(std::hash<std::string_view>()(device) %
                      static_cast<std::size_t>(DiscoveryOutlet::kSpread.count()));
}

std::string Words(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

absl::StatusOr<std::string> DecodeEntryTopic(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("version", Json()) != kVersion ||
      !json.value("topic", Json()).is_string()) {
    return absl::InvalidArgumentError("it is damaged");
  }
  std::string topic = json["topic"].get<std::string>();
  if (!IsEntryTopic(topic)) {
    return absl::InvalidArgumentError("it names " + Quoted(topic) + ", which is no entry's topic");
  }
  return topic;
}

std::string EncodeEntryTopic(std::string_view topic) {
  return Json{{"version", kVersion}, {"topic", topic}}.dump() + "\n";
}

DiscoveryOutlet::DiscoveryOutlet(std::string device, std::optional<Entry> entry,
                                 std::optional<KeptFile> memory, Publish publish,
                                 const Clock& clock)
    : device_(std::move(device)),
      entry_(std::move(entry)),
      memory_(std::move(memory)),
      publish_(std::move(publish)),
      clock_(clock),
      answers_after_(SpreadOf(entry_ ? entry_->topic : device_)) {
  if (memory_) Recall();
}

void DiscoveryOutlet::Recall() {
  const auto text = memory_->Read();
  if (text.ok() && !*text) return Remember();
  const auto topic =
      text.ok() ? DecodeEntryTopic(**text) : absl::StatusOr<std::string>(text.status());
  if (!topic.ok()) {
    spdlog::error("{}: where Home Assistant has an entry of before is not known: {}: {}; put aside",
                  device_, memory_->path().string(), Words(topic.status()));
    memory_->PutAside();
    return Remember();
  }
  if (!entry_ || *topic != entry_->topic) old_topic_ = *topic;
}

// Before the entry is there. One of before is remembered until it is gone.
void DiscoveryOutlet::Remember() {
  if (!memory_) return;
  const absl::Status written = memory_->Write(entry_ ? EncodeEntryTopic(entry_->topic) : "");
  if (written.ok()) return;
  spdlog::error("{}: its entry in Home Assistant would outlive the file's home_assistant: {}",
                device_, Words(written));
}

void DiscoveryOutlet::OnLink(bool up) {
  link_up_ = up;
  show_at_.reset();
  if (!up) return;
  if (old_topic_) ClearOld();
  if (entry_) Show();
}

void DiscoveryOutlet::OnBirth() {
  if (!link_up_ || !entry_) return;
  const SteadyTime due = clock_.Now() + answers_after_;
  show_at_ = std::min(show_at_.value_or(due), due);
}

void DiscoveryOutlet::OnTime() {
  if (link_up_ && show_at_ && clock_.Now() >= *show_at_) Show();
}

std::optional<SteadyTime> DiscoveryOutlet::NextWake() const {
  return link_up_ ? show_at_ : std::nullopt;
}

void DiscoveryOutlet::Show() {
  show_at_.reset();
  Send(entry_->topic, entry_->payload, kShown);
}

void DiscoveryOutlet::ClearOld() { Send(*old_topic_, "", kCleared); }

void DiscoveryOutlet::Send(const std::string& topic, std::string payload, std::uint64_t value) {
  wire::Message message;
  message.topic = topic;
  if (!payload.empty()) message.content_type = wire::kJsonContent;
  message.payload = std::move(payload);
  message.retained = true;
  message.tag = ToTag({TagKind::kEntry, value});
  const absl::Status taken = publish_(std::move(message));
  if (taken.ok()) {
    ++sent_;
    return;
  }
  if (absl::IsInvalidArgument(taken)) return OnTooLarge();
  ++refused_;
  spdlog::warn("{}: its entry in Home Assistant is not sent: {}", device_, Words(taken));
  if (value == kShown) show_at_ = clock_.Now() + kAgain;
}

// Until the broker is another one, or takes more.
void DiscoveryOutlet::OnTooLarge() {
  ++refused_;
  spdlog::error(
      "{}: its entry in Home Assistant, {} bytes, is larger than the broker takes: raise "
      "its max_packet_size and 'max_payload_bytes'",
      device_, entry_ ? entry_->payload.size() : 0);
}

void DiscoveryOutlet::OnDelivered(std::uint64_t value, wire::Delivery delivery) {
  const bool refused = delivery == wire::Delivery::kRefused;
  if (refused) ++refused_;
  if (value == kShown) {
    if (refused && link_up_) show_at_ = clock_.Now() + kAgain;
    return;
  }
  if (!old_topic_) return;
  // Who has no right to it any more had it taken away by provisioning, which empties what is there.
  if (refused) {
    spdlog::warn(
        "{}: the broker does not let it remove its entry at {}: 'biglittle provision "
        "purge' does, if it is still there",
        device_, *old_topic_);
  }
  old_topic_.reset();
  Remember();
}

void DiscoveryOutlet::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  if (sent_ > 0) counters["home_assistant_sent"] = sent_;
  if (refused_ > 0) counters["home_assistant_refused"] = refused_;
}

}  // namespace biglittle
