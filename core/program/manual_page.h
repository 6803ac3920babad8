// A program's manual page, made of the options that it parses.
//
// Pure, thread-safe.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace biglittle {

// In man(7)'s language, section 1: name, synopsis, options, each subcommand with its own, exit
// status, and where to read on. The name and the description of `app` must be set.
std::string ManualPage(const CLI::App& app);

}  // namespace biglittle
