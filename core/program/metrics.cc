#include "core/program/metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <utility>

namespace biglittle {
namespace {

prometheus::ClientMetric ToClient(const Measurement& measurement) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : measurement.labels) metric.label.push_back({name, value});
  if (measurement.kind == MetricKind::kCounter) {
    metric.counter.value = measurement.value;
  } else {
    metric.gauge.value = measurement.value;
  }
  return metric;
}

// The text format wants all values of a name together.
std::vector<prometheus::MetricFamily> ToFamilies(const std::vector<Measurement>& measurements) {
  std::map<std::string, prometheus::MetricFamily> families;
  for (const Measurement& measurement : measurements) {
    prometheus::MetricFamily& family = families[measurement.name];
    family.name = measurement.name;
    family.help = measurement.help;
    family.type = measurement.kind == MetricKind::kCounter ? prometheus::MetricType::Counter
                                                           : prometheus::MetricType::Gauge;
    family.metric.push_back(ToClient(measurement));
  }
  std::vector<prometheus::MetricFamily> list;
  for (auto& [name, family] : families) list.push_back(std::move(family));
  return list;
}

}  // namespace

struct Metrics::Impl {
  Source source;
  prometheus::Registry registry;
};

Metrics::Metrics(Source source) : impl_(std::make_unique<Impl>()) {
  impl_->source = std::move(source);
}

Metrics::~Metrics() = default;

void Metrics::Histogram::Observe(double value) const { target_->Observe(value); }

Metrics::Histogram Metrics::AddHistogram(const std::string& name, const std::string& help,
                                         const std::vector<double>& bounds,
                                         const MetricLabels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
  return Histogram(&family.Add(labels, bounds));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = ToFamilies(impl_->source());
  for (prometheus::MetricFamily& family : impl_->registry.Collect()) {
    families.push_back(std::move(family));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

}  // namespace biglittle
