#include "cli/bench/capacity_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

double NotNegative(double value) { return std::max(0.0, value); }

// The part of a cost that a request has once, however many readings it holds: 0 where the packed
// run did not pack.
double OnceARequest(double single, double packed, double packing) {
  constexpr double kLeastPacking = 1.2;
  if (packing < kLeastPacking) return 0.0;
  return std::clamp((single - packed) / (1.0 - 1.0 / packing), 0.0, single);
}

double TlsFactor(double with, double without) {
  return without > 0.0 ? std::max(1.0, with / without) : 1.0;
}

}  // namespace

double BrokerUs(const CapacityModel& model, const CapacityPoint& point) {
  const double asked = model.broker_request / std::max(1.0, point.packing) + model.broker_reading +
                       model.broker_kilobyte * point.kilobytes;
  return (model.broker_result + point.share * asked) * (point.tls ? model.broker_tls : 1.0);
}

double WorkerUs(const CapacityModel& model, const CapacityPoint& point) {
  const double asked = model.worker_request / std::max(1.0, point.packing) + model.worker_reading;
  const double idle = point.per_s > 0.0 ? model.worker_idle / point.per_s : 0.0;
  return idle + point.share * asked * (point.tls ? model.worker_tls : 1.0);
}

CapacityRun LeastOf(const CapacityRun& a, const CapacityRun& b) {
  CapacityRun least = a;
  least.broker_us = std::min(a.broker_us, b.broker_us);
  least.worker_us = std::min(a.worker_us, b.worker_us);
  return least;
}

CapacityModel FitCapacity(const CapacityRuns& runs) {
  CapacityModel model;
  model.broker_result = runs.local.broker_us;
  model.worker_idle = runs.local.worker_us * runs.local.at.per_s;
  // Of an escalated reading.
  const auto of_broker = [&](const CapacityRun& run) {
    return run.at.share > 0.0 ? NotNegative(run.broker_us - model.broker_result) / run.at.share
                              : 0.0;
  };
  const auto of_worker = [&](const CapacityRun& run) {
    const double idle = run.at.per_s > 0.0 ? model.worker_idle / run.at.per_s : 0.0;
    return run.at.share > 0.0 ? NotNegative(run.worker_us - idle) / run.at.share : 0.0;
  };
  const double packing = runs.packed.at.packing;
  model.broker_request = OnceARequest(of_broker(runs.single), of_broker(runs.packed), packing);
  const double kilobytes = runs.other.at.kilobytes - runs.single.at.kilobytes;
  const double rest = of_broker(runs.single) - model.broker_request;
  if (kilobytes != 0.0) {
    const double slope = (of_broker(runs.other) - of_broker(runs.single)) / kilobytes;
    // No more than what is not the request's.
    model.broker_kilobyte = std::clamp(slope, 0.0, rest / std::max(runs.single.at.kilobytes, 1e-9));
  }
  model.broker_reading = NotNegative(rest - model.broker_kilobyte * runs.single.at.kilobytes);
  model.worker_request = OnceARequest(of_worker(runs.single), of_worker(runs.packed), packing);
  model.worker_reading = NotNegative(of_worker(runs.single) - model.worker_request);
  model.broker_tls = TlsFactor(runs.tls.broker_us, runs.single.broker_us);
  model.worker_tls = TlsFactor(of_worker(runs.tls), of_worker(runs.single));
  return model;
}

double PerSecond(double us, double busy) { return us > 0.0 ? busy * 1e6 / us : 0.0; }

double ErrorOf(double predicted, double measured) {
  return measured > 0.0 ? std::abs(predicted - measured) / measured : 0.0;
}

std::string ToText(const CapacityModel& model) {
  return fmt::format(
      "CPU, us: broker {:.1f} a result, {:.1f} a request and reply, {:.1f} a reading in it, {:.2f} "
      "a kilobyte, with TLS {:.2f} times\n"
      "         worker {:.0f} a second, {:.1f} a request and reply, {:.1f} a reading in it, with "
      "TLS "
      "{:.2f} times\n",
      model.broker_result, model.broker_request, model.broker_reading, model.broker_kilobyte,
      model.broker_tls, model.worker_idle, model.worker_request, model.worker_reading,
      model.worker_tls);
}

std::string ToJson(const CapacityModel& model, const CapacityRun& checked) {
  const nlohmann::ordered_json json = {
      {"cpu_us",
       {{"broker_result", model.broker_result},
        {"broker_request", model.broker_request},
        {"broker_reading", model.broker_reading},
        {"broker_kilobyte", model.broker_kilobyte},
        {"worker_idle_a_second", model.worker_idle},
        {"worker_request", model.worker_request},
        {"worker_reading", model.worker_reading}}},
      {"tls_factor", {{"broker", model.broker_tls}, {"worker", model.worker_tls}}},
      {"checked",
       {{"share", checked.at.share},
        {"packing", checked.at.packing},
        {"kilobytes", checked.at.kilobytes},
        {"broker_us",
         {{"predicted", BrokerUs(model, checked.at)}, {"measured", checked.broker_us}}},
        {"worker_us",
         {{"predicted", WorkerUs(model, checked.at)}, {"measured", checked.worker_us}}}}}};
  return json.dump(2) + "\n";
}

}  // namespace biglittle
