#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/bench/bench_capacity_command.h"
#include "cli/bench/bench_fleet_command.h"
#include "cli/bench/bench_link_command.h"
#include "cli/bench/bench_nn_command.h"
#include "cli/bench/bench_source_command.h"
#include "cli/commands.h"

namespace biglittle {
namespace {

void AddBenchNn(CLI::App& bench, ChosenCommand& chosen) {
  CLI::App* net = bench.add_subcommand("nn", "Time the inference engine on a model");
  static BenchNnOptions options;
  net->add_option("--model", options.model, "The .onnx file")->required();
  net->add_option("--batch", options.batch, "Samples a call")->capture_default_str();
  net->add_option("--threads", options.threads, "Threads of the engine")->capture_default_str();
  net->add_option("--seconds", options.seconds, "How long to measure")->capture_default_str();
  net->add_option("--json", options.json, "Write the figures to this file as well");
  net->callback([&chosen] { chosen = [] { return RunBenchNn(options, std::cout, std::cerr); }; });
}

void AddBenchLink(CLI::App& bench, ChosenCommand& chosen) {
  CLI::App* link = bench.add_subcommand(
      "link",
      "Time an escalation over a broker and a worker whose net costs nothing, plain and with TLS");
  static BenchLinkOptions options;
  link->add_option("--task", options.task, "Whose readings' type and shape")->capture_default_str();
  link->add_option("--models", options.models, "Folder with one folder a task");
  link->add_option("--seconds", options.seconds, "How long to measure each figure")
      ->capture_default_str();
  link->add_option("--window", options.window, "Readings under way at once, for readings a second")
      ->capture_default_str();
  link->add_option("--json", options.json, "Write the figures to this file as well");
  link->callback(
      [&chosen] { chosen = [] { return RunBenchLink(options, std::cout, std::cerr); }; });
}

void AddBenchSource(CLI::App& bench, ChosenCommand& chosen) {
  CLI::App* source = bench.add_subcommand(
      "source", "What a window of a live source costs its device beyond one of a replay");
  static BenchSourceOptions options;
  source->add_option("--models", options.models, "Folder with one folder a task");
  source->add_option("--seconds", options.seconds, "How long to measure")->capture_default_str();
  source->add_option("--json", options.json, "Write the figures to this file as well");
  source->callback(
      [&chosen] { chosen = [] { return RunBenchSource(options, std::cout, std::cerr); }; });
}

void AddBenchFleet(CLI::App& bench, ChosenCommand& chosen) {
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

void AddBenchCapacity(CLI::App& bench, ChosenCommand& chosen) {
  CLI::App* capacity = bench.add_subcommand(
      "capacity", "How many readings a second a broker and a worker bear on this machine");
  static BenchCapacityOptions options;
  capacity->add_option("--devices", options.devices, "How many")->capture_default_str();
  capacity->add_option("--rate", options.rate, "Readings a second of one device")
      ->capture_default_str();
  capacity->add_option("--seconds", options.seconds, "How long to measure, each of six runs")
      ->capture_default_str();
  capacity->add_option("--rounds", options.rounds, "Of all runs; the least disturbed counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  capacity->add_option("--task", options.task, "A folder of --models")->capture_default_str();
  capacity
      ->add_option("--other-task", options.other_task,
                   "Another one, whose windows have another size")
      ->capture_default_str();
  capacity->add_option("--models", options.models, "Folder with one folder a task");
  capacity->add_option("--json", options.json, "Write the model to this file as well");
  capacity->callback(
      [&chosen] { chosen = [] { return RunBenchCapacity(options, std::cout, std::cerr); }; });
}

}  // namespace

void AddBench(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* bench = app.add_subcommand("bench", "Measure a part of the system");
  bench->require_subcommand(1);
  AddBenchNn(*bench, chosen);
  AddBenchLink(*bench, chosen);
  AddBenchSource(*bench, chosen);
  AddBenchFleet(*bench, chosen);
  AddBenchCapacity(*bench, chosen);
}

}  // namespace biglittle
