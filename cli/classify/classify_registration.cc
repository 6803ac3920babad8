#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/classify/classify_command.h"
#include "cli/classify/classify_task.h"
#include "cli/commands.h"

namespace biglittle {

void AddClassify(CLI::App& app, ChosenCommand& chosen) {
  CLI::App* command = app.add_subcommand(
      "classify", "Run a model over an array of inputs as they are, or a task over readings");
  static ClassifyOptions options;
  static ClassifyTaskOptions of_task;
  CLI::Option* model = command->add_option("--model", options.model, "The .onnx file");
  CLI::Option* task =
      command->add_option("--task", of_task.task,
                          "A folder of --models: normalised, labels, confidence, who would decide");
  task->excludes(model);
  command->add_option("--models", of_task.models, "Folder with one folder a task")->needs(task);
  command->add_flag("--resample", of_task.resample, "A recording of another rate than the task's")
      ->needs(task);
  command
      ->add_option(
          "--input", options.inputs,
          "[NAME=]FILE: a .npy or IDX file, plain or gzip, for each of the model's inputs; "
          "of a task one, a .wav, .csv or .txt too")
      ->required()
      ->expected(1)
      ->take_all();
  command
      ->add_option("--shape", options.shapes,
                   "NAME=1,40,101: all sizes of an input whose file leaves some open (default: as "
                   "the array)")
      ->expected(1)
      ->take_all()
      ->excludes(task);
  command->add_option("--output", options.output, "Print this output alone (default: all)")
      ->excludes(task);
  command->add_option("--json", options.json, "Write to this file instead of the terminal");
  command->callback([&chosen, model, task] {
    if (model->count() + task->count() == 0) {
      throw CLI::RequiredError("--model or --task");
    }
    if (task->count() > 0 && options.inputs.size() > 1) {
      throw CLI::ValidationError("--input", "a task has one");
    }
    chosen = [] {
      if (of_task.task.empty()) return RunClassify(options, std::cout, std::cerr);
      of_task.input = options.inputs.front();
      of_task.json = options.json;
      return RunClassifyTask(of_task, std::cout, std::cerr);
    };
  });
}

}  // namespace biglittle
