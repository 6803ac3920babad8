// Completion of a program's command line by a shell, made of the options that it parses.
//
// Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace biglittle {

// What the shell reads: "bash", "zsh" or "fish"; nothing for another one. Subcommands, options and
// the values of those that have a choice; elsewhere the shell's own completion of files.
std::optional<std::string> ShellCompletion(const CLI::App& app, std::string_view shell);

}  // namespace biglittle
