#include "core/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace biglittle {
namespace {

TEST(Host, IsANameOrAnAddress) {
  for (const std::string& good :
       {std::string("localhost"), std::string("broker"), std::string("mqtt.plant-7.example"),
        std::string("my_broker"), std::string("4pi"), std::string("10-0-0-1.example"),
        std::string("127.0.0.1"), std::string("::1"), std::string("fe80::1%eth0"),
        std::string("::ffff:10.0.0.1"), std::string(63, 'h'), std::string("1.2.3.example")}) {
    EXPECT_TRUE(IsHost(good)) << good;
    EXPECT_EQ(HostMend(good), "");
  }
}

TEST(Host, IsNothingElse) {
  for (const std::string& bad : {std::string(),
                                 std::string("127.0.0.1:1883"),
                                 std::string("broker:1883"),
                                 std::string("mqtt://broker"),
                                 std::string("[::1]"),
                                 std::string("[::1]:1883"),
                                 std::string("broker."),
                                 std::string(".broker"),
                                 std::string("a..b"),
                                 std::string(" broker"),
                                 std::string("broker "),
                                 std::string("bro ker"),
                                 std::string("-broker"),
                                 std::string("broker-"),
                                 std::string("a.-b"),
                                 std::string("256.1.1.1"),
                                 std::string("10.0.0"),
                                 std::string("1883"),
                                 std::string("10.0.0.1.5"),
                                 std::string("broker%eth0"),
                                 std::string("10.0.0.1%eth0"),
                                 std::string("fe80::1%"),
                                 std::string("fe80:::1"),
                                 std::string("a,b"),
                                 std::string("a/b"),
                                 std::string("a@b"),
                                 std::string("br\xc3\xb6ker"),
                                 std::string("broker\xe2\x80\x8b"),
                                 std::string("broker\n"),
                                 std::string(64, 'h'),
                                 std::string(254, 'h')}) {
    EXPECT_FALSE(IsHost(bad)) << bad;
  }
}

TEST(HostMend, SaysWhatToWrite) {
  EXPECT_EQ(HostMend("127.0.0.1:1883"), ": write '127.0.0.1', and the port by itself: 1883");
  EXPECT_EQ(HostMend("mqtts://me@broker.example:8883/path?x"),
            ": write 'broker.example', and the port by itself: 8883");
  EXPECT_EQ(HostMend("mqtt://b"), ": write 'b'");
  EXPECT_EQ(HostMend("[::1]:1883"), ": write '::1', and the port by itself: 1883");
  EXPECT_EQ(HostMend("[fe80::1%eth0]"), ": write 'fe80::1%eth0'");
  EXPECT_EQ(HostMend(" broker. "), ": write 'broker'");
  EXPECT_EQ(HostMend("broker/"), ": write 'broker'");
}

TEST(HostMend, SaysNothingWhereNothingCanBeMadeOfIt) {
  for (const char* bad : {"", "a b", "256.1.1.1", "[::1]x", "a,b", "://", "br\xc3\xb6ker"}) {
    EXPECT_EQ(HostMend(bad), "") << bad;
  }
}

}  // namespace
}  // namespace biglittle
