#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/demo/dashboard_demo.h"
#include "cli/demo/demo_command.h"
#include "cli/demo/demo_plan.h"

namespace biglittle {

void AddDemo(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "demo", "Run a fleet on this machine: broker, worker, devices, and a summary at the end");
  static DemoOptions options;
  command->add_option("--task", options.task, "vibration (simulated), har, fashion-mnist, ...")
      ->capture_default_str();
  command->add_option("--devices", options.devices, "How many devices")->capture_default_str();
  CLI::Option* readings =
      command->add_option("--readings", options.readings, "How many readings, all devices together")
          ->capture_default_str();
  command->add_option("--data", options.data, "Folder of the recorded data, or the one above it");
  command->add_option("--models", options.models, "Folder with one folder a task");
  CLI::Option* json =
      command->add_option("--json", options.json, "Write the summary to this file as well");
  command->add_option("--broker-port", options.broker_port, "Fix the broker's port, to listen in");
  command->add_option("--interval-ms", options.interval_ms,
                      "Time between two readings of a device (default: 200 readings/s in all)");
  command->add_option("--deadline-ms", options.deadline_ms, "From capture to final outcome")
      ->capture_default_str();
  command->add_flag("--chaos", options.chaos,
                    "Kill workers and broker now and then, before your eyes (4000 readings)");
  command->add_flag("--secure", options.secure,
                    "Over the production configuration: TLS, a certificate and rights for each");
  // It never ends by itself, and so has no summary.
  CLI::Option* dashboard =
      command
          ->add_flag("--dashboard", options.dashboard,
                     "Show the fleet in a web page instead, until Ctrl-C; prints its address")
          ->excludes(readings)
          ->excludes(json);
  command->add_option("--dashboard-port", options.dashboard_port, "Fix the page's port")
      ->needs(dashboard);
  command->callback([command, &chosen] {
    if (options.dashboard) {
      if (command->count("--devices") == 0) options.devices = kDashboardDevices;
      chosen = [] { return RunDashboardDemo(options, std::cout, std::cerr); };
      return;
    }
    // Long enough for some accidents.
    if (options.chaos && command->count("--readings") == 0) options.readings = 4000;
    chosen = [] { return RunDemo(options, std::cout, std::cerr); };
  });
}

}  // namespace biglittle
