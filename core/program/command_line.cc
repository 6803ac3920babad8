#include "core/program/command_line.h"

#include <fmt/format.h>

#include <iostream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "core/program/exit_code.h"
#include "core/program/manual_page.h"
#include "core/program/shell_completion.h"
#include "core/program/unattended.h"
#include "core/version.h"

namespace biglittle {
namespace {

// The exit code where such a text was asked for.
std::optional<int> WriteText(const CLI::App& app, int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string_view("--manual-page")) {
    std::cout << ManualPage(app);
    return kExitDone;
  }
  if (argc != 3 || argv[1] != std::string_view("--completion")) return std::nullopt;
  const std::optional<std::string> text = ShellCompletion(app, argv[2]);
  if (!text) {
    SayOnStderr(app.get_name(), "there is no completion for that shell: name bash, zsh or fish");
    return kExitBadInput;
  }
  std::cout << *text;
  return kExitDone;
}

}  // namespace

std::optional<int> ParseCommandLine(CLI::App& app, int argc, char** argv) {
  app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), Version()),
                       "Print the version and exit");
  if (const std::optional<int> done = WriteText(app, argc, argv)) return done;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitBadInput;
  }
  return std::nullopt;
}

}  // namespace biglittle
