#include "cli/tuning/evaluation_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "tests/unit/cli/tuning/hand_made_table.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class EvaluationReportTest : public testing::Test {
 protected:
  const Task task_ = HandMadeTask();
  const Evaluation evaluation_ =
      Evaluate(task_, HandMadeTable(), MakeRule(task_, {}).value(), HandMadeCosts());
};

TEST_F(EvaluationReportTest, JsonHasEveryFigure) {
  const Json json = Json::parse(ToJson(task_, evaluation_));
  EXPECT_EQ(json["task"], "hand-made");
  EXPECT_EQ(json["readings"], 8);
  EXPECT_EQ(json["little_sha256"], "aa");
  EXPECT_EQ(json["accuracy"], Json::parse(R"({"little": 0.75, "big": 0.875, "cascade": 0.75})"));
  EXPECT_EQ(json["escalation_rate"], 0.375);
  EXPECT_EQ(json["early_exit_rate"], 0.25);
  EXPECT_EQ(json["local_error"], 0.4);
  EXPECT_EQ(json["unlike_rate"], 0.0);
  EXPECT_EQ(json["priority"]["recall"], 0.833333);
  EXPECT_EQ(json["priority"]["false_accept"], 0.25);
  EXPECT_EQ(json["priority"]["classes"]["a"],
            Json::parse(R"({"readings": 3, "recall": 1.0, "big_recall": 0.666667,
                            "local_share": 0.666667, "false_accept": 0.2})"));
  EXPECT_EQ(json["ece"], Json::parse(R"({"raw": 0.305, "calibrated": 0.305})"));
  EXPECT_EQ(json["ece_early_exit"]["raw"], 0.13625);
  EXPECT_EQ(json["ece_big"]["calibrated"], 0.025);
  // Of twelve pairs of a right and a wrong answer one stands the wrong way round.
  EXPECT_EQ(json["auroc"], 0.916667);
  EXPECT_TRUE(json["promise"].is_null());
  EXPECT_EQ(json["macs"],
            Json::parse(R"({"little": 100, "early_exit": 40, "big": 1000, "mean": 460.0})"));
  EXPECT_EQ(json["bytes_per_reading"], 75.0);
  EXPECT_EQ(json["bytes_per_reading_big_only"], 200.0);
  EXPECT_EQ(json["labels"], Json::parse(R"(["a", "b", "c"])"));
  EXPECT_EQ(json["confusion"], Json::parse("[[3,0,0],[1,2,0],[0,1,1]]"));
  EXPECT_EQ(json["reliability"]["raw"].size(), kReliabilityBins);
  EXPECT_EQ(json["reliability"]["calibrated"].size(), kReliabilityBins);
  ASSERT_EQ(json["curve"].size(), evaluation_.curve.size());
  EXPECT_EQ(json["curve"].back(),
            Json::parse(R"({"escalation_rate": 1.0, "accuracy": 0.875, "local_error": 0.0})"));
}

TEST_F(EvaluationReportTest, TextSaysWhatAPersonAsksFirst) {
  const std::string text = ToText(task_, evaluation_);
  EXPECT_THAT(text, HasSubstr("hand-made: 8 test readings\n"));
  for (const char* line : {
           "accuracy, little net alone                                75.00 %\n",
           "accuracy, big net alone                                   87.50 %\n",
           "accuracy, cascade                                         75.00 %\n",
           "escalated                                                 37.50 %\n",
           "answered at the early exit                                25.00 %\n",
           "wrong among the locally answered                          40.00 %\n",
           "recall of prioritised classes                             83.33 %\n",
           "calibration error, little net, raw / calibrated      30.50 % / 30.50 %\n",
           "multiply-adds a reading, device and cloud                     460\n",
           "bytes a reading, against sending everything              75 / 200\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, HasSubstr("   0 a                         3      0      0\n"));
  EXPECT_THAT(text, HasSubstr("   100.00 %    87.50 %       0.00 %\n"));
}

TEST_F(EvaluationReportTest, ATaskWithoutEarlyExitIsNotToldAboutOne) {
  Task task = task_;
  task.heads.erase(task.heads.begin());
  EXPECT_THAT(ToText(task, evaluation_), testing::Not(HasSubstr("early exit")));
}

}  // namespace
}  // namespace biglittle
