#include "cli/lab/page_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/read_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::size_t kMostBytes = 1U << 16U;

PageListener Page() {
  return {.port = 9001,
          .folder = "/srv/page",
          .user = "demo",
          .password = "secret",
          .topic_root = "biglittle/v1",
          .fleet = "plant-7"};
}

// Mosquitto 2.0 opens it on all addresses: without its own password it would be open to anybody.
TEST(PageListenerTest, AsksForAPasswordAndLeavesTheOtherListenersOpen) {
  const TemporaryFolder folder;
  BrokerLines lines{{"listener", "1883 127.0.0.1"}, {"allow_anonymous", "true"}};
  ASSERT_TRUE(AddPageListener(Page(), folder.path(), lines).ok());
  const std::string passwords = (folder.path() / "page.passwords").string();
  EXPECT_THAT(
      lines,
      ElementsAre(BrokerLine{"per_listener_settings", "true"},
                  BrokerLine{"listener", "1883 127.0.0.1"}, BrokerLine{"allow_anonymous", "true"},
                  BrokerLine{"listener", "9001 127.0.0.1"}, BrokerLine{"protocol", "websockets"},
                  BrokerLine{"http_dir", "/srv/page"}, BrokerLine{"allow_anonymous", "false"},
                  BrokerLine{"password_file", passwords},
                  BrokerLine{"acl_file", (folder.path() / "page.rights").string()}));
  const std::string hashed = *ReadWholeFile(passwords, kMostBytes);
  EXPECT_THAT(hashed, MatchesRegex("demo:\\$7\\$101\\$[A-Za-z0-9+/]{16}\\$[A-Za-z0-9+/=]{88}\n"));
  EXPECT_THAT(hashed, Not(HasSubstr("secret")));
}

TEST(PageListenerTest, ItsLoginReadsItsFleetAndSteersItsDevices) {
  const TemporaryFolder folder;
  BrokerLines lines;
  ASSERT_TRUE(AddPageListener(Page(), folder.path(), lines).ok());
  EXPECT_EQ(*ReadWholeFile(folder.path() / "page.rights", kMostBytes),
            "user demo\ntopic read biglittle/v1/plant-7/#\n"
            "topic write biglittle/v1/plant-7/devices/+/control\n");
}

TEST(PageListenerTest, IsTheLastOneOfAProductionConfiguration) {
  const TemporaryFolder folder;
  const auto file = folder.Write("mosquitto.conf", "allow_anonymous false\nlistener 8883\n");
  ASSERT_TRUE(AppendPageListener(Page(), file).ok());
  EXPECT_EQ(*ReadWholeFile(file, kMostBytes),
            "allow_anonymous false\nlistener 8883\nlistener 9001 127.0.0.1\n"
            "protocol websockets\nhttp_dir /srv/page\nuse_username_as_clientid true\n");
}

}  // namespace
}  // namespace biglittle
