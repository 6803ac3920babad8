// `biglittle classify --task`: what a task says of readings, as a device and its worker would.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct ClassifyTaskOptions {
  std::string task;
  std::filesystem::path models;  // empty: those of the installation
  // .npy or IDX, plain or gzip: [N, ...] as the task's windows, or one window; or a recording
  // (.wav, .csv, .txt), which is cut into windows one after the other.
  std::filesystem::path input;
  std::filesystem::path json;  // empty: a table to `out`
  bool resample = false;       // a recording of another rate; else it is refused
};

// Normalises as task.yaml says and runs both nets. For each reading the label, the confidence, who
// would decide (the device's early exit or its little net, or the cloud's big net), and what each
// net says. Returns the exit code; problems go to `err` in one line.
int RunClassifyTask(const ClassifyTaskOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
