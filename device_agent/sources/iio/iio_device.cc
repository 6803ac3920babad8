#include "device_agent/sources/iio/iio_device.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "core/descriptor.h"
#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kDevicePrefix = "iio:device";
constexpr std::string_view kTriggerPrefix = "trigger";
constexpr std::size_t kMostShownNames = 64;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kWhite{" \t\r\n\0", 5};
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

// At most a page, as attributes have; the errno where it cannot be read.
struct AttributeText {
  std::string text;
  int error = 0;
};
AttributeText ReadAttribute(const std::filesystem::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return {"", errno};
  std::array<char, 4096> bytes;
  const ssize_t count = read(file.get(), bytes.data(), bytes.size());
  if (count < 0) return {"", errno};
  return {std::string(Trimmed({bytes.data(), static_cast<std::size_t>(count)})), 0};
}

std::optional<double> NumberIn(std::string_view text) {
  const auto number = ParseNumber<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// Names for a message.
std::string Listed(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto repeats = std::ranges::unique(names);
  names.erase(repeats.begin(), repeats.end());
  if (names.empty()) return "none";
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMostShownNames); ++i) {
    list += (list.empty() ? "" : ", ") + names[i];
  }
  return names.size() > kMostShownNames ? list + " and others" : list;
}

std::vector<std::filesystem::path> EntriesOf(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

// accel of accel_x, voltage of voltage3, voltage-voltage of voltage0-voltage1: what attributes that
// channels share are called by.
std::string TypeOf(std::string_view channel) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  const auto type = [](std::string_view name) {
    return name.substr(0, std::min(name.find_first_not_of(kLetters), name.size()));
  };
  const std::size_t dash = channel.find('-');
  std::string first(type(channel.substr(0, dash)));
  if (dash == std::string_view::npos) return first;
  return first + "-" + std::string(type(channel.substr(dash + 1)));
}

std::string TitleOf(std::string_view name, const std::filesystem::path& folder) {
  return fmt::format("{} ({})", Quoted(name), folder.filename().string());
}

// The end of a message, of the rates that there are.
std::string Offered(std::string_view available) {
  return available.empty() ? "" : fmt::format("; it can do '{}'", Shown(available));
}

}  // namespace

absl::Status CheckFrequency(std::string_view device, double asked_hz, double made_hz,
                            std::string_view available) {
  if (std::abs(made_hz - asked_hz) <= 0.01 * asked_hz) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{} samples at {} Hz where {} Hz were asked for: mend 'sampling_frequency_hz'{}",
                  device, made_hz, asked_hz, Offered(available)));
}

IioDevice::IioDevice(std::filesystem::path folder, std::filesystem::path node,
                     std::string_view name)
    : folder_(std::move(folder)), node_(std::move(node)), title_(TitleOf(name, folder_)) {}

absl::StatusOr<IioDevice> IioDevice::Find(const IioPlaces& places, const std::string& device) {
  return FindAmong(places, kDevicePrefix, device);
}

absl::StatusOr<IioDevice> IioDevice::FindTrigger(const IioPlaces& places, const std::string& name) {
  return FindAmong(places, kTriggerPrefix, name);
}

absl::StatusOr<IioDevice> IioDevice::FindAmong(const IioPlaces& places, std::string_view prefix,
                                               const std::string& device) {
  std::vector<IioDevice> found;
  std::vector<std::string> all;
  for (const std::filesystem::path& folder : EntriesOf(places.devices)) {
    const std::string file = folder.filename().string();
    if (!file.starts_with(prefix)) continue;
    const std::string name = ReadAttribute(folder / "name").text;
    IioDevice one(folder, places.nodes / file, name);
    all.push_back(one.title());
    if (device == file || device == name) found.push_back(std::move(one));
  }
  if (found.size() == 1) return found.front();
  const std::string_view what = prefix == kTriggerPrefix ? "trigger" : "device";
  if (found.empty()) {
    return absl::UnavailableError(
        fmt::format("there is no industrial I/O {} {} in {}; those that there are: {}", what,
                    Quoted(device), places.devices.string(), Listed(std::move(all))));
  }
  std::vector<std::string> folders;
  for (const IioDevice& one : found) folders.push_back(one.folder_.filename().string());
  return absl::UnavailableError(fmt::format("{} industrial I/O {}s are called {}: name one of {}",
                                            found.size(), what, Quoted(device),
                                            Listed(std::move(folders))));
}

absl::StatusOr<std::string> IioDevice::Read(const std::string& attribute) const {
  AttributeText read = ReadAttribute(folder_ / attribute);
  if (read.error == 0) return std::move(read.text);
  const std::string what =
      fmt::format("{}: {} cannot be read: {}", title_, attribute, std::strerror(read.error));
  switch (read.error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case EACCES:
      return absl::UnavailableError(what);
    default:
      return absl::DataLossError(what);
  }
}

absl::StatusOr<double> IioDevice::ReadNumber(const std::string& attribute) const {
  const absl::StatusOr<std::string> text = Read(attribute);
  if (!text.ok()) return text.status();
  if (const std::optional<double> number = NumberIn(*text)) return *number;
  return absl::DataLossError(
      fmt::format("{}: {} has {}, which is no number", title_, attribute, Quoted(*text)));
}

absl::Status IioDevice::Write(const std::string& attribute, std::string_view value) const {
  const Descriptor file(open((folder_ / attribute).c_str(), O_WRONLY | O_CLOEXEC | O_TRUNC));
  if (file.valid() && write(file.get(), value.data(), value.size()) >= 0) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{}: {} cannot be set to {}: {}", title_, attribute,
                                            value, std::strerror(errno)));
}

bool IioDevice::Has(const std::string& attribute) const {
  std::error_code error;
  return std::filesystem::exists(folder_ / attribute, error);
}

absl::Status IioDevice::CheckChannels(const std::vector<std::string>& channels,
                                      const std::string& folder,
                                      const std::vector<std::string>& endings) const {
  constexpr std::string_view kIn = "in_";
  std::vector<std::string> there;
  for (const std::filesystem::path& entry : EntriesOf(folder_ / folder)) {
    const std::string file = entry.filename().string();
    for (const std::string& ending : endings) {
      if (!file.starts_with(kIn) || !file.ends_with(ending)) continue;
      if (file.size() <= kIn.size() + ending.size()) continue;
      there.push_back(file.substr(kIn.size(), file.size() - kIn.size() - ending.size()));
    }
  }
  for (const std::string& channel : channels) {
    if (std::ranges::find(there, channel) != there.end()) continue;
    std::erase(there, "timestamp");
    for (std::string& name : there) name = Quoted(name);
    return absl::NotFoundError(fmt::format("{} has no channel {}{}; it has {}", title_,
                                           Quoted(channel), folder.empty() ? "" : " in its buffer",
                                           Listed(std::move(there))));
  }
  return absl::OkStatus();
}

absl::StatusOr<double> IioDevice::ReadNumberOr(const std::string& own, const std::string& shared,
                                               double otherwise) const {
  for (const std::string& attribute : {own, shared}) {
    if (Has(attribute)) return ReadNumber(attribute);
  }
  return otherwise;
}

absl::StatusOr<IioConversion> IioDevice::ConversionOf(const std::string& channel) const {
  const std::string type = TypeOf(channel);
  const auto scale = ReadNumberOr("in_" + channel + "_scale", "in_" + type + "_scale", 1.0);
  if (!scale.ok()) return scale.status();
  const auto offset = ReadNumberOr("in_" + channel + "_offset", "in_" + type + "_offset", 0.0);
  if (!offset.ok()) return offset.status();
  return IioConversion{*scale, *offset};
}

std::vector<std::string> IioDevice::FrequencyAttributes(
    const std::vector<std::string>& channels) const {
  for (const char* shared : {"sampling_frequency", "in_sampling_frequency"}) {
    if (Has(shared)) return {shared};
  }
  std::vector<std::string> attributes;
  for (const std::string& channel : channels) {
    const std::string own = "in_" + channel + "_sampling_frequency";
    const std::string shared = "in_" + TypeOf(channel) + "_sampling_frequency";
    const std::string& attribute = Has(own) ? own : shared;
    if (Has(attribute) && std::ranges::find(attributes, attribute) == attributes.end()) {
      attributes.push_back(attribute);
    }
  }
  return attributes;
}

absl::StatusOr<bool> IioDevice::SetFrequency(const IioLine& line) const {
  const std::vector<std::string> attributes = FrequencyAttributes(line.channels);
  for (const std::string& attribute : attributes) {
    if (absl::Status set = SetFrequencyBy(attribute, line.sampling_frequency_hz); !set.ok()) {
      return set;
    }
  }
  return !attributes.empty();
}

absl::Status IioDevice::SetFrequencyBy(const std::string& attribute, double hz) const {
  const auto before = ReadNumber(attribute);
  if (before.ok() && CheckFrequency(title_, hz, *before, "").ok()) return absl::OkStatus();
  const std::string available = Read(attribute + "_available").value_or("");
  if (const absl::Status written = Write(attribute, fmt::format("{}", hz)); !written.ok()) {
    return absl::UnavailableError(
        fmt::format("{}{}", std::string(written.message()), Offered(available)));
  }
  const auto made = ReadNumber(attribute);
  if (!made.ok()) return made.status();
  return CheckFrequency(title_, hz, *made, available);
}

}  // namespace biglittle
