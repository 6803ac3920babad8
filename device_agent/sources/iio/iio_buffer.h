// An industrial I/O device that samples into a buffer of the kernel.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "device_agent/sources/iio/iio_device.h"
#include "device_agent/sources/iio/scan_layout.h"
#include "device_agent/sources/stream/byte_stream.h"
#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {

// The scans of the line's channels, and of no others, as the device's node gives them. The device
// node belongs to one reader at a time, and so does the buffer: what another one left enabled is
// set up anew. Closing disables it.
class IioBuffer final : public ByteStream {
 public:
  IioBuffer(IioPlaces places, IioLine line);
  ~IioBuffer() override { Close(); }

  absl::StatusOr<int> Open() override;
  void Close() override;
  absl::Status WhyEnded() override;

  // Of what Open has opened.
  const ScanLayout& layout() const { return layout_; }
  const std::string& title() const { return title_; }

 private:
  absl::Status SetUp(const IioDevice& device);
  absl::Status SetFrequency(const IioDevice& device) const;
  absl::Status EnableChannels(const IioDevice& device) const;
  static absl::StatusOr<ScanChannel> ChannelOf(const IioDevice& device, const std::string& name);

  const IioPlaces places_;
  const IioLine line_;
  std::optional<IioDevice> device_;  // whose buffer is, or may be, enabled
  std::string title_;                // for messages, also when it is gone
  Descriptor node_;
  ScanLayout layout_;
};

// From scans to frames.
class IioScans final : public ByteSink {
 public:
  // `buffer`, which is opened before the first bytes come, must stay.
  IioScans(const IioBuffer& buffer, std::unique_ptr<FrameFeed> feed);

  void Begin(SampleInbox& inbox, SteadyTime now) override;
  absl::Status OnBytes(std::string_view bytes, SteadyTime now) override;
  absl::Status OnEnd(SteadyTime) override { return absl::OkStatus(); }

 private:
  const IioBuffer& buffer_;
  const std::unique_ptr<FrameFeed> feed_;
  std::string rest_;  // less than a scan
  std::vector<float> frames_;
};

}  // namespace biglittle
