#include "device_agent/sources/iio/iio_buffer.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

namespace biglittle {
namespace {

constexpr char kEnable[] = "buffer/enable";
constexpr char kElements[] = "scan_elements";

std::string ElementFile(const std::string& channel, std::string_view ending) {
  return fmt::format("{}/in_{}{}", kElements, channel, ending);
}

}  // namespace

IioBuffer::IioBuffer(IioPlaces places, IioLine line)
    : places_(std::move(places)), line_(std::move(line)) {}

absl::StatusOr<int> IioBuffer::Open() {
  auto device = IioDevice::Find(places_, line_.device);
  if (!device.ok()) return device.status();
  title_ = device->title();
  if (!device->Has(kEnable) || !device->Has(kElements)) {
    return absl::UnavailableError(fmt::format(
        "{} has no buffer: leave out 'buffer_samples', and its channels are asked for one by one",
        title_));
  }
  node_ = Descriptor(open(device->node().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!node_.valid()) {
    return absl::UnavailableError(fmt::format("{}: {} cannot be opened: {}", title_,
                                              device->node().string(), std::strerror(errno)));
  }
  device_ = *std::move(device);
  if (absl::Status set = SetUp(*device_); !set.ok()) return set;
  return node_.get();
}

void IioBuffer::Close() {
  // What is unplugged needs no more.
  if (device_) device_->Write(kEnable, "0").IgnoreError();
  device_.reset();
  node_.Reset();
}

absl::Status IioBuffer::WhyEnded() {
  return absl::UnavailableError(fmt::format("{} is gone: unplugged?", title_));
}

absl::Status IioBuffer::SetUp(const IioDevice& device) {
  if (absl::Status there = device.CheckChannels(line_.channels, kElements, {"_en"}); !there.ok()) {
    return there;
  }
  // Nothing can be set while it is enabled.
  if (absl::Status off = device.Write(kEnable, "0"); !off.ok()) return off;
  if (absl::Status set = SetFrequency(device); !set.ok()) return set;
  if (absl::Status enabled = EnableChannels(device); !enabled.ok()) return enabled;
  std::vector<ScanChannel> channels;
  for (const std::string& name : line_.channels) {
    auto channel = ChannelOf(device, name);
    if (!channel.ok()) return channel.status();
    channels.push_back(*std::move(channel));
  }
  auto layout = ScanLayout::Make(std::move(channels));
  if (!layout.ok()) {
    return absl::UnavailableError(
        fmt::format("{}: {}", title_, std::string(layout.status().message())));
  }
  layout_ = *std::move(layout);
  const std::string length = fmt::format("{}", line_.buffer_samples);
  if (absl::Status set = device.Write("buffer/length", length); !set.ok()) return set;
  if (const absl::Status on = device.Write(kEnable, "1"); !on.ok()) {
    return absl::UnavailableError(fmt::format(
        "{}; a device without a trigger of its own needs one's name in trigger/current_trigger",
        std::string(on.message())));
  }
  return absl::OkStatus();
}

absl::Status IioBuffer::SetFrequency(const IioDevice& device) const {
  const auto own = device.SetFrequency(line_);
  if (!own.ok()) return own.status();
  if (*own) return absl::OkStatus();
  const std::string trigger = device.Read("trigger/current_trigger").value_or("");
  if (!trigger.empty()) {
    const auto found = IioDevice::FindTrigger(places_, trigger);
    if (!found.ok()) return found.status();
    const auto set = found->SetFrequency(line_);
    if (!set.ok()) return set.status();
    if (*set) return absl::OkStatus();
  }
  return absl::UnavailableError(fmt::format(
      "neither {} nor a trigger of it has a sampling_frequency that could be set: leave out "
      "'buffer_samples', and its channels are asked for at 'sampling_frequency_hz'",
      title_));
}

absl::Status IioBuffer::EnableChannels(const IioDevice& device) const {
  constexpr std::string_view kEnabled = "_en";
  std::error_code error;
  std::filesystem::directory_iterator entry(device.folder() / kElements, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    const std::string attribute = fmt::format("{}/{}", kElements, file);
    if (!file.ends_with(kEnabled) || device.Read(attribute).value_or("") == "0") continue;
    if (absl::Status off = device.Write(attribute, "0"); !off.ok()) return off;
  }
  for (const std::string& name : line_.channels) {
    if (absl::Status on = device.Write(ElementFile(name, kEnabled), "1"); !on.ok()) return on;
  }
  return absl::OkStatus();
}

absl::StatusOr<ScanChannel> IioBuffer::ChannelOf(const IioDevice& device, const std::string& name) {
  const auto index = device.ReadNumber(ElementFile(name, "_index"));
  if (!index.ok()) return index.status();
  constexpr double kMostIndex = 65'535;
  if (*index < 0 || *index > kMostIndex) {
    return absl::UnavailableError(
        fmt::format("{}: {} is out of range", device.title(), ElementFile(name, "_index")));
  }
  const auto type = device.Read(ElementFile(name, "_type"));
  if (!type.ok()) return type.status();
  const auto element = ParseScanElement(*type);
  if (!element.ok()) {
    return absl::UnavailableError(fmt::format("{}: {}: {}", device.title(),
                                              ElementFile(name, "_type"),
                                              std::string(element.status().message())));
  }
  const auto conversion = device.ConversionOf(name);
  if (!conversion.ok()) return conversion.status();
  return ScanChannel{name, static_cast<std::uint32_t>(*index), *element, conversion->scale,
                     conversion->offset};
}

IioScans::IioScans(const IioBuffer& buffer, std::unique_ptr<FrameFeed> feed)
    : buffer_(buffer), feed_(std::move(feed)) {}

void IioScans::Begin(SampleInbox& inbox, SteadyTime now) {
  feed_->Begin(inbox, now);
  rest_.clear();
}

absl::Status IioScans::OnBytes(std::string_view bytes, SteadyTime now) {
  const ScanLayout& layout = buffer_.layout();
  rest_ += bytes;
  frames_.clear();
  auto scans = std::as_bytes(std::span(rest_));
  for (; scans.size() >= layout.scan_bytes(); scans = scans.subspan(layout.scan_bytes())) {
    layout.Decode(scans.first(layout.scan_bytes()), frames_);
  }
  rest_.erase(0, rest_.size() - scans.size());
  if (!frames_.empty()) feed_->Push(frames_, now);
  return absl::OkStatus();
}

}  // namespace biglittle
