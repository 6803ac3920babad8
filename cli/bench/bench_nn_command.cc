#include "cli/bench/bench_nn_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/bench/call_timing.h"
#include "cli/command_end.h"
#include "cli/text_file.h"
#include "core/random.h"
#include "nn/model.h"

namespace biglittle {
namespace {

constexpr double kMaxSeconds = 3600.0;
constexpr std::uint64_t kSeed = 1;

struct Measurement {
  CallTimes times;
  std::size_t arena_bytes = 0;
  std::size_t rss_bytes = 0;
};

absl::Status Check(const BenchNnOptions& options) {
  if (options.batch < 1) {
    return absl::InvalidArgumentError(fmt::format("--batch {} must be 1 or more", options.batch));
  }
  if (options.threads < 1 || options.threads > nn::kMaxThreads) {
    return absl::InvalidArgumentError(fmt::format("--threads {} is out of range; give 1 to {}",
                                                  options.threads, nn::kMaxThreads));
  }
  // Written so that NaN is refused too.
  if (!(options.seconds > 0.0 && options.seconds <= kMaxSeconds)) {
    return absl::InvalidArgumentError(
        fmt::format("--seconds {} is out of range; give more than 0, at most {}", options.seconds,
                    kMaxSeconds));
  }
  return absl::OkStatus();
}

// Of this program: getrusage would count what the process was before it became this program.
std::size_t PeakResidentBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;  // given in kB
  }
  return 0;
}

// Uniform in [-1, 1): no net gets far from its usual numbers, nor into denormal ones.
std::vector<float> Noise(std::size_t count) {
  Random random(kSeed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Uniform(-1.0, 1.0));
  return values;
}

absl::StatusOr<Measurement> Measure(const BenchNnOptions& options) {
  if (absl::Status status = Check(options); !status.ok()) return status;
  const absl::StatusOr<nn::Model> model = nn::Model::Load(options.model);
  if (!model.ok()) return model.status();
  absl::StatusOr<nn::Context> context =
      model->Prepare({.max_batch = options.batch, .threads = options.threads});
  if (!context.ok()) return context.status();

  const std::vector<float> noise = Noise(context->input(options.batch).size());
  const CallTimes times = TimeCalls(
      [&] { std::ranges::copy(noise, context->input(options.batch).begin()); },
      [&] { context->Invoke(options.batch); }, std::chrono::duration<double>(options.seconds));
  return Measurement{times, context->arena_bytes(), PeakResidentBytes()};
}

void Print(const BenchNnOptions& options, const Measurement& measured, std::ostream& out) {
  const auto line = [&](const char* name, const std::string& value) {
    fmt::print(out, "{:<24}{}\n", name, value);
  };
  line("model", options.model.string());
  line("batch", fmt::format("{}", options.batch));
  line("threads", fmt::format("{}", options.threads));
  line("median us a call", fmt::format("{:.2f}", measured.times.median_us));
  line("least us a call", fmt::format("{:.2f}", measured.times.min_us));
  line("calls", fmt::format("{}", measured.times.runs));
  line("arena bytes", fmt::format("{}", measured.arena_bytes));
  line("peak resident bytes", fmt::format("{}", measured.rss_bytes));
}

std::string ToJson(const BenchNnOptions& options, const Measurement& measured) {
  const nlohmann::json json = {{"median_us", measured.times.median_us},
                               {"min_us", measured.times.min_us},
                               {"runs", measured.times.runs},
                               {"batch", options.batch},
                               {"threads", options.threads},
                               {"model", options.model.string()},
                               {"arena_bytes", measured.arena_bytes},
                               {"rss_bytes", measured.rss_bytes}};
  return json.dump() + "\n";
}

absl::Status Run(const BenchNnOptions& options, std::ostream& out) {
  const absl::StatusOr<Measurement> measured = Measure(options);
  if (!measured.ok()) return measured.status();
  Print(options, *measured, out);
  if (options.json.empty()) return absl::OkStatus();
  return WriteTextFile(options.json, ToJson(options, *measured));
}

}  // namespace

int RunBenchNn(const BenchNnOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("bench nn", Run(options, out), err);
}

}  // namespace biglittle
