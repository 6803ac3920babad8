#include "cloud_worker/backends/engine/engine_model.h"

#include <gtest/gtest.h>

#include <variant>

#include "cloud_worker/backends/backend_registry.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

bool RunPart(const std::function<void()>& part) {
  part();
  return true;
}

class EngineModelTest : public testing::Test {
 protected:
  std::shared_ptr<ServedModel> Load(std::size_t threads) {
    return DefaultBackend()
        .load(LoadTinyTask(), {.max_batch_size = 2, .threads = threads, .clock = &clock_}, RunPart)
        .value();
  }
  Answer Ask(ServedModel& model) {
    std::vector<Answer> answers = model.Classify({"tiny",
                                                  {{{"pump", "r"},
                                                    "tiny",
                                                    7,
                                                    TinySample(2, true).window,
                                                    clock_.Now(),
                                                    clock_.Now() + Milliseconds(1)}}});
    EXPECT_EQ(answers.size(), 1U);
    return std::move(answers.front());
  }

  FakeClock clock_;
};

TEST_F(EngineModelTest, ComputesAgainAndAgainWithTheNetsThatItHas) {
  const auto model = Load(1);
  EXPECT_EQ(model->task().name, "tiny");
  for (int i = 0; i < 3; ++i) {
    const Answer answer = Ask(*model);
    EXPECT_EQ(std::get<wire::CloudPrediction>(answer.reply.answer).prediction.class_index, 2);
  }
}

TEST_F(EngineModelTest, WhereNoNetIsFreeTheReadingsAreRefused) {
  const auto model = Load(0);  // as if every thread had hung with its own
  const Answer answer = Ask(*model);
  EXPECT_EQ(answer.reply.sequence, 7U);
  EXPECT_EQ(answer.address.device, "pump");
  EXPECT_EQ(std::get<wire::Rejection>(answer.reply.answer).reason,
            wire::RejectionReason::kInternal);
}

TEST_F(EngineModelTest, ANetOfAnotherDigestIsRefused) {
  Task task = LoadTinyTask();
  task.big.sha256 = std::string(64, '0');
  EXPECT_EQ(DefaultBackend().load(task, {.clock = &clock_}, RunPart).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace biglittle
