#include "device_agent/sources/iio/iio_sampler.h"

#include <utility>

namespace biglittle {

IioSampler::IioSampler(IioPlaces places, IioLine line)
    : places_(std::move(places)), line_(std::move(line)) {}

absl::Status IioSampler::Open() {
  auto device = IioDevice::Find(places_, line_.device);
  if (!device.ok()) return device.status();
  if (absl::Status there = device->CheckChannels(line_.channels, "", {"_raw", "_input"});
      !there.ok()) {
    return there;
  }
  // A device without a rate of its own converts when it is asked.
  if (const auto set = device->SetFrequency(line_); !set.ok()) return set.status();
  for (const std::string& name : line_.channels) {
    const std::string raw = "in_" + name + "_raw";
    if (!device->Has(raw)) {
      channels_.push_back({"in_" + name + "_input", {}});
      continue;
    }
    const auto conversion = device->ConversionOf(name);
    if (!conversion.ok()) return conversion.status();
    channels_.push_back({raw, *conversion});
  }
  device_ = *std::move(device);
  return absl::OkStatus();
}

void IioSampler::Close() {
  device_.reset();
  channels_.clear();
}

absl::Status IioSampler::Sample(std::span<float> frame) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto number = device_->ReadNumber(channels_[i].attribute);
    if (!number.ok()) return number.status();
    const IioConversion& conversion = channels_[i].conversion;
    frame[i] = static_cast<float>((*number + conversion.offset) * conversion.scale);
  }
  return absl::OkStatus();
}

}  // namespace biglittle
