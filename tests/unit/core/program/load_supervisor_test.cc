#include "core/program/load_supervisor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace biglittle {
namespace {

constexpr Milliseconds kAMinute{60'000};

LoadSupervisor::Options Limit(Milliseconds limit) { return {limit, "too slow", "stops"}; }

// Work that hangs until the test lets it go, in a limited part or not.
class Hanging {
 public:
  LoadSupervisor::Work Work(bool limited) {
    return [gate = gate_, began = began_, left = left_, limited](const auto& run) {
      const auto hang = [&] {
        began->set_value();
        gate->get_future().wait();
      };
      if (limited) {
        run(hang);
      } else {
        hang();
      }
      left->set_value(run([] {}));
      return absl::OkStatus();
    };
  }
  void AwaitBegin() { began_->get_future().wait(); }
  // Whether the work might have gone on.
  bool LetGo() {
    gate_->set_value();
    return left_->get_future().get();
  }

 private:
  std::shared_ptr<std::promise<void>> gate_ = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<void>> began_ = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<bool>> left_ = std::make_shared<std::promise<bool>>();
};

void AwaitNobodyLeftBehind() {
  while (LoadSupervisor::left_behind() > 0) std::this_thread::yield();
}

TEST(LoadSupervisorTest, SaysWhatTheWorkSays) {
  LoadSupervisor supervisor(Limit(kAMinute));
  EXPECT_TRUE(supervisor.Run([](const auto&) { return absl::OkStatus(); }).ok());
  EXPECT_EQ(supervisor.Run([](const auto&) { return absl::DataLossError("bad"); }),
            absl::DataLossError("bad"));
  EXPECT_EQ(supervisor.Run([](const auto&) -> absl::Status { throw std::runtime_error("thrown"); })
                .code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(LoadSupervisor::left_behind(), 0U);
}

TEST(LoadSupervisorTest, OnlyLimitedPartsAreLimited) {
  LoadSupervisor supervisor(Limit(Milliseconds(20)));
  int parts = 0;
  EXPECT_TRUE(supervisor
                  .Run([&parts](const auto& limited) {
                    for (int i = 0; i < 3; ++i) {
                      EXPECT_TRUE(limited([&parts] { ++parts; }));
                      std::this_thread::sleep_for(Milliseconds(40));  // longer than the limit
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(parts, 3);
}

TEST(LoadSupervisorTest, APartThatHangsIsLeftBehind) {
  LoadSupervisor supervisor(Limit(Milliseconds(20)));
  Hanging hanging;
  const absl::Status ended = supervisor.Run(hanging.Work(true));
  EXPECT_EQ(ended, absl::DeadlineExceededError("too slow"));
  EXPECT_EQ(LoadSupervisor::left_behind(), 1U);
  EXPECT_FALSE(hanging.LetGo());
  AwaitNobodyLeftBehind();
  EXPECT_TRUE(supervisor.Run([](const auto&) { return absl::OkStatus(); }).ok());
}

TEST(LoadSupervisorTest, AStopWaitsForNothing) {
  LoadSupervisor supervisor(Limit(kAMinute));
  Hanging hanging;
  auto ended = std::async(std::launch::async, [&] { return supervisor.Run(hanging.Work(false)); });
  hanging.AwaitBegin();
  supervisor.Cancel();
  EXPECT_EQ(ended.get(), absl::CancelledError("stops"));
  EXPECT_FALSE(hanging.LetGo());
  AwaitNobodyLeftBehind();
  EXPECT_EQ(supervisor.Run([](const auto&) { return absl::OkStatus(); }).code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace biglittle
