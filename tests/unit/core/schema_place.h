// A map that one of the JSON Schemas describes, and a document to put the schema's statements to
// the parser in. JSON is YAML, so documents are built as JSON.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/signing_keys.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

using Json = nlohmann::json;
using Pointer = nlohmann::json::json_pointer;

inline Json LoadSchema(const std::string& name) {
  std::ifstream stream(std::string(BIGLITTLE_SOURCE_DIR) + "/config/" + name);
  return Json::parse(stream);
}

// A map that a schema describes, and where it is in a document that is right in every way.
struct Place {
  std::string name;
  std::string file;         // "fleet" or "task"
  std::string schema;       // pointer into the schema
  std::string in_document;  // pointer into the document
};
inline void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }

inline Json FleetDocument() {
  return Json::parse(R"({
    "version": 1, "fleet": "f", "models": "models", "broker": {}, "home_assistant": {},
    "device_defaults": {"task": "t"},
    "devices": [
      {"id": "d", "count": 1, "task": "t", "source": {"type": "vibration"},
       "escalation": {"packing": {}, "budget": {}}, "results": {}, "store": {"folder": "s"}, "health": {},
       "state": {"smoothing": {}, "settle": {}}, "record": {"folder": "r"}},
      {"id": "e", "source": {"type": "replay", "windows": "x.npy"}},
      {"id": "g", "source": {"type": "exec", "command": ["x"], "format": {"type": "csv", "columns": ["b", "u"]}, "window": {}, "gate": {}}},
      {"id": "h", "source": {"type": "file", "path": "x", "format": {"type": "ndjson", "fields": ["/a"]}}},
      {"id": "i", "source": {"type": "serial", "port": "x", "format": {"type": "raw"}}},
      {"id": "j", "source": {"type": "mqtt", "topic": "x", "format": {"type": "npy"}}},
      {"id": "k", "source": {"type": "modbus", "controller": "tcp://h", "rate_hz": 1,
       "registers": [{"address": 3}]}},
      {"id": "l", "source": {"type": "alsa", "rate_hz": 16000}},
      {"id": "m", "source": {"type": "iio", "device": "x", "channels": ["a"], "sampling_frequency_hz": 50}},
      {"id": "n", "source": {"type": "camera"}}],
    "workers": [{"id": "w", "count": 1, "tasks": ["t", "u"], "health": {}}],
    "hosts": [{"id": "a", "count": 1}]})");
}

inline Json TaskDocument() {
  const std::string digest(64, '0');
  Json document = Json::parse(R"({
    "version": 1, "task": "t", "labels": ["a", "b"], "priority_classes": ["a"],
    "input": {"dtype": "uint8", "shape": [2, 3]},
    "normalisation": {"mean": [0], "standard_deviation": [1]},
    "little": {"file": "l", "outputs": ["a", "other"]}, "big": {"file": "b"},
    "thresholds": {"a": 0.5}})");
  document["little"]["sha256"] = digest;
  document["big"]["sha256"] = digest;
  return document;
}

// The same, whose little net has an early exit.
inline Json EarlyExitDocument() {
  Json document = TaskDocument();
  document["little"]["design"] = "early_exit";
  document["little"]["outputs"] = {"a", "b"};
  document["early_exit"] = Json::object();
  return document;
}

inline Json DocumentOf(const Place& place) {
  if (place.file == "fleet") {
    Json document = FleetDocument();
    if (place.name == "tls") document["broker"]["tls"] = Json::object();
    return document;
  }
  if (place.name == "early_exit") return EarlyExitDocument();
  Json document = TaskDocument();
  if (place.name == "features") {
    document["escalate"] = "features";
    document["features"] = {{"shape", {4}}};
  }
  if (place.name == "filter") {
    document["input"]["rate_hz"] = 2e7 / 2;
    document["input"]["filter"] = {{"hz", 1}};
  }
  if (place.name == "validation_rows") document["validation"] = {{"every", 5}};
  if (place.name == "validation_groups") {
    document["validation"] = {{"groups", "subject_train"}, {"held", {3}}};
  }
  if (place.name == "validation_simulated") {
    document["validation"] = {{"simulated_seed", 1}, {"readings", 9}};
  }
  return document;
}

class SchemaPlace : public ::testing::TestWithParam<Place> {
 protected:
  SchemaPlace() {
    for (const char* models : {"models", "other"}) {
      folder_.Write(std::string(models) + "/t/task.yaml", "");
      folder_.Write(std::string(models) + "/u/task.yaml", "");
    }
    folder_.Write("key.pem", kPublicKey);
    folder_.Write("x.npy", "");
    folder_.Write("y.npy", "");
    schema_ = LoadSchema(GetParam().file + ".schema.json");
    place_ = schema_.at(Pointer(GetParam().schema));
    good_ = DocumentOf(GetParam());
  }

  // A property with its $ref followed; what stands beside the $ref wins.
  Json Property(const std::string& key) const {
    const Json& property = place_.at("properties").at(key);
    if (!property.contains("$ref")) return property;
    Json target = schema_.at(Pointer(property.at("$ref").get<std::string>().substr(1)));
    target.update(property);
    return target;
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const auto& item : place_.at("properties").items()) keys.push_back(item.key());
    return keys;
  }
  bool IsRequired(const std::string& key) const {
    const Json required = place_.value("required", Json::array());
    return std::find(required.begin(), required.end(), key) != required.end();
  }

  Json With(const std::string& key, const Json& value) const {
    Json document = good_;
    document[Pointer(GetParam().in_document)][key] = value;
    return document;
  }
  Json Without(const std::string& key) const {
    Json document = good_;
    document[Pointer(GetParam().in_document)].erase(key);
    return document;
  }

  Parsed<FleetConfig> Fleet(const Json& document) const {
    return ParseFleet(document.dump(), folder_.path() / "f.yaml", &AllSources());
  }
  static Parsed<Task> ATask(const Json& document) { return ParseTask(document.dump(), "t/t.yaml"); }
  std::string Problems(const Json& document) const {
    return ToString(GetParam().file == "fleet" ? Fleet(document).problems
                                               : ATask(document).problems);
  }
  // Whether both documents are right, and say the same.
  bool AreSame(const Json& a, const Json& b) const {
    if (GetParam().file == "fleet") return *Fleet(a).value == *Fleet(b).value;
    return *ATask(a).value == *ATask(b).value;
  }
  // True if the parser has nothing to say about the value itself; what else it says, of other keys
  // that no longer fit, is not asked.
  bool Accepts(const std::string& key, const Json& value) const {
    const std::string problems = Problems(With(key, value));
    return problems.find("'" + key + "' must be ") == std::string::npos &&
           problems.find("'" + key + "' must have ") == std::string::npos &&
           problems.find("unknown key") == std::string::npos;
  }

  TemporaryFolder folder_;
  Json schema_;
  Json place_;
  Json good_;
};

}  // namespace biglittle
