// The commands of `biglittle`. Each is put on the command line by its own folder, in the file
// ..._registration.cc: its options, their help, and what runs it.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace biglittle {

// What parsing has chosen: runs it, and returns the exit code (core/program/exit_code.h).
using ChosenCommand = std::function<int()>;

// Adds a command to `app`, once a process; parsing its name and options sets `chosen`. Both must
// outlive the parsing.
using AddCommand = void(CLI::App& app, ChosenCommand& chosen);

AddCommand AddBench;
AddCommand AddCheck;
AddCommand AddClassify;
AddCommand AddControl;
AddCommand AddDashboard;
AddCommand AddDemo;
AddCommand AddDeploy;
AddCommand AddDoctor;
AddCommand AddEvaluate;
AddCommand AddInspect;
AddCommand AddNew;
AddCommand AddProvision;
AddCommand AddRecord;
AddCommand AddSchema;
AddCommand AddSimulate;
AddCommand AddTune;
AddCommand AddWatch;

}  // namespace biglittle
