// The examples, the models and docs/configuration.md say what the parsers and the schemas say.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/fleet/fleet_file.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/shipped.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

const std::filesystem::path kRoot = BIGLITTLE_SOURCE_DIR;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream.good()) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The problems that are not about data or models that may not be there.
std::string RealProblems(const std::string& example) {
  std::vector<Diagnostic> problems = LoadFleet(kRoot / "config" / example, &AllSources()).problems;
  std::erase_if(problems, [](const Diagnostic& problem) {
    return problem.message.find("there is no file ") == 0 ||
           problem.message.find("there is no task ") == 0 ||
           problem.message.find("the models' public key cannot be used: ") == 0;
  });
  return ToString(problems);
}

TEST(Examples, HaveNoProblemsButMissingData) {
  for (const char* example : kShippedFleets) EXPECT_EQ(RealProblems(example), "");
}

TEST(Examples, ThoseWithoutDataAreRightAsTheyStand) {
  if (!std::filesystem::exists(kRoot / "models/vibration/task.yaml")) {
    GTEST_SKIP() << "models/vibration is not trained";
  }
  for (const char* name : {"vibration.yaml", "fifty-devices.yaml"}) {
    const auto fleet = LoadFleet(kRoot / "config" / name, &AllSources());
    EXPECT_TRUE(fleet.ok()) << ToString(fleet.problems);
  }
}

TEST(Models, TheirTaskFilesAreRightAndNameTheirNets) {
  for (const char* name : kShippedTasks) {
    const auto task = LoadTask(kRoot / "models" / name);
    ASSERT_TRUE(task.ok()) << ToString(task.problems);
    EXPECT_TRUE(VerifyFiles(*task.value).ok()) << VerifyFiles(*task.value);
  }
}

// Lines of a table that are about `key`.
std::vector<std::string> RowsOf(const std::string& document, const std::string& key) {
  std::vector<std::string> rows;
  std::size_t begin = 0;
  while (begin < document.size()) {
    const std::size_t end = std::min(document.find('\n', begin), document.size());
    const std::string line = document.substr(begin, end - begin);
    if (line.find("| `" + key + "` |") != std::string::npos) rows.push_back(line);
    begin = end + 1;
  }
  return rows;
}

std::string Spoken(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// What a row must say of a property: its range and default, where the schema has them.
bool Says(const std::string& row, const nlohmann::json& property) {
  const auto says = [&](const std::string& text) { return row.find(text) != std::string::npos; };
  if (property.contains("default") && !says("`" + Spoken(property.at("default")) + "`")) {
    return false;
  }
  if (property.contains("minimum") && property.contains("maximum") &&
      !says(Spoken(property.at("minimum")) + " to " + Spoken(property.at("maximum")))) {
    return false;
  }
  for (const auto& choice : property.value("enum", nlohmann::json::array())) {
    if (!says("`" + Spoken(choice) + "`")) return false;
  }
  return true;
}

TEST(Documentation, NamesEveryKeyWithItsRangeAndDefault) {
  const std::string document = ReadAll(kRoot / "docs/configuration.md");
  for (const char* name : {"config/fleet.schema.json", "config/task.schema.json"}) {
    const auto schema = nlohmann::json::parse(ReadAll(kRoot / name));
    std::vector<nlohmann::json> maps(1, schema);
    for (const auto& item : schema.at("$defs").items()) maps.push_back(item.value());
    for (const auto& map : maps) {
      const auto properties = map.value("properties", nlohmann::json::object());
      for (const auto& item : properties.items()) {
        nlohmann::json property = item.value();
        if (property.contains("$ref")) {
          const std::string target = property.at("$ref").get<std::string>().substr(1);
          property = schema.at(nlohmann::json::json_pointer(target));
        }
        const auto rows = RowsOf(document, item.key());
        EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                                [&](const std::string& row) { return Says(row, property); }))
            << item.key() << ": " << property;
      }
    }
  }
}

// The blocks of YAML in a document, without their fences.
std::vector<std::string> YamlBlocks(const std::string& document) {
  constexpr std::string_view kBegin = "```yaml\n";
  std::vector<std::string> blocks;
  for (std::size_t at = document.find(kBegin); at != std::string::npos;
       at = document.find(kBegin, at)) {
    at += kBegin.size();
    blocks.push_back(document.substr(at, document.find("```", at) - at));
  }
  return blocks;
}

// A fleet of a block: of all of it, of a list of devices, or of some keys of one device.
std::string FleetOf(std::string block) {
  constexpr std::string_view kModels = "\nmodels: models\n";
  if (const std::size_t at = block.find(kModels); at != std::string::npos) {
    return block.replace(at, kModels.size(), "\nmodels: " + (kRoot / "models").string() + "\n");
  }
  const std::string head = "version: 1\nfleet: f\nmodels: " + (kRoot / "models").string() +
                           "\nworkers:\n  - {id: w, tasks: [har, vibration]}\n";
  if (block.starts_with("devices:")) return head + block;
  const std::string device = "devices:\n  - id: d\n    task: vibration\n";
  const bool has_source = block.starts_with("    source:");
  return head + device + (has_source ? "" : "    source: {type: vibration}\n") + block;
}

TEST(Documentation, ItsSensorsAreRightAsTheyStand) {
  std::size_t examples = 0;
  for (const char* name : {"README.md", "docs/sensors.md"}) {
    for (const std::string& block : YamlBlocks(ReadAll(kRoot / name))) {
      const TemporaryFolder folder;
      const std::filesystem::path file = folder.path() / "fleet.yaml";
      std::ofstream(file) << FleetOf(block);
      // Tasks may be the reader's own.
      const auto fleet = LoadFleet(file, &AllSources(), ModelsNeeded::kNone);
      EXPECT_TRUE(fleet.ok()) << name << ":\n" << block << ToString(fleet.problems);
      ++examples;
    }
  }
  EXPECT_GE(examples, 4U);
}

}  // namespace
}  // namespace biglittle
