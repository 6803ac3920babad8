#include "core/fleet/fleet_workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/fleet/fleet_hosts.h"
#include "core/fleet/id_template.h"
#include "core/text.h"

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

// Every key but id, count and first.
WorkerConfig ReadSettings(MapReader& map, KnownTasks& known, std::size_t copies) {
  WorkerConfig worker;
  Problems& problems = map.problems();
  if (const YamlNode* tasks = map.Require("tasks")) {
    worker.tasks = ReadTasks(*tasks, known, problems);
  }
  map.GetWhole("max_batch_size", {1, 1024}, worker.max_batch_size);
  map.GetDuration("max_queue_delay_ms", {0, 10'000}, worker.max_queue_delay);
  map.GetWhole("queue_capacity", {1, 1'000'000}, worker.queue_capacity);
  map.GetWhole("compute_threads", {1, 64}, worker.compute_threads);
  map.GetDuration("deduplication_window_ms", {0, 600'000}, worker.deduplication_window);
  map.GetWhole("deduplication_entries", {1, 1'000'000}, worker.deduplication_entries);
  map.GetWhole("device_requests_per_s", {0, 1'000'000}, worker.device_requests_per_s);
  map.GetDuration("reload_interval_ms", {0, 3'600'000}, worker.reload_interval);
  map.GetDuration("inference_timeout_ms", {100, 600'000}, worker.inference_timeout);
  map.GetDuration("status_interval_ms", kStatusIntervalMs, worker.status_interval);
  map.GetDuration("drain_timeout_ms", kDrainTimeoutMs, worker.drain_timeout);
  if (const YamlNode* health = map.Find("health")) {
    worker.health = ReadHealth(*health, {}, problems);
    CheckHealthPorts(*health, *worker.health, copies, problems);
  }
  return worker;
}

// One worker, or a template of some.
void ReadWorker(const YamlNode& node, KnownTasks& known, Problems& problems, IdTemplates& ids,
                std::vector<WorkerConfig>& workers) {
  MapReader map(node, "worker", problems);
  const YamlNode* id = map.Require("id");
  const Copies copies = ReadCopies(map, kMaxWorkers);
  const WorkerConfig pattern = ReadSettings(map, known, copies.count);
  map.Finish();
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

}  // namespace biglittle
