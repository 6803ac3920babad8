#include "wire/connect/broker_addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <memory>
#include <string>
#include <variant>

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using Answer = BrokerAddresses::Answer;

constexpr Milliseconds kNotFresh{0};
const std::function<bool()> kNever = [] { return false; };
Patience Long() { return {steady_clock::now() + std::chrono::seconds(20), kNever}; }
Patience None() { return {steady_clock::now(), kNever}; }

BrokerAddresses::Addresses AddressesOf(std::variant<BrokerAddresses::Addresses, Trouble> found) {
  return std::holds_alternative<Trouble>(found) ? BrokerAddresses::Addresses()
                                                : std::get<BrokerAddresses::Addresses>(found);
}

TEST(BrokerAddressesTest, AnAddressIsItself) {
  BrokerAddresses addresses([](const std::string&) { return Answer{EAI_FAIL, {}}; });
  EXPECT_THAT(AddressesOf(addresses.LookUp("::1", None())), ElementsAre("::1"));
  EXPECT_THAT(addresses.All("127.0.0.1"), ElementsAre("127.0.0.1"));
}

TEST(BrokerAddressesTest, TriesOneAfterTheOtherAndBeginsAgain) {
  BrokerAddresses addresses([](const std::string&) { return Answer{0, {"10.0.0.1", "::1"}}; });
  EXPECT_EQ(addresses.Current("b"), std::nullopt);
  EXPECT_THAT(AddressesOf(addresses.LookUp("b", Long())), ElementsAre("10.0.0.1", "::1"));
  EXPECT_EQ(addresses.Current("b"), "10.0.0.1");
  addresses.MoveOn("b", "10.0.0.1");
  EXPECT_EQ(addresses.Current("b"), "::1");
  // Another session has seen the first one fail as well.
  addresses.MoveOn("b", "10.0.0.1");
  EXPECT_EQ(addresses.Current("b"), "::1");
  addresses.MoveOn("b", "::1");
  EXPECT_EQ(addresses.Current("b"), "10.0.0.1");
}

TEST(BrokerAddressesTest, AFreshAnswerIsTakenAgain) {
  std::atomic<int> asked = 0;
  BrokerAddresses addresses(
      [&](const std::string&) {
        ++asked;
        return Answer{0, {"10.0.0.1"}};
      },
      std::chrono::hours(1));
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(AddressesOf(addresses.LookUp("b", Long())).empty());
  EXPECT_EQ(asked, 1);
}

// A device reconnects to where its broker was.
TEST(BrokerAddressesTest, KeepsTheAddressThatServedWhenTheNameIsLookedUpAnew) {
  std::atomic<bool> moved = false;
  BrokerAddresses addresses(
      [&](const std::string&) {
        return moved ? Answer{0, {"10.0.0.3", "10.0.0.2"}} : Answer{0, {"10.0.0.1", "10.0.0.2"}};
      },
      kNotFresh);
  ASSERT_FALSE(AddressesOf(addresses.LookUp("b", Long())).empty());
  addresses.MoveOn("b", "10.0.0.1");
  moved = true;
  EXPECT_THAT(AddressesOf(addresses.LookUp("b", Long())), ElementsAre("10.0.0.3", "10.0.0.2"));
  EXPECT_EQ(addresses.Current("b"), "10.0.0.2");
}

TEST(BrokerAddressesTest, AskedByManyTheNameServiceIsAskedOnce) {
  std::atomic<int> asked = 0;
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  BrokerAddresses addresses([&](const std::string&) {
    ++asked;
    gone.wait();
    return Answer{0, {"10.0.0.1"}};
  });
  std::vector<std::future<BrokerAddresses::Addresses>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(
        std::async(std::launch::async, [&] { return AddressesOf(addresses.LookUp("b", Long())); }));
  }
  EXPECT_TRUE(AddressesOf(addresses.LookUp("b", None())).empty()) << "nothing is known yet";
  go.set_value();
  for (auto& one : all) EXPECT_THAT(one.get(), ElementsAre("10.0.0.1"));
  EXPECT_EQ(asked, 1);
}

// Its thread is left behind: it must have what it uses.
TEST(BrokerAddressesTest, ANameServiceThatHangsHoldsNobodyAndOldAddressesServe) {
  auto hang = std::make_shared<std::promise<void>>();
  const std::shared_future<void> released = hang->get_future().share();
  std::atomic<bool> hangs = false;
  {
    BrokerAddresses addresses(
        [&hangs, released](const std::string&) {
          if (hangs) released.wait();
          return Answer{0, {"10.0.0.1"}};
        },
        kNotFresh);
    ASSERT_FALSE(AddressesOf(addresses.LookUp("b", Long())).empty());
    hangs = true;
    const auto unknown = addresses.LookUp("other", None());
    ASSERT_TRUE(std::holds_alternative<Trouble>(unknown));
    EXPECT_EQ(std::get<Trouble>(unknown).kind, Trouble::Kind::kHostUnknown);
    EXPECT_THAT(AddressesOf(addresses.LookUp("b", None())), ElementsAre("10.0.0.1"));
    const std::function<bool()> at_once = [] { return true; };
    const auto cancelled = addresses.LookUp("other", {steady_clock::now(), at_once});
    ASSERT_TRUE(std::holds_alternative<Trouble>(cancelled));
    EXPECT_EQ(std::get<Trouble>(cancelled).kind, Trouble::Kind::kNone);
    hang->set_value();
    // What was asked is answered before the object goes.
    EXPECT_FALSE(AddressesOf(addresses.LookUp("other", Long())).empty());
    EXPECT_FALSE(AddressesOf(addresses.LookUp("b", Long())).empty());
  }
}

TEST(BrokerAddressesTest, TooFewDescriptorsAreNoNameThatIsGone) {
  BrokerAddresses addresses([](const std::string&) { return Answer{EAI_NONAME, {}, true}; });
  const auto lack = addresses.LookUp("b", Long());
  ASSERT_TRUE(std::holds_alternative<Trouble>(lack));
  EXPECT_EQ(std::get<Trouble>(lack).kind, Trouble::Kind::kNotReachable);
  EXPECT_EQ(std::get<Trouble>(lack).code, EMFILE);
}

TEST(BrokerAddressesTest, ANameThatIsGoneIsSaidAndOneThatCannotBeLookedUpNowIsKept) {
  std::atomic<int> error = 0;
  BrokerAddresses addresses(
      [&](const std::string&) {
        return error == 0 ? Answer{0, {"10.0.0.1"}} : Answer{error, {}};
      },
      kNotFresh);
  ASSERT_FALSE(AddressesOf(addresses.LookUp("b", Long())).empty());
  error = EAI_AGAIN;
  EXPECT_THAT(AddressesOf(addresses.LookUp("b", Long())), ElementsAre("10.0.0.1"));
  error = EAI_NONAME;
  const auto gone = addresses.LookUp("b", Long());
  ASSERT_TRUE(std::holds_alternative<Trouble>(gone));
  EXPECT_EQ(std::get<Trouble>(gone).text, gai_strerror(EAI_NONAME));
}

}  // namespace
}  // namespace biglittle::wire
