#include "core/fleet/fleet_workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/fleet/fleet_hosts.h"
#include "core/fleet/id_template.h"
#include "core/fleet/shared_keys.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxTasks = 100;

std::vector<std::string> ReadTasks(const YamlNode& node, KnownTasks& known, Problems& problems) {
  std::vector<std::string> tasks;
  const auto* items = ReadList(node, "tasks", 1, kMaxTasks, problems);
  if (items == nullptr) return tasks;
  for (const YamlNode* item : *items) {
    std::string task = known.Read(*item, "tasks", problems);
    if (task.empty()) continue;
    if (std::find(tasks.begin(), tasks.end(), task) != tasks.end()) {
      problems.Add(*item, fmt::format("task {} is given twice", Quoted(task)));
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

const KeyTable<Copies>& WorkerEntryKeys() {
  static const KeyTable<Copies> keys = EntryKeys("workers", kMaxWorkers);
  return keys;
}

// Every key but id, count and first.
const KeyTable<WorkerConfig>& WorkerKeys() {
  using Worker = WorkerConfig;
  static const KeyTable<Worker> keys(
      "worker_settings", "",
      {OwnKey<Worker>("tasks",
                      {ListShape{.least = 1,
                                 .most = kMaxTasks,
                                 .without_repeats = true,
                                 .element = Each({TaskNameShape()})}},
                      {.help = "what it classifies: folders of `models`",
                       .range = fmt::format("1 to {} tasks", kMaxTasks)},
                      Need::kRequired),
       WholeKey("max_batch_size", &Worker::max_batch_size, {1, 1024},
                {.help = "classified together at most", .unit = "readings"}),
       WholeKey("max_queue_delay_ms", &Worker::max_queue_delay, {0, 10'000},
                {.help = "how long a request may wait for companions; where few arrive it does not "
                         "wait, nor longer than twice what its batch takes"}),
       WholeKey(
           "queue_capacity", &Worker::queue_capacity, {1, 1'000'000},
           {.help = "may wait; beyond it requests are rejected as overloaded", .unit = "readings"}),
       WholeKey("compute_threads", &Worker::compute_threads, {1, 64},
                {.help = "batches computed at once; each thread has nets of its own, so memory "
                         "grows with it",
                 .unit = "threads"}),
       WholeKey("deduplication_window_ms", &Worker::deduplication_window, {0, 600'000},
                {.help = "a reading asked for again within this time gets the remembered reply and "
                         "is not computed again; 0: off"}),
       WholeKey("deduplication_entries", &Worker::deduplication_entries, {1, 1'000'000},
                {.help = "remembered for that at most; the oldest go first", .unit = "replies"}),
       WholeKey("device_requests_per_s", &Worker::device_requests_per_s, {0, 1'000'000},
                {.help = "that any device may ask, where a request counts as many as it has "
                         "readings, or as it has bytes for. Of a device of this file with an "
                         "`interval_ms` it is less: its readings a second times `max_attempts`, "
                         "and `max_pending` at once. Beyond it `overloaded`, counted as "
                         "`requests_throttled`. 0: no limit",
                 .unit = "requests a second"}),
       WholeKey("reload_interval_ms", &Worker::reload_interval, {0, 3'600'000},
                {.help = "between two looks for new versions of the models; 0: never"}),
       WholeKey("inference_timeout_ms", &Worker::inference_timeout, {100, 600'000},
                {.help = "a batch that takes longer hangs: its readings are refused as `internal`, "
                         "the thread is replaced; a net that takes longer when it is tried first "
                         "is refused"}),
       StatusIntervalKey(&Worker::status_interval),
       DrainTimeoutKey(&Worker::drain_timeout,
                       {.help = "how long a stop may wait for what is under way"}),
       HealthKey(&Worker::health)});
  return keys;
}

// One worker, or a template of some.
void ReadWorker(const YamlNode& node, KnownTasks& known, Problems& problems, IdTemplates& ids,
                std::vector<WorkerConfig>& workers) {
  MapReader map(node, "worker", problems);
  Copies copies;
  WorkerEntryKeys().Read(map, copies);
  WorkerConfig pattern;
  WorkerKeys().Read(map, pattern);
  if (const YamlNode* tasks = map.Find("tasks")) pattern.tasks = ReadTasks(*tasks, known, problems);
  map.Finish();
  if (pattern.health) {
    CheckHealthPorts(*map.Find("health"), *pattern.health, copies.count, problems);
  }
  const YamlNode* id = map.Find("id");
  if (id == nullptr) return;
  std::size_t k = 0;
  for (std::string& copy : ids.Unfold(*id, copies, kMaxWorkers + 1 - workers.size(), problems)) {
    WorkerConfig& worker = workers.emplace_back(pattern);
    worker.id = std::move(copy);
    // Where the ports end, CheckHealthPorts has said so.
    if (worker.health) worker.health->port = static_cast<std::uint16_t>(worker.health->port + k);
    ++k;
  }
}

}  // namespace

std::vector<WorkerConfig> ReadWorkers(const YamlNode& node, KnownTasks& known, Problems& problems) {
  std::vector<WorkerConfig> workers;
  const auto* items = ReadList(node, "workers", 0, kMaxWorkers, problems);
  if (items == nullptr) return workers;
  IdTemplates ids("worker");
  for (const YamlNode* item : *items) {
    ReadWorker(*item, known, problems, ids, workers);
    if (workers.size() > kMaxWorkers) {
      problems.Add(*item,
                   fmt::format("more than {} workers in all; divide the fleet", kMaxWorkers));
      break;
    }
  }
  return workers;
}

std::shared_ptr<const SectionFacts> WorkerFacts() {
  return JoinedFacts("worker", "one cloud worker, or a template for `count` of them",
                     {WorkerEntryKeys().facts(), WorkerKeys().facts()});
}

}  // namespace biglittle
