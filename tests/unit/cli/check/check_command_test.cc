#include "cli/check/check_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/program/exit_code.h"
#include "core/signature.h"
#include "tests/support/signing_keys.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

class Check : public ::testing::Test {
 protected:
  Check() {
    folder_.Write("models/har/little.onnx", "little");
    folder_.Write("models/har/big.onnx", "big");
    folder_.Write("models/har/task.yaml", TaskText("little"));
  }

  // `little` is what little.onnx is said to hold.
  static std::string TaskText(std::string_view little) {
    const auto digest = [](std::string_view text) {
      return Sha256(std::as_bytes(std::span(text)));
    };
    return "version: 1\n"
           "task: har\n"
           "labels: [walk, sit]\n"
           "priority_classes: [walk]\n"
           "input: {dtype: float32, shape: [4]}\n"
           "normalisation: {mean: [0], standard_deviation: [1]}\n"
           "little: {file: little.onnx, sha256: " +
           digest(little) +
           ", outputs: [walk, other]}\n"
           "big: {file: big.onnx, sha256: " +
           digest("big") +
           "}\n"
           "thresholds: {walk: 0.5}\n";
  }
  std::string Fleet(const std::string& rest) {
    return folder_.Write("fleet.yaml", "version: 1\nfleet: f\nmodels: models\n" + rest).string();
  }

  int Run(const std::string& file) {
    out_.str("");
    err_.str("");
    return RunCheck(file, out_, err_);
  }

  TemporaryFolder folder_;
  const std::string base_ = folder_.path().string() + "/";
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Check, SumsUpAFleetThatIsRight) {
  const std::string file = Fleet(
      "devices: [{id: 'a-{n}', count: 2, task: har, source: {type: vibration}}]\n"
      "workers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(Run(file), kExitDone);
  EXPECT_EQ(out_.str(), file + ": ok: 2 devices, 1 worker, task har\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Check, SumsUpATaskThatIsRight) {
  EXPECT_EQ(Run(base_ + "models/har/task.yaml"), kExitDone);
  EXPECT_EQ(out_.str(),
            base_ + "models/har/task.yaml: ok: task har, 2 labels, 1 of them prioritised\n");
  EXPECT_EQ(Run(base_ + "models/har"), kExitDone);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Check, SaysThatATaskIsNotTunedYet) {
  std::string text = TaskText("little");
  text.erase(text.find("thresholds:"));
  folder_.Write("models/har/task.yaml", text);
  EXPECT_EQ(Run(base_ + "models/har/task.yaml"), kExitDone) << err_.str();
  EXPECT_EQ(out_.str(),
            base_ +
                "models/har/task.yaml: ok: task har, 2 labels, 1 of them prioritised; not tuned "
                "yet, so that every reading is escalated\n");
}

TEST_F(Check, ReportsAPolicyThatTheTaskHasNoThresholdsForOnce) {
  const std::string file = Fleet(
      "devices: [{id: 'a-{n}', count: 2, task: har, source: {type: vibration},\n"
      "           escalation: {policy: margin}}]\n"
      "workers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_EQ(err_.str(),
            file +
                ": the thresholds of task har are for the score confidence, not margin: add a "
                "'threshold', or tune the task with 'biglittle tune --score margin'\n");
}

TEST_F(Check, ReportsADeadlineForALabelThatTheTaskDoesNotHaveOnce) {
  const std::string file = Fleet(
      "devices: [{id: 'a-{n}', count: 2, task: har, source: {type: vibration},\n"
      "           class_deadlines_ms: {flying: 100}}]\n"
      "workers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_THAT(err_.str(), testing::StartsWith(
                              file + ": class_deadlines_ms names 'flying', which is no label of "
                                     "task har: its labels are "));
  EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
}

TEST_F(Check, ListsProblemsOneALine) {
  const std::string file = Fleet("broker: {port: 0}\nworkers: [{id: w, tasks: [mnist]}]\n");
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), file + ":4:16: 'port' must be 1 to 65535, not '0'\n" + file +
                            ":5:27: there is no task 'mnist': no file " + base_ +
                            "models/mnist/task.yaml\n");
}

TEST_F(Check, LooksIntoTheTasksOfAFleet) {
  const std::string file = Fleet("workers: [{id: w, tasks: [har]}]\n");
  folder_.Write("models/har/task.yaml", TaskText("little") + "lables: 5\n");
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_EQ(err_.str(), base_ +
                            "models/har/task.yaml:10:1: unknown key 'lables'; did you mean "
                            "'labels'?\n");
}

TEST_F(Check, ComparesTheDigestsOfTheNets) {
  const std::string file = Fleet("workers: [{id: w, tasks: [har]}]\n");
  folder_.Write("models/har/task.yaml", TaskText("another"));
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_EQ(err_.str().find(base_ + "models/har/little.onnx: has SHA-256 "), 0U) << err_.str();
  EXPECT_EQ(Run(base_ + "models/har/task.yaml"), kExitBadInput);
  EXPECT_EQ(err_.str().find(base_ + "models/har/little.onnx: has SHA-256 "), 0U) << err_.str();
}

TEST_F(Check, SaysWhichModelFileIsMissing) {
  std::filesystem::remove(base_ + "models/har/big.onnx");
  EXPECT_EQ(Run(base_ + "models/har"), kExitBadInput);
  EXPECT_EQ(err_.str(), base_ + "models/har/big.onnx: no such file\n");
}

TEST_F(Check, SaysInOneLineThatThereIsNoFile) {
  EXPECT_EQ(Run(base_ + "none.yaml"), kExitBadInput);
  EXPECT_EQ(err_.str(), base_ + "none.yaml: no such file\n");
}

TEST_F(Check, TellsTheKindByTheKeys) {
  const std::string task = folder_.Write("some.yaml", "version: 1\nlabels: [a, b]\n").string();
  EXPECT_EQ(Run(task), kExitBadInput);
  EXPECT_NE(err_.str().find("the key 'little' is missing"), std::string::npos) << err_.str();
  const std::string fleet = folder_.Write("task.yaml", "version: 1\nfleet: f\n").string();
  EXPECT_EQ(Run(fleet), kExitBadInput);
  EXPECT_NE(err_.str().find("the key 'models' is missing"), std::string::npos) << err_.str();
}

TEST_F(Check, ReportsWhatIsNotYaml) {
  const std::string file = folder_.Write("a.yaml", "fleet: [\n").string();
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_EQ(err_.str().find(file + ":"), 0U);
  EXPECT_NE(err_.str().find("not valid YAML"), std::string::npos);
}

TEST_F(Check, AFleetsTasksMustBeSignedWhereItSaysSo) {
  folder_.Write("public.pem", kPublicKey);
  const std::string file =
      Fleet("models_public_key: public.pem\nworkers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(Run(file), kExitBadInput);
  EXPECT_NE(err_.str().find("models/har/task.yaml.sig: no such file"), std::string::npos)
      << err_.str();
  EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  ASSERT_TRUE(
      SignFile(folder_.Write("private.pem", kPrivateKey), base_ + "models/har/task.yaml").ok());
  EXPECT_EQ(Run(file), kExitDone) << err_.str();
}

TEST_F(Check, AMosquittoConfigurationIsKnownByItsSuffix) {
  const std::string shipped = std::string(BIGLITTLE_SOURCE_DIR) + "/broker_config/production.conf";
  EXPECT_EQ(Run(shipped), kExitDone);
  EXPECT_EQ(out_.str(), shipped + ": ok: Mosquitto configuration\n");
  EXPECT_EQ(err_.str(), "");

  const std::string open = folder_.Write("open.conf", "listener 1883\nallow_anonymous true\n");
  EXPECT_EQ(Run(open), kExitBadInput);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str().find(open + ": warning: "), 0U);
  EXPECT_NE(err_.str().find(open + ":1:1: 'allow_anonymous true' (line 2)"), std::string::npos);

  const std::string lossy = folder_.Write("lossy.conf", "listener 1883 127.0.0.1\n");
  EXPECT_EQ(Run(lossy), kExitDone);
  EXPECT_EQ(out_.str(), lossy + ": ok: Mosquitto configuration, 5 warnings\n");
  EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 5);
}

}  // namespace
}  // namespace biglittle
