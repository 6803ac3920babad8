// Devices of industrial I/O, as sysfs would show them, in a folder of a test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "core/descriptor.h"
#include "device_agent/sources/iio/iio_device.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

// iio:device0 at first, called adxl345, with three axes and a buffer, whose node is a FIFO that the
// test writes to. Its z axis has a scale of its own.
class IioTree {
 public:
  IioTree() { PlugIn("iio:device0"); }

  // As this device, in the place of the one that was there.
  void PlugIn(const std::string& device) {
    file_ = device;
    Set("name", "adxl345");
    Set("sampling_frequency", "50.000000");
    Set("sampling_frequency_available", "25 50 100");
    Set("in_accel_scale", "0.5");
    Set("in_accel_z_scale", "0.25");
    Set("in_accel_z_offset", "-8");
    Set("trigger/current_trigger", "");
    Set("buffer/enable", "0");
    Set("buffer/length", "2");
    int index = 0;
    for (const std::string axis : {"accel_x", "accel_y", "accel_z"}) {
      Set("in_" + axis + "_raw", std::to_string(10 * (index + 1)));
      Set("scan_elements/in_" + axis + "_en", "0");
      Set("scan_elements/in_" + axis + "_index", std::to_string(index++));
      Set("scan_elements/in_" + axis + "_type", "le:s13/16>>0");
    }
    Set("scan_elements/in_timestamp_en", "1");
    std::filesystem::create_directories(places().nodes);
    EXPECT_EQ(mkfifo(Node().c_str(), 0600), 0);
    node_ = Descriptor(open(Node().c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  }

  IioPlaces places() const { return {folder_.path() / "devices", folder_.path() / "nodes"}; }
  std::filesystem::path Device() const { return places().devices / file_; }

  // As the kernel does, with the end of a line.
  void Set(const std::string& attribute, const std::string& value) const {
    SetOf(file_, attribute, value);
  }
  void SetOf(const std::string& device, const std::string& attribute,
             const std::string& value) const {
    folder_.Write(std::filesystem::path("devices") / device / attribute, value + "\n");
  }
  std::string Get(const std::string& attribute) const {
    std::ifstream stream(Device() / attribute);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }
  void Remove(const std::string& attribute) const {
    std::filesystem::remove_all(Device() / attribute);
  }

  // Bytes for who reads the node; all or the test fails.
  void Feed(std::string_view bytes) const {
    EXPECT_EQ(write(node_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // Takes away what nobody has read.
  void Drain() const {
    std::array<char, 256> bytes;
    while (read(node_.get(), bytes.data(), bytes.size()) > 0) {
    }
  }
  // Nobody will write to the node any more.
  void Unplug() {
    Remove("");
    node_.Reset();
  }

 private:
  std::filesystem::path Node() const { return places().nodes / file_; }

  const TemporaryFolder folder_;
  std::string file_;
  Descriptor node_;
};

}  // namespace biglittle
