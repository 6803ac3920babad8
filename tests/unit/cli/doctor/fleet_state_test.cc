#include "cli/doctor/fleet_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using std::chrono::hours;
using std::chrono::sys_days;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using Grade = Finding::Grade;

const WallTime kNow = sys_days(std::chrono::year{2027} / 3 / 1);

TEST(DoctorFleet, ACertificateIsToldAMonthBeforeItEnds) {
  EXPECT_EQ(JudgeEnds({.certificate = kNow + hours(24 * 31)}, kNow).grade, Grade::kWell);
  EXPECT_EQ(JudgeEnds({.certificate = kNow + hours(24 * 29)}, kNow).grade, Grade::kNotice);
  EXPECT_EQ(JudgeEnds({.certificate = kNow - hours(1)}, kNow).grade, Grade::kTrouble);
}

TEST(DoctorFleet, TheFirstToEndIsNamedWithItsMend) {
  const Finding own =
      JudgeEnds({.certificate = kNow + hours(1), .authority = kNow + hours(2)}, kNow);
  EXPECT_THAT(own.text, HasSubstr("its own"));
  EXPECT_THAT(own.mend, HasSubstr("provision rotate"));
  const Finding authority =
      JudgeEnds({.certificate = kNow + hours(2), .authority = kNow + hours(1)}, kNow);
  EXPECT_THAT(authority.text, HasSubstr("the authority's"));
  EXPECT_THAT(authority.mend, HasSubstr("provision sync"));
}

TEST(DoctorFleet, ABrokerThatCannotBeReachedIsTroubleInItsWords) {
  const BrokerConfig broker{.host = "plant.example", .port = 1883};
  EXPECT_EQ(JudgeBroker({}, broker).grade, Grade::kWell);
  const Finding finding =
      JudgeBroker({.kind = wire::Trouble::Kind::kNotReachable, .code = ECONNREFUSED}, broker);
  EXPECT_EQ(finding.grade, Grade::kTrouble);
  EXPECT_THAT(finding.text, HasSubstr("plant.example"));
}

class DoctorFleetFile : public testing::Test {
 protected:
  // Nobody listens on port 1.
  std::filesystem::path Write(const std::string& models) {
    return folder_.Write("fleet.yaml",
                         "version: 1\nfleet: f\nmodels: " + models +
                             "\nbroker: {host: 127.0.0.1, port: 1}\n"
                             "devices: [{id: d, task: vibration, source: {type: vibration}}]\n"
                             "workers: [{id: w, tasks: [vibration]}]\n");
  }
  const TemporaryFolder folder_;
};

TEST_F(DoctorFleetFile, EveryPartOfADeviceIsLookedAt) {
  EXPECT_THAT(
      ExamineFleet(Write(BIGLITTLE_SOURCE_DIR "/models"), wire::Identity{wire::Role::kDevice, "d"}),
      ElementsAre(Field(&Finding::grade, Grade::kWell),       // the file
                  Field(&Finding::grade, Grade::kWell),       // its models
                  Field(&Finding::grade, Grade::kWell),       // no credentials wanted
                  Field(&Finding::grade, Grade::kTrouble)));  // no broker
}

TEST_F(DoctorFleetFile, MissingModelsAreTrouble) {
  const std::vector<Finding> findings = ExamineFleet(Write(folder_.path().string()), std::nullopt);
  ASSERT_GE(findings.size(), 2U);
  EXPECT_EQ(findings[1].subject, "models");
  EXPECT_EQ(findings[1].grade, Grade::kTrouble);
}

TEST_F(DoctorFleetFile, AnIdThatNobodyHasIsTrouble) {
  EXPECT_EQ(
      ExamineFleet(Write(BIGLITTLE_SOURCE_DIR "/models"), wire::Identity{wire::Role::kWorker, "x"})
          .back()
          .grade,
      Grade::kTrouble);
}

TEST_F(DoctorFleetFile, AFileThatIsWrongIsTheWholeFinding) {
  EXPECT_THAT(ExamineFleet(folder_.Write("fleet.yaml", "fleet: [\n"), std::nullopt),
              ElementsAre(Field(&Finding::grade, Grade::kTrouble)));
}

}  // namespace
}  // namespace biglittle
