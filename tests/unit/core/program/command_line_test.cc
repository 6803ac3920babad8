#include "core/program/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/program/manual_page.h"
#include "core/program/shell_completion.h"
#include "core/version.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

// A program with a command, a choice, a hidden option and text that every shell takes ill.
class CommandLine : public testing::Test {
 protected:
  CommandLine() {
    app_.add_option("--level", level_, "How much it says")
        ->check(CLI::IsMember({"info", "error"}))
        ->capture_default_str();
    app_.add_option("--secret", level_, "Nobody's business")->group("");
    CLI::App* command = app_.add_subcommand("send", "Send what isn't there: [a, b]");
    command->add_option("file", file_, "The file")->required();
    command->add_flag("--back-slash", flag_, "A \\ in it");
  }

  std::optional<int> Parse(std::vector<std::string> words) {
    std::vector<char*> argv{program_.data()};
    for (std::string& word : words) argv.push_back(word.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const std::optional<int> code =
        ParseCommandLine(app_, static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  std::string program_ = "post";
  std::string level_ = "info";
  std::string file_;
  bool flag_ = false;
  CLI::App app_{"Sends things", "post"};
  std::string out_;
  std::string err_;
};

TEST_F(CommandLine, WhatCanBeRunIsLeftToTheProgram) {
  EXPECT_EQ(Parse({"--level", "error", "send", "x"}), std::nullopt);
  EXPECT_EQ(file_, "x");
  EXPECT_EQ(level_, "error");
}

TEST_F(CommandLine, TheVersionIsTold) {
  EXPECT_EQ(Parse({"--version"}), 0);
  EXPECT_EQ(out_, "post " + std::string(Version()) + "\n");
}

TEST_F(CommandLine, HelpIsDoneAndBadUsageIsTwo) {
  EXPECT_EQ(Parse({"--help"}), 0);
  EXPECT_EQ(Parse({"--nothing"}), 2);
  EXPECT_THAT(err_, HasSubstr("--nothing"));
}

TEST_F(CommandLine, TheManualHasEveryOptionAndCommandButHiddenOnes) {
  const std::string page = ManualPage(app_);
  EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-\\-level\\fR \\fITEXT\\fR\n"
                              "How much it says (one of info, error; by default info).\n"));
  EXPECT_THAT(page, HasSubstr(".SS post send\n"));
  EXPECT_THAT(page, HasSubstr("A \\e in it"));
  EXPECT_THAT(page, HasSubstr("\\fBpost send\\fR [\\fIoptions\\fR] \\fIfile\\fR"));
  EXPECT_THAT(page, Not(HasSubstr("secret")));
}

TEST_F(CommandLine, BashCompletesCommandsOptionsAndChoices) {
  const std::string text = *ShellCompletion(app_, "bash");
  EXPECT_THAT(text, HasSubstr("--level) words='info error' ;;"));
  EXPECT_THAT(text, HasSubstr("*) words='send' ;;"));
  EXPECT_THAT(text, HasSubstr("words='-h --help --back-slash'"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST_F(CommandLine, DescriptionsAreQuotedForTheirShell) {
  EXPECT_THAT(*ShellCompletion(app_, "zsh"),
              HasSubstr("'send:Send what isn'\\''t there\\: \\[a, b\\]'"));
  EXPECT_THAT(*ShellCompletion(app_, "fish"),
              HasSubstr("-a send -d 'Send what isn\\'t there: [a, b]'"));
  EXPECT_THAT(*ShellCompletion(app_, "fish"), HasSubstr("-d 'A \\\\ in it'"));
}

TEST_F(CommandLine, AnotherShellHasNone) {
  EXPECT_EQ(ShellCompletion(app_, "tcsh"), std::nullopt);
  EXPECT_EQ(Parse({"--completion", "tcsh"}), 2);
  EXPECT_THAT(err_, HasSubstr("bash, zsh or fish"));
}

}  // namespace
}  // namespace biglittle
