// A device of Linux's industrial I/O, as sysfs shows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

// Where the system shows its devices.
struct IioPlaces {
  std::filesystem::path devices = "/sys/bus/iio/devices";
  std::filesystem::path nodes = "/dev";
};

// What is read of it, and how often.
struct IioLine {
  std::string device;                 // its name, or iio:device0
  std::vector<std::string> channels;  // as accel_x; at least 1, without repeats
  double sampling_frequency_hz = 0.0;
  std::uint32_t buffer_samples = 0;  // 0: no buffer
};

// (number + offset) * scale is the physical value.
struct IioConversion {
  double scale = 1.0;
  double offset = 0.0;
};

// What a device made of a rate that it was asked for: OK within 1 %. Unavailable, one line of
// `device`, which it quotes, as it does what the device says of the rates that are `available`, if
// it does.
absl::Status CheckFrequency(std::string_view device, double asked_hz, double made_hz,
                            std::string_view available);

// Not thread-safe. Errors are one line that says which device and which of its files; Unavailable,
// but for those that are said.
class IioDevice {
 public:
  // The one of that name; nothing is kept open.
  static absl::StatusOr<IioDevice> Find(const IioPlaces& places, const std::string& device);
  // Likewise, what says when a device without a clock of its own is to sample.
  static absl::StatusOr<IioDevice> FindTrigger(const IioPlaces& places, const std::string& name);

  // "adxl345 (iio:device0)", its name quoted.
  const std::string& title() const { return title_; }
  const std::filesystem::path& folder() const { return folder_; }
  const std::filesystem::path& node() const { return node_; }

  // An attribute, a path below its folder, without white space about it. DataLoss: it has none now,
  // and may have later; Unavailable: it is gone.
  absl::StatusOr<std::string> Read(const std::string& attribute) const;
  // The same as a finite number.
  absl::StatusOr<double> ReadNumber(const std::string& attribute) const;
  absl::Status Write(const std::string& attribute, std::string_view value) const;
  bool Has(const std::string& attribute) const;

  // NotFound, a line that names those that there are: one is missing. A channel is there if
  // `folder` has in_<channel><ending> of one of the `endings`.
  absl::Status CheckChannels(const std::vector<std::string>& channels, const std::string& folder,
                             const std::vector<std::string>& endings) const;
  // Of the channel itself, or what it shares with those of its type; 1 and 0 where neither is said.
  absl::StatusOr<IioConversion> ConversionOf(const std::string& channel) const;
  // Makes the device sample the channels of the line at its rate. Where it does already nothing is
  // written, so that nobody needs the right to. False: it has no rate of its own.
  absl::StatusOr<bool> SetFrequency(const IioLine& line) const;

 private:
  IioDevice(std::filesystem::path folder, std::filesystem::path node, std::string_view name);

  static absl::StatusOr<IioDevice> FindAmong(const IioPlaces& places, std::string_view prefix,
                                             const std::string& device);

  absl::StatusOr<double> ReadNumberOr(const std::string& own, const std::string& shared,
                                      double otherwise) const;
  std::vector<std::string> FrequencyAttributes(const std::vector<std::string>& channels) const;
  absl::Status SetFrequencyBy(const std::string& attribute, double hz) const;

  std::filesystem::path folder_;
  std::filesystem::path node_;
  std::string title_;
};

}  // namespace biglittle
