// What the command lines of all our programs have in common: --version, exit codes, and the texts
// that are made of the options themselves, for the packages (docs/man, deploy/completion).
#pragma once

#include <optional>

namespace CLI {
class App;
}

namespace biglittle {

// Parses what main was given; to be called once everything was added to `app`, whose name must be
// set. The exit code, where there is nothing left to do: help, version or one of the texts was
// asked for and written to standard output, or the line cannot be used, which is said on standard
// error.
//
// Besides what --help shows, and alone on the line: --manual-page (ManualPage), --completion SHELL
// (ShellCompletion).
std::optional<int> ParseCommandLine(CLI::App& app, int argc, char** argv);

}  // namespace biglittle
