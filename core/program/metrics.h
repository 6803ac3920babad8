// What a program measures, and the text that a Prometheus server reads of it.
//
// Names are whole: base units (_seconds, _bytes), _total for counters, never a label a device.
// metrics.cc alone includes prometheus-cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Histogram;
}

namespace biglittle {

using MetricLabels = std::map<std::string, std::string>;

enum class MetricKind : std::uint8_t { kCounter, kGauge };

// A value that somebody else keeps, as it is at a scrape.
struct Measurement {
  std::string name;
  std::string help;  // the same in every measurement of a name
  MetricKind kind = MetricKind::kCounter;
  MetricLabels labels;
  double value = 0;
};

// Thread-safe.
class Metrics {
 public:
  // A place to put observed values; cheap to copy, and to use from any thread. Must not outlive
  // the Metrics it is from.
  class Histogram {
   public:
    void Observe(double value) const;

   private:
    friend class Metrics;
    explicit Histogram(prometheus::Histogram* target) : target_(target) {}
    prometheus::Histogram* target_;
  };
  using Source = std::function<std::vector<Measurement>()>;

  // `source` is asked at each Text(), on that thread.
  explicit Metrics(Source source);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `bounds` are the buckets' upper ends, ascending, without the infinite one. The same name and
  // labels give the same histogram.
  Histogram AddHistogram(const std::string& name, const std::string& help,
                         const std::vector<double>& bounds, const MetricLabels& labels = {});

  // Everything, in Prometheus' text format 0.0.4.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace biglittle
