#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/tuning/tune_command.h"

namespace biglittle {

void AddTune(CLI::App& app, ChosenCommand& chosen) {
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
  command->add_flag("--for-these-groups", options.for_these_groups,
                    "Promise for more readings of these groups, not for new ones");
  command->add_flag("--nearest", options.nearest,
                    "Where no threshold meets the objective, write the nearest that can be had");
  command->add_flag("--accept", options.accept,
                    "End well although the objective is not met, or not on the test part");
  command->add_flag("--check", options.check, "Write nothing; fail if the file would change");
  command->callback([&chosen] { chosen = [] { return RunTune(options, std::cout, std::cerr); }; });
}

}  // namespace biglittle
