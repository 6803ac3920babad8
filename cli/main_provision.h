// The options of `biglittle provision` and its subcommands.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace biglittle {

// Parsing sets `chosen` to what runs the subcommand that was given and returns its exit code.
void AddProvision(CLI::App& app, std::function<int()>& chosen);

}  // namespace biglittle
