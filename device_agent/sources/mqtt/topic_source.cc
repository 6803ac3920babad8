#include "device_agent/sources/mqtt/topic_source.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "core/program/exception_status.h"

namespace biglittle {
namespace {

constexpr std::string_view kDevice = "{device}";

std::string TopicOf(std::string topic, std::string_view device) {
  for (std::size_t at = topic.find(kDevice); at != std::string::npos;
       at = topic.find(kDevice, at + device.size())) {
    topic.replace(at, kDevice.size(), device);
  }
  return topic;
}

}  // namespace

TopicSource::TopicSource(std::string topic, int qos, std::unique_ptr<ByteSink> sink)
    : topic_(std::move(topic)), qos_(qos), sink_(std::move(sink)) {}

std::shared_ptr<wire::TopicListener> TopicSource::ListenFor(std::string_view device) {
  messages_ = std::make_shared<TopicMessages>(TopicOf(topic_, device), qos_);
  return messages_;
}

absl::Status TopicSource::Start(SampleInbox& inbox) {
  if (messages_ == nullptr) {
    return absl::FailedPreconditionError("a topic is heard by a device with a broker only");
  }
  sink_->Begin(inbox, Clock::Real().Now());
  messages_->Begin();
  thread_ = std::thread([this, &inbox] { Run(inbox); });
  return absl::OkStatus();
}

void TopicSource::Stop() {
  if (messages_) messages_->Close();
  if (thread_.joinable()) thread_.join();
}

void TopicSource::Run(SampleInbox& inbox) {
  while (const std::optional<TopicMessages::Item> item = messages_->Next()) {
    const absl::Status taken = StatusOrException([&] { return Take(*item, inbox); });
    if (!taken.ok()) return inbox.Fail(taken);
  }
}

absl::Status TopicSource::Take(const TopicMessages::Item& item, SampleInbox& inbox) {
  if (const auto* refusal = std::get_if<absl::Status>(&item)) {
    return absl::PermissionDeniedError(fmt::format(
        "the broker will not let the device hear its sensor: {}: let it subscribe there",
        std::string(refusal->message())));
  }
  if (const auto* missed = std::get_if<MissedMessages>(&item)) {
    inbox.Gap(missed->messages);
    sink_->Begin(inbox, Clock::Real().Now());
    return absl::OkStatus();
  }
  const auto& message = std::get<wire::Message>(item);
  absl::Status read = sink_->OnBytes(message.payload, message.received_at);
  return read.ok() ? sink_->OnEnd(message.received_at) : read;
}

}  // namespace biglittle
