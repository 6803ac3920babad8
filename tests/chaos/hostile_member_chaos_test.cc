// Who holds one identity of the fleet can spoil what is his, and nothing else: the others' figures
// while an attack lasts, beside the quiet ones, and after it.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/text.h"
#include "tests/chaos/hostile_member.h"
#include "tests/chaos/scenario.h"
#include "wire/messages/escalation.h"
#include "wire/messages/result.h"

namespace biglittle::chaos {
namespace {

constexpr std::chrono::seconds kQuiet{5};
constexpr std::chrono::seconds kAttack{7};
constexpr std::chrono::seconds kUntilOver{5};
constexpr std::chrono::seconds kAfter{3};
constexpr double kToBeAnswered = 0.99;
constexpr double kToMeetDeadlines = 0.999;
constexpr double kSlower = 3.0;
// What two cores, shared with the attacker and with whoever watches, may be late by themselves.
constexpr double kMachineMs = 15.0;
constexpr double kMiB = 64.0;
constexpr char kThief[] = "thief-1";

class HostileMemberChaos : public Scenario {
 protected:
  // A fleet that talks long enough for all phases, and one more device in its file, which is the
  // attacker's.
  void BeginWith(const std::string& name, bool heavy_net = false, int interval_ms = 14) {
    FleetOptions options;
    options.heavy_net = heavy_net;
    const auto length = kQuiet + kAttack + kUntilOver + kAfter + std::chrono::seconds(3);
    const auto readings = std::chrono::milliseconds(length).count() / interval_ms;
    options.groups = {
        {.readings = static_cast<int>(readings), .interval_ms = interval_ms},
        {.name = "thief", .count = 1, .readings = 1, .interval_ms = interval_ms, .runs = false}};
    Begin(name, options);
    AllowMemory(kMiB);
    fleet_ = FleetAt(broker().port());
  }
  const FleetConfig& fleet_file() const { return fleet_; }

  // `attack` begins it; what it returns ends it.
  template <typename Attack>
  void Judge(Attack attack) {
    TakeFor(std::chrono::seconds(2));  // connected, and past the first questions
    const PhaseFigures quiet = Phase("quiet", kQuiet);
    PhaseFigures during;
    {
      const auto attacker = attack();
      during = Phase("attack", kAttack);
    }
    TakeFor(kUntilOver);
    const PhaseFigures after = Phase("after", kAfter);
    // A stall of the machine delays all that is under way: with a few hundred readings a phase that
    // is the hundredth which the quantile goes by.
    const double slowest =
        std::max(kSlower * quiet.round_trip_p99(), quiet.round_trip_p99() + kMachineMs) +
        machine_stall_ms();
    ExpectWell(during, slowest);
    ExpectWell(after, slowest);
    EXPECT_GT(during.asked(), 100U) << "nobody asked anything meanwhile";
    EXPECT_LT(fleet().device_memory().highest_growth_mib(), kMiB);
    EXPECT_LT(fleet().worker_memory().highest_growth_mib(), kMiB);
    Finish();
  }

 private:
  PhaseFigures Phase(const char* name, Milliseconds duration) {
    TakePhase();
    TakeFor(duration);
    const PhaseFigures figures = TakePhase();
    fmt::print("  {:<7} {:7.3f} % of {} answered by the big net, {:.3f} % in time, p99 {:.1f} ms\n",
               name, 100 * figures.answered(), figures.asked(), 100 * figures.deadlines_met(),
               figures.round_trip_p99());
    return figures;
  }
  static void ExpectWell(const PhaseFigures& figures, double slowest_ms) {
    EXPECT_GE(figures.answered(), kToBeAnswered);
    EXPECT_GE(figures.deadlines_met(), kToMeetDeadlines);
    EXPECT_LE(figures.round_trip_p99(), slowest_ms);
  }

  FleetConfig fleet_;
};

TEST_F(HostileMemberChaos, ADevicesRequestsAreDear) {
  BeginWith("19 a device: requests that are dear");
  StartAll();
  Judge([&] {
    auto thief = std::make_unique<HostileMember>(fleet_file(), kThief);
    thief->Begin(Milliseconds(1000 / 12), [topics = thief->topics()](std::uint64_t number) {
      return DearRequest(topics, kThief, number);
    });
    return thief;
  });
}

TEST_F(HostileMemberChaos, ADevicesReadingsAreManyAndUrgent) {
  BeginWith("20 a device: many, urgent, a heavy net", true, 50);
  StartAll();
  Judge([&] {
    auto thief = std::make_unique<HostileMember>(fleet_file(), kThief);
    thief->Begin(Milliseconds(250), [topics = thief->topics()](std::uint64_t number) {
      return UrgentRequest(topics, kThief, number);
    });
    return thief;
  });
}

// Of pump-2 by pump-1: refused by whoever reads them, retained or not.
TEST_F(HostileMemberChaos, ADeviceSpeaksForAnother) {
  BeginWith("21 a device: speaks for another");
  StartAll();
  Judge([&] {
    auto thief = std::make_unique<HostileMember>(fleet_file(), kThief);
    thief->Begin(Milliseconds(20), [topics = thief->topics()](std::uint64_t number) {
      wire::Result forged;
      forged.fleet = topics.fleet();
      forged.device = number % 2 == 0 ? "device-1" : "nobody";
      forged.task = "tiny";
      forged.run = "forged";
      forged.sequence = number;
      wire::Message message;
      message.topic = topics.Result(kThief);
      message.payload = Encode(forged);
      message.content_type = wire::kJsonContent;
      message.retained = number % 3 == 0;
      return message;
    });
    return thief;
  });
  EXPECT_GT(watcher().refused(), 100U);
}

// It guesses names as they once were, and repeats one that it was given.
TEST_F(HostileMemberChaos, AWorkerFloodsADeviceWithReplies) {
  BeginWith("22 a worker: replies that are dear");
  StartAll();
  Judge([&] {
    auto rogue = std::make_unique<HostileMember>(fleet_file(), "worker-2");
    rogue->Begin(Milliseconds(50), [topics = rogue->topics()](std::uint64_t number) {
      return DearReply(topics, "device-1", "worker-2", fmt::format("run/{}", number));
    });
    return rogue;
  });
}

// Whoever is given a question may refuse it: the others answer it.
TEST_F(HostileMemberChaos, AWorkerSaysThatItIsOverloaded) {
  BeginWith("23 a worker: always overloaded");
  StartAll();
  Judge([&] {
    const wire::Topics topics(fleet_file().topic_root, fleet_file().fleet);
    return std::make_unique<HostileMember>(
        fleet_file(), "worker-2", std::vector{topics.SharedEscalate(fleet_file().worker_group)},
        [](HostileMember& self, const wire::Message& request) {
          const auto device = self.topics().DeviceOfEscalate(request.topic);
          if (!device) return;
          wire::EscalationReply reply;
          reply.rejection =
              wire::Rejection{wire::RejectionReason::kOverloaded, "never", Milliseconds(30'000)};
          wire::Message message;
          message.topic = self.topics().Reply(*device, "worker-2");
          message.correlation_data = request.correlation_data;
          message.payload = Encode(reply);
          message.content_type = wire::kProtobufContent;
          self.Send(std::move(message));
        });
  });
}

}  // namespace
}  // namespace biglittle::chaos
