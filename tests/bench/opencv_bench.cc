// Times OpenCV's DNN module on one net, and prints what `biglittle bench nn --json` writes:
//
//   opencv_bench MODEL BATCH THREADS SECONDS EXTENT...
//
// EXTENT... is the shape of one sample: OpenCV cannot tell it. A net that OpenCV does not read, or
// not compute, is said in one line, exit status 2.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>

#include "cli/bench/call_timing.h"
#include "core/random.h"

namespace {

struct Options {
  std::string model;
  int batch = 1;
  int threads = 1;
  double seconds = 1.0;
  std::vector<int> shape;  // batch and sample
};

Options Parse(int argc, char** argv) {
  Options options{argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atof(argv[4]), {}};
  options.shape.push_back(options.batch);
  for (int i = 5; i < argc; ++i) options.shape.push_back(std::atoi(argv[i]));
  return options;
}

cv::Mat Noise(const std::vector<int>& shape) {
  cv::Mat values(shape, CV_32F);
  biglittle::Random random(1);
  auto* const data = values.ptr<float>();
  for (std::size_t i = 0; i < values.total(); ++i) {
    data[i] = static_cast<float>(random.Uniform(-1.0, 1.0));
  }
  return values;
}

void Measure(const Options& options) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::setNumThreads(options.threads);
  cv::dnn::Net net = cv::dnn::readNetFromONNX(options.model);
  net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  const cv::Mat input = Noise(options.shape);
  const auto times = biglittle::TimeCalls([&] { net.setInput(input); }, [&] { net.forward(); },
                                          std::chrono::duration<double>(options.seconds));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{{\"median_us\":{},\"min_us\":{},\"runs\":{},\"batch\":{},\"threads\":{},"
      "\"model\":\"{}\",\"rss_bytes\":{}}}\n",
      times.median_us, times.min_us, times.runs, options.batch, options.threads, options.model,
      usage.ru_maxrss * 1024);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("usage: opencv_bench MODEL BATCH THREADS SECONDS EXTENT...\n", stderr);
    return 2;
  }
  try {
    Measure(Parse(argc, argv));
  } catch (const std::exception& error) {
    std::string line = error.what();
    for (char& c : line) c = c == '\n' ? ' ' : c;
    fmt::print(stderr, "{}\n", line);
    return 2;
  }
  return 0;
}
