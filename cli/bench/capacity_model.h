// How many readings a second a broker and a worker process bear: a model of their CPU time a
// reading, whose parameters `biglittle bench capacity` measures (docs/scale.md).
//
//   broker = result + share * (request / packing + reading + kilobyte * kilobytes)
//   worker = idle / readings a second + share * (request / packing + reading)
//
// with TLS each (but for what an idle one takes) times its own factor. A broker is one thread; a
// worker process computes with `compute_threads`, and takes in and answers with one.
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>

namespace biglittle {

// What of a fleet the model goes by.
struct CapacityPoint {
  double share = 0.0;      // of the readings that are escalated
  double packing = 1.0;    // readings in a request, at least 1
  double kilobytes = 0.0;  // of a window on its way, 1000 bytes each
  bool tls = false;
  double per_s = 0.0;  // readings; 0: so many that what an idle worker takes is nothing beside them
};

// Microseconds of CPU.
struct CapacityModel {
  double broker_result = 0.0;    // a result, from device to one listener
  double broker_request = 0.0;   // a request and its reply
  double broker_reading = 0.0;   // a reading in it
  double broker_kilobyte = 0.0;  // of its window
  double worker_idle = 0.0;      // a second
  double worker_request = 0.0;
  double worker_reading = 0.0;  // the big net included
  double broker_tls = 1.0;      // so many times as much
  double worker_tls = 1.0;
};

double BrokerUs(const CapacityModel& model, const CapacityPoint& point);
double WorkerUs(const CapacityModel& model, const CapacityPoint& point);

// A measured run: CPU a reading, and what it was measured at.
struct CapacityRun {
  CapacityPoint at;
  double broker_us = 0.0;
  double worker_us = 0.0;
};

struct CapacityRuns {
  CapacityRun local;   // nothing is escalated
  CapacityRun single;  // some, one reading a request
  CapacityRun packed;  // all, several
  CapacityRun other;   // some, one a request, of another size; its worker computes another net
  CapacityRun tls;     // as `single`
};

// Of two runs at the same point: what disturbs one, as other programs do, only adds.
CapacityRun LeastOf(const CapacityRun& a, const CapacityRun& b);

// What a run escalates is what it costs beyond `local`, over its share. Where runs differ by less
// than they scatter a parameter is 0, never negative.
CapacityModel FitCapacity(const CapacityRuns& runs);

// Readings a second that one process bears when `busy` of a core is used.
double PerSecond(double us, double busy = 0.8);
// |predicted - measured| / measured; 0 if nothing was measured.
double ErrorOf(double predicted, double measured);

std::string ToText(const CapacityModel& model);
// With a point that was measured and what the model says of it.
std::string ToJson(const CapacityModel& model, const CapacityRun& checked);

}  // namespace biglittle
