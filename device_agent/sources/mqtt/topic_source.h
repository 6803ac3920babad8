// A live source that hears a topic of the fleet's broker.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"

#include "device_agent/sources/live_source.h"
#include "device_agent/sources/mqtt/topic_messages.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {

// Each message is whole in itself: samples of the format, the last of them taken when it arrived.
// Messages that were missed are a gap of unknown length, which no window goes across.
class TopicSource final : public LiveSource {
 public:
  // `topic` may have {device} in it, which stands for the device's id.
  TopicSource(std::string topic, int qos, std::unique_ptr<ByteSink> sink);
  ~TopicSource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override;
  void Stop() override;
  std::shared_ptr<wire::TopicListener> ListenFor(std::string_view device) override;

 private:
  void Run(SampleInbox& inbox);
  absl::Status Take(const TopicMessages::Item& item, SampleInbox& inbox);

  // Constant after construction.
  const std::string topic_;
  const int qos_;
  const std::unique_ptr<ByteSink> sink_;

  std::shared_ptr<TopicMessages> messages_;  // with the session, which may outlive the source
  std::thread thread_;
};

}  // namespace biglittle
