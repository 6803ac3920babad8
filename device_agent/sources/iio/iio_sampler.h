// An industrial I/O device whose channels are asked for one by one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device_agent/sources/iio/iio_device.h"
#include "device_agent/sources/stream/sampled_source.h"

namespace biglittle {

// A frame has the physical value of each channel of the line, in its order: of in_<channel>_raw,
// or of in_<channel>_input, which is one already.
class IioSampler final : public FrameSampler {
 public:
  IioSampler(IioPlaces places, IioLine line);

  absl::Status Open() override;
  void Close() override;
  absl::Status Sample(std::span<float> frame) override;

 private:
  struct Channel {
    std::string attribute;
    IioConversion conversion;
  };

  const IioPlaces places_;
  const IioLine line_;
  std::optional<IioDevice> device_;
  std::vector<Channel> channels_;
};

}  // namespace biglittle
