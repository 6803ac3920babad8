// `biglittle watch` on a real broker, with real agents and a worker: on a terminal of its own, and
// with its filters.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/eventually.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kForEver = 1'000'000;

class WatchTest : public testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all{(Installation::Find().programs / "biglittle").string(), "watch",
                                 "--config", fleet_.file().string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  // Its exit code, and what it said.
  int Run(std::vector<std::string> words, std::string& said) {
    words.insert(words.begin(), {"watch", "--config", fleet_.file().string()});
    return fleet_.Run("biglittle", words, said);
  }
  void Send(const std::string& topic, const std::string& payload, bool retained = false) {
    if (!stranger_) {
      wire::MqttSession::Options options;
      options.broker.port = broker_.port();
      options.client_id = "stranger";
      stranger_.emplace(std::move(options));
      stranger_->Start();
    }
    wire::Message message;
    message.topic = topic;
    message.payload = payload;
    message.retained = retained;
    EXPECT_TRUE(stranger_->Publish(std::move(message)).ok());
    EXPECT_EQ(stranger_->Drain(TestFleet::Soon()), 0U);
  }
  wire::DeviceState StateOf(const std::string& device, const std::string& label, WallTime since) {
    wire::DeviceState state;
    state.fleet = "test";
    state.device = device;
    state.label = label;
    state.since = since;
    return state;
  }

  TestBroker broker_;
  TestFleet fleet_{broker_.port(),
                   {.devices = 2,
                    .readings = kForEver,
                    .interval_ms = 20,
                    .device_keys = "    status_interval_ms: 500\n"}};
  const wire::Topics topics_{"biglittle/v1", "test"};
  std::optional<wire::MqttSession> stranger_;
};

TEST_F(WatchTest, TopShowsTheFleetAsItIs) {
  // Whatever class it is, it means no harm.
  PseudoTerminal top(Arguments({"--top", "--normal", "idle", "--normal", "busy", "--normal",
                                "fault", "--normal", "odd"}),
                     120, 20);
  ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
  EXPECT_FALSE(top.IsEditing());
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  fleet_.StartDevice(1);
  ChildProcess& second = fleet_.StartDevice(2);
  ASSERT_TRUE(top.AwaitText("2 devices \xc2\xb7 1 worker"));
  ASSERT_TRUE(top.Await([](const std::string& screen) {
    return screen.find("mostly ") != std::string::npos && screen.find(" ms ") != std::string::npos;
  }));
  EXPECT_THAT(top.screen().Text(), AllOf(HasSubstr("All well"), HasSubstr("device-2  mostly "),
                                         HasSubstr("/0 "), HasSubstr(" now")));
  second.Signal(SIGKILL);
  ASSERT_TRUE(top.AwaitText("All well but one: \xe2\x97\x8b device-2 offline for "));
  // What is not well is first.
  const std::string screen = top.screen().Text();
  EXPECT_LT(screen.find("\n\xe2\x97\x8b device-2"), screen.find(" device-1")) << screen;
  top.Type("s");
  ASSERT_TRUE(top.AwaitText("by name"));
  top.Resize(50, 5);
  ASSERT_TRUE(top.AwaitText("1 more not shown"));
  EXPECT_TRUE(top.screen().is_other_screen());
  top.Type("q");
  EXPECT_EQ(top.AwaitEnd(), 0);
  EXPECT_FALSE(top.screen().is_other_screen());
  EXPECT_FALSE(top.screen().is_cursor_hidden());
  EXPECT_TRUE(top.IsAsBefore());
}

TEST_F(WatchTest, TopGivesTheTerminalBackHoweverItEnds) {
  for (const int ending : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV}) {
    PseudoTerminal top(Arguments({"--top"}), 80, 24);
    ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
    ASSERT_FALSE(top.IsAsBefore());
    top.Signal(ending);
    const bool is_asked = ending == SIGINT || ending == SIGTERM || ending == SIGHUP;
    EXPECT_EQ(top.AwaitEnd(), is_asked ? 0 : 128 + ending);
    EXPECT_TRUE(top.IsAsBefore()) << ending;
    EXPECT_FALSE(top.screen().is_other_screen()) << ending;
    EXPECT_FALSE(top.screen().is_cursor_hidden()) << ending;
  }
  // Ctrl-C and Ctrl-\ of the terminal itself.
  for (const char* key : {"\x03", "\x04"}) {
    PseudoTerminal top(Arguments({"--top"}), 80, 24);
    ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
    top.Type("\x1c");
    top.Type(key);
    EXPECT_EQ(top.AwaitEnd(), 0);
    EXPECT_TRUE(top.IsAsBefore());
  }
}

// Ctrl-S, or a terminal that nobody reads any more.
TEST_F(WatchTest, TopEndsOnATerminalThatTakesNothing) {
  PseudoTerminal top(Arguments({"--top"}), 80, 24);
  ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
  top.Type("\x13");
  Send(topics_.DeviceState("sick"), Encode(StateOf("sick", "idle", WallTime())), true);
  top.Signal(SIGTERM);
  EXPECT_EQ(top.AwaitEnd(), 0);
  EXPECT_TRUE(top.IsAsBefore());
}

TEST_F(WatchTest, TopStopsAtControlZAndGoesOn) {
  PseudoTerminal top(Arguments({"--top"}), 80, 24);
  ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
  top.Type("\x1a");
  // A session whose leader stops has nobody to tell it to go on: it does not stop, but all is
  // given back and taken again.
  ASSERT_TRUE(top.Await([&](const std::string&) {
    return top.bytes().find("\x1b[?1049l") != std::string::npos &&
           top.bytes().rfind("\x1b[?1049h") > top.bytes().find("\x1b[?1049l");
  }));
  ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
  top.Type("q");
  EXPECT_EQ(top.AwaitEnd(), 0);
  EXPECT_TRUE(top.IsAsBefore());
}

TEST_F(WatchTest, WhatStrangersSendCommandsNoTerminal) {
  PseudoTerminal top(Arguments({"--top"}), 160, 20);
  ASSERT_TRUE(top.AwaitText("Waiting for the fleet"));
  const std::string device = "pump\xe2\x80\xae";
  const std::string hostile =
      "h\x1b[31m\x1b]0;owned\x07\xc2\x9b"
      "2J\n";
  wire::Result result;
  result.fleet = "test";
  result.device = device;
  result.task = hostile;
  result.run = "r";
  result.label = hostile;
  Send(topics_.Result(device), Encode(result));
  wire::Status status;
  status.fleet = "test";
  status.device = device;
  Send(topics_.DeviceStatus(device), Encode(status));
  Send(topics_.DeviceState("sick"), Encode(StateOf("sick", hostile, WallTime())), true);
  status.device = "sick";
  Send(topics_.DeviceStatus("sick"), Encode(status));
  Send(topics_.WorkerStatus("w\xe2\x80\xae"), "{\x1b]0;owned\x07}");
  ASSERT_TRUE(top.AwaitText("1 message refused"));
  ASSERT_TRUE(top.AwaitText("sick "));
  ASSERT_TRUE(top.AwaitText("pump\\u202e"));
  EXPECT_THAT(top.screen().Text(), AllOf(HasSubstr("mostly h\\x1b[31m\\x1b]0;owne\xe2\x80\xa6"),
                                         HasSubstr("workers/w\\u202e/status")));
  top.Type("q");
  EXPECT_EQ(top.AwaitEnd(), 0);
  EXPECT_THAT(top.bytes(), Not(HasSubstr("\x1b]")));
  EXPECT_THAT(top.bytes(), Not(HasSubstr("\xc2\x9b")));
}

TEST_F(WatchTest, TopSaysWhyThereIsNothing) {
  broker_.Kill();
  PseudoTerminal top(Arguments({"--top"}), 120, 20);
  EXPECT_TRUE(top.AwaitText("Not connected: no connection to the broker at tcp://"));
  top.Type("q");
  EXPECT_EQ(top.AwaitEnd(), 0);
}

TEST_F(WatchTest, WithoutATerminalTopIsRefused) {
  std::string said;
  EXPECT_EQ(Run({"--top"}, said), 2);
  EXPECT_EQ(said,
            "biglittle watch: --top wants the whole terminal, and standard output is no terminal: "
            "leave it out, or run it in one");
  EXPECT_EQ(Run({"--top", "--json"}, said), 2);
  EXPECT_THAT(said, HasSubstr("--json and --count are of the list"));
}

TEST_F(WatchTest, FiltersAreOfTheListAndItsCount) {
  fleet_.StartDevices({"device-1", "device-2"});
  std::string said;
  EXPECT_EQ(Run({"--device", "device-[2-9]", "--label", "fault", "--count", "3", "--json"}, said),
            0)
      << said;
  std::istringstream lines(said);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto result = nlohmann::json::parse(line);
    EXPECT_EQ(result["device"], "device-2");
    EXPECT_EQ(result["label"], "fault");
  }
  EXPECT_EQ(count, 3);
  EXPECT_EQ(Run({"--device", "valve"}, said), 2);
  EXPECT_THAT(said, HasSubstr("has no device 'valve'"));
  EXPECT_EQ(Run({"--label", "fauld"}, said), 2);
  EXPECT_THAT(said, HasSubstr("no task of the fleet has the label 'fauld'; did you mean 'fault'?"));
  EXPECT_EQ(Run({"--since", "soon"}, said), 2);
  EXPECT_THAT(said, HasSubstr("--since must be an age like 10m"));
}

// Of the past there are the states that the broker retains, and what was captured then and comes
// now.
TEST_F(WatchTest, SinceIsByTheTimeOfTheReading) {
  const WallTime now = std::chrono::system_clock::now();
  Send(topics_.DeviceState("device-1"),
       Encode(StateOf("device-1", "new", now - std::chrono::hours(1))), true);
  Send(topics_.DeviceState("device-2"),
       Encode(StateOf("device-2", "old", now - std::chrono::hours(10))), true);
  const auto log = fleet_.folder() / "since.log";
  ChildProcess watch =
      ChildProcess::Start(Arguments({"--since", "8h", "--count", "1"}), log).value();
  ASSERT_TRUE(Eventually([&] { return !TailOfFile(log, 9).empty(); }));
  wire::Result result;
  result.fleet = "test";
  result.device = "device-1";
  result.run = "r";
  result.resent = true;
  result.label = "earlier";
  result.capture_time = now - std::chrono::hours(9);
  Send(topics_.Result("device-1"), Encode(result));
  result.label = "later";
  result.capture_time = now - std::chrono::hours(7);
  Send(topics_.Result("device-1"), Encode(result));
  EXPECT_EQ(watch.WaitUntil(TestFleet::Soon()), 0);
  EXPECT_THAT(TailOfFile(log, 9), testing::MatchesRegex(".* new +0.000  settled *\n.* later .*"));
}

}  // namespace
}  // namespace biglittle
