#include "tests/chaos/report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

namespace biglittle::chaos {
namespace {

std::string Megabytes(const std::optional<MemoryWatch::Growth>& memory) {
  return memory ? fmt::format("{:.1f}->{:.1f}", memory->first_mib, memory->last_mib) : "-";
}

// tests/chaos/CMakeLists.txt prints these files, in the order of their names.
void WriteFile(const std::string& name, const std::string& line) {
  const std::filesystem::path folder = BIGLITTLE_CHAOS_ROWS;
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::ofstream(folder / (name + ".row")) << line << '\n';
}

std::string FileName(std::string scenario) {
  std::ranges::replace_if(
      scenario, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return scenario;
}

// Prints the table when all tests of this program have run.
class Table : public testing::Environment {
 public:
  void Add(std::string line) { lines_.push_back(std::move(line)); }
  void TearDown() override {
    if (lines_.empty()) return;
    fmt::print("\n{}\n", TableHeader());
    for (const std::string& line : lines_) fmt::print("{}\n", line);
    std::fflush(stdout);
  }

 private:
  std::vector<std::string> lines_;
};

// gtest owns it.
Table* const table = static_cast<Table*>(testing::AddGlobalTestEnvironment(new Table));

}  // namespace

std::string TableHeader() {
  return fmt::format(
      "{:<36} {:>8} {:>8} {:>5} {:>6} {:>7} {:>8} {:>7} {:>7} {:>8} {:>9} {:>8} {:>7} "
      "{:>12} {:>12} {:>8} {:>6}  {}",
      "scenario", "readings", "finals", "lost", "dupl.", "repeats", "provis.", "local", "big",
      "fallback", "restarted", "in time", "late ms", "agent MiB", "worker MiB", "stall ms", "s",
      "verdict");
}

std::string ToLine(const Row& row) {
  return fmt::format(
      "{:<36} {:>8} {:>8} {:>5} {:>6} {:>7} {:>8} {:>7} {:>7} {:>8} {:>9} {:>7.3f}% "
      "{:>7.0f} {:>12} {:>12} {:>8.0f} {:>6.1f}  {}",
      row.scenario, row.readings, row.finals, row.lost, row.duplicates, row.repeats,
      row.provisionals, row.little, row.big, row.fallback, row.restarted, 100.0 * row.deadlines_met,
      row.late_p99_ms, Megabytes(row.agent_memory), Megabytes(row.worker_memory),
      row.machine_stall_ms, row.seconds, row.verdict);
}

void Report(const Row& row) {
  const std::string line = ToLine(row);
  WriteFile("00", TableHeader());
  WriteFile(FileName(row.scenario), line);
  table->Add(line);
}

}  // namespace biglittle::chaos
