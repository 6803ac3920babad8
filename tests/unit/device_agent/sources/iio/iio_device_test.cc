#include "device_agent/sources/iio/iio_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/device_agent/sources/iio/iio_tree.h"

namespace biglittle {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class IioDeviceTest : public ::testing::Test {
 protected:
  IioDevice Found(const std::string& name = "adxl345") {
    auto device = IioDevice::Find(tree_.places(), name);
    EXPECT_TRUE(device.ok()) << device.status();
    return *std::move(device);
  }
  std::string WhyNotSet(double hz) {
    const auto set = Found().SetFrequency({"adxl345", {"accel_x"}, hz, 0});
    EXPECT_TRUE(absl::IsUnavailable(set.status())) << set.status();
    return std::string(set.status().message());
  }

  IioTree tree_;
};

TEST_F(IioDeviceTest, HasANameAndANumber) {
  EXPECT_EQ(Found("adxl345").title(), "'adxl345' (iio:device0)");
  EXPECT_EQ(Found("iio:device0").title(), "'adxl345' (iio:device0)");
  EXPECT_EQ(Found().node(), tree_.places().nodes / "iio:device0");
}

TEST_F(IioDeviceTest, OneThatThereIsNotIsSaidWithThoseThatThereAre) {
  tree_.SetOf("iio:device1", "name", "bmp\x1b");
  tree_.SetOf("trigger0", "name", "timer");
  EXPECT_THAT(std::string(IioDevice::Find(tree_.places(), "adxl").status().message()),
              EndsWith("those that there are: 'adxl345' (iio:device0), 'bmp\\x1b' (iio:device1)"));
  EXPECT_EQ(IioDevice::Find({"/nowhere", "/nowhere"}, "adxl").status(),
            absl::UnavailableError("there is no industrial I/O device 'adxl' in /nowhere; those "
                                   "that there are: none"));
}

TEST_F(IioDeviceTest, TwoOfOneNameAreSaid) {
  tree_.SetOf("iio:device1", "name", "adxl345");
  EXPECT_EQ(IioDevice::Find(tree_.places(), "adxl345").status(),
            absl::UnavailableError("2 industrial I/O devices are called 'adxl345': name one of "
                                   "iio:device0, iio:device1"));
  EXPECT_TRUE(IioDevice::Find(tree_.places(), "iio:device1").ok());
}

TEST_F(IioDeviceTest, WhatSharesAScaleHasItsOwnFirst) {
  EXPECT_EQ(Found().ConversionOf("accel_x")->scale, 0.5);
  EXPECT_EQ(Found().ConversionOf("accel_x")->offset, 0);
  EXPECT_EQ(Found().ConversionOf("accel_z")->scale, 0.25);
  EXPECT_EQ(Found().ConversionOf("accel_z")->offset, -8);
  EXPECT_EQ(Found().ConversionOf("temp")->scale, 1);
}

TEST_F(IioDeviceTest, NumberedChannelsShareByTheirType) {
  tree_.Set("in_voltage_scale", "0.125");
  tree_.Set("in_voltage-voltage_scale", "2");
  EXPECT_EQ(Found().ConversionOf("voltage3")->scale, 0.125);
  EXPECT_EQ(Found().ConversionOf("voltage0-voltage1")->scale, 2);
}

TEST_F(IioDeviceTest, AScaleThatIsNoNumberIsSaid) {
  for (const char* scale : {"", "wide", "0.1 0.2", "inf", "0,5"}) {
    tree_.Set("in_accel_scale", scale);
    EXPECT_THAT(std::string(Found().ConversionOf("accel_x").status().message()),
                HasSubstr("in_accel_scale has '" + std::string(scale) + "', which is no number"));
  }
}

TEST_F(IioDeviceTest, AMissingChannelIsSaidWithThoseThatThereAre) {
  EXPECT_EQ(Found().CheckChannels({"accel_x", "accel_q"}, "", {"_raw", "_input"}),
            absl::NotFoundError("'adxl345' (iio:device0) has no channel 'accel_q'; it has "
                                "'accel_x', 'accel_y', 'accel_z'"));
  EXPECT_EQ(Found().CheckChannels({"temp"}, "scan_elements", {"_en"}),
            absl::NotFoundError("'adxl345' (iio:device0) has no channel 'temp' in its buffer; it "
                                "has 'accel_x', 'accel_y', 'accel_z'"));
}

TEST_F(IioDeviceTest, IsSetToItsRate) {
  EXPECT_TRUE(Found().SetFrequency({"", {"accel_x"}, 12.5, 0}).value());
  EXPECT_EQ(tree_.Get("sampling_frequency"), "12.5");
}

// Nobody needs the right to write what is so.
TEST_F(IioDeviceTest, ARateThatItHasIsLeftAlone) {
  EXPECT_TRUE(Found().SetFrequency({"", {"accel_x"}, 50.2, 0}).value());
  EXPECT_EQ(tree_.Get("sampling_frequency"), "50.000000");
}

TEST_F(IioDeviceTest, EachTypeMayHaveARateOfItsOwn) {
  tree_.Remove("sampling_frequency");
  tree_.Set("in_accel_sampling_frequency", "1");
  tree_.Set("in_anglvel_sampling_frequency", "1");
  tree_.Set("in_magn_sampling_frequency", "1");
  EXPECT_TRUE(Found().SetFrequency({"", {"accel_x", "accel_y", "anglvel_x"}, 100, 0}).value());
  EXPECT_EQ(tree_.Get("in_accel_sampling_frequency"), "100");
  EXPECT_EQ(tree_.Get("in_anglvel_sampling_frequency"), "100");
  EXPECT_EQ(tree_.Get("in_magn_sampling_frequency"), "1");
}

TEST_F(IioDeviceTest, MayHaveNoRate) {
  tree_.Remove("sampling_frequency");
  EXPECT_FALSE(Found().SetFrequency({"", {"accel_x"}, 100, 0}).value());
}

TEST_F(IioDeviceTest, ARateThatCannotBeSetIsSaid) {
  tree_.Remove("sampling_frequency");
  std::filesystem::create_directory(tree_.Device() / "sampling_frequency");
  EXPECT_EQ(WhyNotSet(100),
            "'adxl345' (iio:device0): sampling_frequency cannot be set to 100: Is a directory; it "
            "can do '25 50 100'");
}

// A device that takes everything and keeps nothing.
TEST_F(IioDeviceTest, ARateThatCannotBeReadBackIsSaid) {
  tree_.Remove("sampling_frequency");
  std::filesystem::create_symlink("/dev/null", tree_.Device() / "sampling_frequency");
  const auto set = Found().SetFrequency({"", {"accel_x"}, 100, 0});
  EXPECT_THAT(std::string(set.status().message()),
              HasSubstr("sampling_frequency has '', which is no number"));
}

TEST(CheckFrequencyTest, AHundredthOffWillDo) {
  EXPECT_TRUE(CheckFrequency("d", 100, 101, "").ok());
  EXPECT_TRUE(CheckFrequency("d", 100, 99, "").ok());
  EXPECT_FALSE(CheckFrequency("d", 100, 101.1, "").ok());
  EXPECT_EQ(CheckFrequency("d", 40, 50, "25 50\x1b"),
            absl::UnavailableError("d samples at 50 Hz where 40 Hz were asked for: mend "
                                   "'sampling_frequency_hz'; it can do '25 50\\x1b'"));
  EXPECT_EQ(CheckFrequency("d", 40, 0, ""),
            absl::UnavailableError("d samples at 0 Hz where 40 Hz were asked for: mend "
                                   "'sampling_frequency_hz'"));
}

}  // namespace
}  // namespace biglittle
