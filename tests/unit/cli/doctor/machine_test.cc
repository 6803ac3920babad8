#include "cli/doctor/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace biglittle {
namespace {

using std::chrono::sys_days;
using Grade = Finding::Grade;

MachineState GoodMachine() {
  MachineState machine;
  machine.processor = "Cortex-A72";
  machine.instructions = "NEON";
  machine.cores = 4;
  machine.free_memory = 500'000'000;
  machine.has_blas = true;
  machine.now = sys_days(std::chrono::year{2027} / 3 / 1);
  machine.is_clock_synchronised = true;
  machine.descriptors = 1024;
  machine.is_home_complete = true;
  machine.home = "/usr/share/biglittle";
  return machine;
}

Finding Of(const MachineState& machine, std::string_view subject) {
  for (const Finding& finding : JudgeMachine(machine)) {
    if (finding.subject == subject) return finding;
  }
  ADD_FAILURE() << "nothing is said of the " << subject;
  return {};
}

TEST(DoctorMachine, AGoodOneIsWellInEveryPart) {
  for (const Finding& finding : JudgeMachine(GoodMachine())) {
    EXPECT_EQ(finding.grade, Grade::kWell) << finding.subject << ": " << finding.text;
    EXPECT_EQ(finding.mend, "") << finding.subject;
  }
}

TEST(DoctorMachine, AClockThatWasNeverSetIsTrouble) {
  MachineState machine = GoodMachine();
  machine.now = sys_days(std::chrono::year{1970} / 1 / 2);
  EXPECT_EQ(Of(machine, "clock").grade, Grade::kTrouble);
  EXPECT_THAT(Of(machine, "clock").mend, testing::HasSubstr("timesyncd"));
}

TEST(DoctorMachine, AClockThatNobodySetsIsTold) {
  MachineState machine = GoodMachine();
  machine.is_clock_synchronised = false;
  EXPECT_EQ(Of(machine, "clock").grade, Grade::kNotice);
}

TEST(DoctorMachine, TooLittleMemoryIsTrouble) {
  MachineState machine = GoodMachine();
  machine.free_memory = 63'000'000;
  EXPECT_EQ(Of(machine, "memory").grade, Grade::kTrouble);
  machine.free_memory = 64'000'000;
  EXPECT_EQ(Of(machine, "memory").grade, Grade::kWell);
}

TEST(DoctorMachine, WhatIsMerelyWorseIsTold) {
  MachineState machine = GoodMachine();
  machine.instructions = "SCALAR";
  machine.has_blas = false;
  machine.descriptors = 256;
  machine.is_home_complete = false;
  for (const char* subject : {"processor", "OpenBLAS", "descriptors", "installation"}) {
    EXPECT_EQ(Of(machine, subject).grade, Grade::kNotice) << subject;
    EXPECT_NE(Of(machine, subject).mend, "") << subject;
  }
}

TEST(DoctorMachine, ThisOneCanBeLookedAt) {
  const MachineState machine = LookAtMachine({.home = "/nowhere", .programs = "/usr/bin"});
  EXPECT_NE(machine.instructions, "");
  EXPECT_GT(machine.free_memory, 0U);
  EXPECT_GT(machine.descriptors, 0U);
  EXPECT_FALSE(machine.is_home_complete);
}

}  // namespace
}  // namespace biglittle
