// biglittle: the operator's command. Each subcommand is a function in a file of its own.

#include <functional>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/bench/bench_fleet_command.h"
#include "cli/bench/bench_link_command.h"
#include "cli/bench/bench_nn_command.h"
#include "cli/check/check_command.h"
#include "cli/classify/classify_command.h"
#include "cli/demo/demo_command.h"
#include "cli/inspect/inspect_command.h"
#include "cli/main_provision.h"
#include "cli/simulate/simulate_command.h"
#include "cli/standard_streams.h"
#include "cli/tuning/evaluate_command.h"
#include "cli/tuning/tune_command.h"
#include "cli/watch/watch_command.h"
#include "core/program/exit_code.h"
#include "core/program/log.h"
#include "core/program/terminal_guard.h"
#include "core/program/unattended.h"

namespace biglittle {
namespace {

using Command = std::function<int()>;

void AddDemo(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "demo", "Run a fleet on this machine: broker, worker, devices, and a summary at the end");
  static DemoOptions options;
  command->add_option("--task", options.task, "vibration (simulated), har, fashion-mnist, ...")
      ->capture_default_str();
  command->add_option("--devices", options.devices, "How many devices")->capture_default_str();
  command->add_option("--readings", options.readings, "How many readings, all devices together")
      ->capture_default_str();
  command->add_option("--data", options.data, "Folder of the recorded data, or the one above it");
  command->add_option("--models", options.models, "Folder with one folder a task");
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
  command->callback([command, &chosen] {
    // Long enough for some accidents.
    if (options.chaos && command->count("--readings") == 0) options.readings = 4000;
    chosen = [] { return RunDemo(options, std::cout, std::cerr); };
  });
}

void AddFileCommands(CLI::App& app, Command& chosen) {
  static std::string file;
  CLI::App* check = app.add_subcommand("check", "Check a fleet, task or Mosquitto file");
  check->add_option("file", file, "The YAML file, or a .conf of Mosquitto")->required();
  check->callback([&chosen] { chosen = [] { return RunCheck(file, std::cout, std::cerr); }; });

  CLI::App* inspect = app.add_subcommand("inspect", "Tell what is in an ONNX model");
  static InspectOptions inspected;
  inspect->add_option("model", inspected.model, "The .onnx file")->required();
  inspect->add_flag("--profile", inspected.profile, "Also time the steps");
  inspect->callback(
      [&chosen] { chosen = [] { return RunInspect(inspected, std::cout, std::cerr); }; });
}

void AddClassify(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("classify", "Run a model over an array of inputs, as they are");
  static ClassifyOptions options;
  command->add_option("--model", options.model, "The .onnx file")->required();
  command->add_option("--input", options.input, "A .npy or IDX file, plain or gzip")->required();
  command->add_option("--output", options.output, "Print this output alone (default: all)");
  command->add_option("--json", options.json, "Write to this file instead of the terminal");
  command->callback(
      [&chosen] { chosen = [] { return RunClassify(options, std::cout, std::cerr); }; });
}

void AddTune(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "tune", "Choose a task's temperatures and thresholds from validation data");
  static TuneCommandOptions options;
  command->add_option("--task", options.task, "A folder of --models")->required();
  command->add_option("--data", options.data, "Folder of the recorded data, or the one above it");
  command->add_option("--models", options.models, "Folder with one folder a task");
  command->add_option("--max-escalation", options.max_escalation,
                      "Objective: at most this share escalated, as accurate as that allows");
  command->add_option("--min-accuracy", options.min_accuracy,
                      "Objective: at least this accuracy, as little escalated as that allows");
  command->add_option("--max-loss", options.max_loss,
                      "Objective: this much less accurate than the big net, likewise (the default: "
                      "0.002)");
  command->add_option("--max-risk", options.max_risk,
                      "Objective: with --confidence, at most this share wrong among the locally "
                      "answered");
  command->add_option("--confidence", options.confidence, "Of --max-risk; 0.95 without it");
  command->add_option("--min-recall", options.min_recall,
                      "As well: recall of every prioritised class");
  command->add_option("--score", options.score, "auto, confidence, margin, entropy, logistic")
      ->capture_default_str();
  command->add_option("--thresholds", options.thresholds, "auto, per-class, one")
      ->capture_default_str();
  command
      ->add_option("--unlike-share", options.unlike_share,
                   "Share of the validation readings that may be called unlike the training "
                   "data; 0: nobody asks")
      ->capture_default_str();
  command->add_flag("--check", options.check, "Write nothing; fail if the file would change");
  command->callback([&chosen] { chosen = [] { return RunTune(options, std::cout, std::cerr); }; });
}

void AddEvaluate(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("evaluate", "Tell a task's figures on its test data");
  static EvaluateOptions options;
  command->add_option("--task", options.task, "A folder of --models")->required();
  command->add_option("--data", options.data, "Folder of the recorded data, or the one above it");
  command->add_option("--models", options.models, "Folder with one folder a task");
  command->add_option("--json", options.json, "Write the figures to this file as well");
  command->add_option("--plot", options.plot, "Draw curve, reliability and confusion to this .png");
  command->callback(
      [&chosen] { chosen = [] { return RunEvaluate(options, std::cout, std::cerr); }; });
}

void AddWatch(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("watch", "Show a fleet's results as they come");
  static WatchOptions options;
  command->add_option("--config", options.config, "The fleet's YAML file");
  command->add_option("--host", options.host, "The broker, without --config")
      ->capture_default_str();
  command->add_option("--port", options.port, "Its port")->capture_default_str();
  command->add_option("--fleet", options.fleet, "The fleet's name, without --config");
  command->add_option("--as", options.as,
                      "Dashboard id, where the fleet file's credentials have {id}");
  command->add_flag("--json", options.json, "One JSON object a line");
  command->add_option("--count", options.count, "End after so many results");
  command->callback([&chosen] { chosen = [] { return RunWatch(options, std::cout, std::cerr); }; });
}

void AddSimulate(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("simulate", "Write windows of a simulated sensor to X.npy and y.npy");
  static SimulateOptions options;
  command->add_option("--task", options.task, "vibration")->required();
  command->add_option("--readings", options.readings, "How many")->required();
  command->add_option("--seed", options.seed, "Same seed, same readings")->capture_default_str();
  command->add_option("--out", options.out, "The folder to write to")->required();
  command->callback(
      [&chosen] { chosen = [] { return RunSimulate(options, std::cout, std::cerr); }; });
}

void AddBenchFleet(CLI::App& bench, Command& chosen) {
  CLI::App* fleet = bench.add_subcommand(
      "fleet", "Run many devices on this machine: is every reading in time, and what does it cost");
  static BenchFleetOptions options;
  fleet->add_option("--devices", options.devices, "How many")->capture_default_str();
  fleet->add_option("--rate", options.rate, "Readings a second of one device")
      ->capture_default_str();
  fleet->add_option("--seconds", options.seconds, "How long to measure, each of two times")
      ->capture_default_str();
  fleet->add_option("--processes", options.processes,
                    "That the devices share (default: one for every 125)");
  fleet->add_option("--task", options.task, "A folder of --models")->capture_default_str();
  fleet->add_option("--data", options.data, "Folder of recorded data, or the one above it");
  fleet->add_option("--models", options.models, "Folder with one folder a task");
  fleet->add_option("--json", options.json, "Write the summary to this file as well");
  fleet->callback(
      [&chosen] { chosen = [] { return RunBenchFleet(options, std::cout, std::cerr); }; });
}

void AddBench(CLI::App& app, Command& chosen) {
  CLI::App* bench = app.add_subcommand("bench", "Measure a part of the system");
  bench->require_subcommand(1);
  CLI::App* net = bench->add_subcommand("nn", "Time the inference engine on a model");
  static BenchNnOptions options;
  net->add_option("--model", options.model, "The .onnx file")->required();
  net->add_option("--batch", options.batch, "Samples a call")->capture_default_str();
  net->add_option("--threads", options.threads, "Threads of the engine")->capture_default_str();
  net->add_option("--seconds", options.seconds, "How long to measure")->capture_default_str();
  net->add_option("--json", options.json, "Write the figures to this file as well");
  net->callback([&chosen] { chosen = [] { return RunBenchNn(options, std::cout, std::cerr); }; });

  CLI::App* link = bench->add_subcommand(
      "link",
      "Time an escalation over a broker and a worker whose net costs nothing, plain and with TLS");
  static BenchLinkOptions way;
  link->add_option("--task", way.task, "Whose readings' type and shape")->capture_default_str();
  link->add_option("--models", way.models, "Folder with one folder a task");
  link->add_option("--seconds", way.seconds, "How long to measure each figure")
      ->capture_default_str();
  link->add_option("--window", way.window, "Readings under way at once, for readings a second")
      ->capture_default_str();
  link->add_option("--json", way.json, "Write the figures to this file as well");
  link->callback([&chosen] { chosen = [] { return RunBenchLink(way, std::cout, std::cerr); }; });
  AddBenchFleet(*bench, chosen);
}

// What the script ./biglittle does by itself.
constexpr char kFrontDoor[] =
    "Of ./biglittle alone, each with a --help of its own:\n"
    "  train                       Train the nets of a task, of your own data or a shipped one\n"
    "  test                        Build and run every test; arguments go to ctest";

int Run(CLI::App& app, int argc, char** argv, const Command& chosen) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitBadInput;
  }
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
  app.footer(biglittle::kFrontDoor);
  biglittle::Command chosen;
  biglittle::AddDemo(app, chosen);
  biglittle::AddFileCommands(app, chosen);
  biglittle::AddClassify(app, chosen);
  biglittle::AddTune(app, chosen);
  biglittle::AddEvaluate(app, chosen);
  biglittle::AddWatch(app, chosen);
  biglittle::AddSimulate(app, chosen);
  biglittle::AddProvision(app, chosen);
  biglittle::AddBench(app, chosen);
  return biglittle::ExitCodeOnceWritten(biglittle::Run(app, argc, argv, chosen), std::cout,
                                        std::cerr);
}
