// biglittle: the operator's command. Each subcommand is a folder of its own, and a row here.

#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/standard_streams.h"
#include "core/program/command_line.h"
#include "core/program/exit_code.h"
#include "core/program/log.h"
#include "core/program/terminal_guard.h"
#include "core/program/unattended.h"

namespace biglittle {
namespace {

// In the order of --help.
constexpr AddCommand* kCommands[] = {
    AddDemo,   AddCheck,     AddNew,    AddRecord,    AddInspect, AddClassify,
    AddTune,   AddEvaluate,  AddWatch,  AddDashboard, AddControl, AddSimulate,
    AddSchema, AddProvision, AddDeploy, AddDoctor,    AddBench,
};

// What the script ./biglittle does by itself, and what all commands return.
constexpr char kFooter[] =
    "Of ./biglittle alone, each with a --help of its own:\n"
    "  train                       Train the nets of a task, of your own data or a shipped one\n"
    "  test                        Build and run every test; arguments go to ctest\n"
    "  package                     Make Debian packages, of this processor or others\n\n"
    "Exit codes: 0 done, 1 failed while running, 2 bad input or usage";

int Run(CLI::App& app, int argc, char** argv) {
  ChosenCommand chosen;
  for (AddCommand* add : kCommands) add(app, chosen);
  if (const auto done = ParseCommandLine(app, argc, argv)) return *done;
  SetUpLog("warning");
  return RunProgram("biglittle", chosen);
}

}  // namespace
}  // namespace biglittle

int main(int argc, char** argv) {
  biglittle::KeepStandardStreams(biglittle::WriteToClosed::kFails);
  const biglittle::TerminalGuard guard;
  CLI::App app("BigLittle: little nets on devices, big nets in the cloud, one answer a reading",
               "biglittle");
  app.require_subcommand(1);
  app.footer(biglittle::kFooter);
  return biglittle::ExitCodeOnceWritten(biglittle::Run(app, argc, argv), std::cout, std::cerr);
}
