// Holds the JSON Schemas of config/ and the parsers together: each statement of a schema is put to
// the parser.
#include <gtest/gtest.h>
#include <regex.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/core/schema_place.h"

namespace biglittle {
namespace {

// POSIX's regular expressions: the schemas' patterns need no more, and std::regex does not compile
// without warnings under the sanitizers.
bool Matches(const std::string& pattern, const std::string& text) {
  regex_t compiled;
  EXPECT_EQ(regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB), 0) << pattern;
  const bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

TEST_P(SchemaPlace, TheDocumentOfThisTestIsRight) { EXPECT_EQ(Problems(good_), ""); }

TEST_P(SchemaPlace, TheParserKnowsTheSchemasKeysAndNoOthers) {
  EXPECT_EQ(place_.at("additionalProperties"), false);
  const std::string problems = Problems(With("qqqqqqqqqq", 1));
  const std::string before = "unknown key 'qqqqqqqqqq'; this map takes ";
  const std::size_t at = problems.find(before);
  ASSERT_NE(at, std::string::npos) << problems;
  std::string list = problems.substr(at + before.size());
  list = list.substr(0, list.find('\n'));
  std::set<std::string> known;
  for (std::size_t end = 0; end != std::string::npos; list.erase(0, end + 2)) {
    end = list.find(", ");
    known.insert(list.substr(0, end));
    if (end == std::string::npos) break;
  }
  const std::vector<std::string> keys = Keys();
  EXPECT_EQ(known, std::set<std::string>(keys.begin(), keys.end()));
}

TEST_P(SchemaPlace, WhatIsRequiredIsRequired) {
  for (const std::string& key : Keys()) {
    const std::string problems = Problems(Without(key));
    const bool missing = problems.find("the key '" + key + "' is missing") != std::string::npos ||
                         problems.find("'validation' needs ") != std::string::npos;
    const std::string text = Property(key).value("description", "");
    const bool may_be_default = text.find("here or in device_defaults") != std::string::npos;
    EXPECT_EQ(missing && !may_be_default, IsRequired(key)) << key;
  }
}

TEST_P(SchemaPlace, DefaultsAreTheParsers) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    if (!property.contains("default")) continue;
    const Json said = With(key, property.at("default"));
    ASSERT_EQ(Problems(said), "") << key;
    if (GetParam().file == "fleet") {
      EXPECT_TRUE(*Fleet(said).value == Fleet(Without(key)).value) << key;
    } else {
      EXPECT_TRUE(*ATask(said).value == ATask(Without(key)).value) << key;
    }
  }
}

// Values that a property may have, and others; the right ones of them are enough to tell.
std::vector<Json> Candidates(const Json& property) {
  if (property.contains("enum")) return property.at("enum").get<std::vector<Json>>();
  const std::string type = property.value("type", "");
  if (type == "integer") {
    const auto least = property.at("minimum").get<std::int64_t>();
    return {least, least + 1, property.at("maximum")};
  }
  if (type == "boolean") return {false, true};
  if (type == "number") return {0.25, 0.75};
  if (type == "object") {
    return {Json{{"a", 0.7}}, Json{{"a", 100}}, Json{{"a", "smoke"}},
            Json{{"a", std::string(64, 'f')}}, Json{{"a", Json::array({1, 4})}}};
  }
  if (type == "array") {
    return {{"a", "b"}, {"b", "a"}, {"other", "a"}, {"u", "t"}, {"/a"}, {"/b"}, {1.5},
            {2},        {3},        {1, 2, 3},      {"w"},      {"d"}};
  }
  return {"b",
          "t",
          "u",
          "/a",
          "/b",
          "y.npy",
          "other",
          "key.pem",
          "tcp://b",
          "2027-01-31",
          std::string(64, 'f')};
}

// Beside these another key is right or of use.
Json Companions(const std::string& key) {
  if (key == "count") return {{"id", "c-{n}"}};
  if (key == "first") return {{"id", "c-{n}"}, {"count", 1}};
  if (key == "username") return {{"password_file", "p"}};
  if (key == "password_file") return {{"username", "u"}};
  if (key == "wire_dtype") return {{"dtype", "float32"}};
  return Json::object();
}

// Maps have a place of their own. The rest can have but one value, by itself or in this document.
bool HasOneValueHere(const std::string& place, const std::string& key, const Json& property) {
  const bool is_map =
      property.contains("properties") || property.contains("anyOf") ||
      property == Json({{"type", "object"}, {"description", property["description"]}});
  const bool holds_maps = property.contains("items") && property.at("items").contains("$ref");
  return is_map || holds_maps || property.contains("const") || key == "design" ||
         (place == "task" && (key == "task" || key == "priority_classes" || key == "escalate")) ||
         (place == "filter" && (key == "low_hz" || key == "high_hz"));  // of a band pass
}

// That a key is known does not tell that it is read: two values of it must make two configurations.
TEST_P(SchemaPlace, EveryKeyIsRead) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    if (HasOneValueHere(GetParam().name, key, property)) continue;
    std::vector<Json> right;
    const auto take = [&](Json document) {
      document[Pointer(GetParam().in_document)].update(Companions(key));
      if (Problems(document).empty()) right.push_back(std::move(document));
    };
    take(good_);
    take(Without(key));
    for (const Json& value : Candidates(property)) take(With(key, value));
    ASSERT_FALSE(right.empty()) << key;
    EXPECT_TRUE(std::ranges::any_of(right, [&](const Json& document) {
      return !AreSame(right.front(), document);
    })) << key;
  }
}

TEST_P(SchemaPlace, WhatMayBeLeftOutHasADefaultOrSaysWhatThen) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    const std::string type = property.value("type", "");
    const bool holds_more = type == "object" || type == "array" || property.contains("anyOf");
    const std::string text = property.value("description", "");
    const bool told = text.find("Absent: ") != std::string::npos ||
                      text.find("here or in device_defaults") != std::string::npos;
    EXPECT_TRUE(IsRequired(key) || holds_more || property.contains("default") || told ||
                GetParam().name == "device_defaults")
        << key;
    EXPECT_NE(property.value("description", ""), "") << key;
  }
}

TEST_P(SchemaPlace, RangesAreTheParsers) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    const std::string type = property.value("type", "");
    if (type != "integer" && type != "number") continue;
    const bool whole = type == "integer";
    const auto outside = [&](const Json& bound, int direction) {
      return whole ? Json(bound.get<std::int64_t>() + direction)
                   : Json(bound.get<double>() + 0.001 * direction);
    };
    const bool open = property.contains("exclusiveMinimum");
    const Json least = property.at(open ? "exclusiveMinimum" : "minimum");
    const Json most = property.at("maximum");
    EXPECT_EQ(Accepts(key, least), !open) << key;
    EXPECT_TRUE(Accepts(key, outside(least, +1))) << key;
    EXPECT_FALSE(Accepts(key, outside(least, -1))) << key;
    EXPECT_TRUE(Accepts(key, most)) << key;
    EXPECT_FALSE(Accepts(key, outside(most, +1))) << key;
    EXPECT_EQ(Accepts(key, 1.5), !whole && most.get<double>() >= 1.5) << key;
    EXPECT_FALSE(Accepts(key, "text")) << key;
    EXPECT_FALSE(Accepts(key, Json::array())) << key;
  }
}

TEST_P(SchemaPlace, ChoicesAreTheParsers) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    if (property.contains("const")) {
      EXPECT_TRUE(Accepts(key, property.at("const"))) << key;
      EXPECT_FALSE(Accepts(key, "qqqq")) << key;
    }
    if (!property.contains("enum")) continue;
    std::string list;
    for (const Json& choice : property.at("enum")) {
      EXPECT_TRUE(Accepts(key, choice)) << key << choice;
      list += (list.empty() ? "" : ", ") + choice.get<std::string>();
    }
    const std::string problems = Problems(With(key, "qqqq"));
    EXPECT_NE(problems.find("'" + key + "' must be one of " + list + ", not the text 'qqqq'"),
              std::string::npos)
        << problems;
  }
}

TEST_P(SchemaPlace, TextsAreTheParsers) {
  std::string topic = "a";
  while (topic.size() < 200) topic += "/a";
  const std::vector<std::string> samples = {"a",
                                            "A.b_c-9",
                                            "7",
                                            std::string(64, 'x'),
                                            std::string(65, 'x'),
                                            std::string(64, 'f'),
                                            std::string(64, 'F'),
                                            std::string(253, 'h'),
                                            std::string(254, 'h'),
                                            topic.substr(0, 199),
                                            topic + "/a",
                                            "a/b",
                                            "a//b",
                                            "/a",
                                            "a/",
                                            "a b",
                                            "a+",
                                            "#",
                                            "",
                                            "..",
                                            "::1",
                                            "fe80::1%eth0",
                                            "10.0.0.1",
                                            "10.0.0.1:1883",
                                            "10.0.0",
                                            "b.",
                                            "-b",
                                            "mqtt://b",
                                            "\xc3\xa4",
                                            "a\nb",
                                            "x.npy"};
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    if (property.value("type", "") != "string") continue;
    const std::string pattern = property.value("pattern", "^[^[:cntrl:]]*$");
    for (const std::string& sample : samples) {
      const std::size_t longest = property.value("maxLength", std::size_t{4096});
      const bool fits = Matches(pattern, sample) && sample.size() <= longest &&
                        sample.size() >= property.value("minLength", std::size_t{0});
      EXPECT_EQ(Accepts(key, sample), fits) << key << ": " << sample;
    }
    EXPECT_FALSE(Accepts(key, nullptr)) << key;
    EXPECT_FALSE(Accepts(key, Json::object())) << key;
  }
}

TEST_P(SchemaPlace, NumbersOfElementsAreTheParsers) {
  for (const std::string& key : Keys()) {
    const Json property = Property(key);
    if (property.value("type", "") != "array") continue;
    const auto list = [](std::size_t size) { return Json(std::vector<Json>(size)); };
    const std::string complaint = "'" + key + "' must have ";
    const auto complains = [&](std::size_t size) {
      return Problems(With(key, list(size))).find(complaint) != std::string::npos;
    };
    const std::size_t least = property.value("minItems", std::size_t{0});
    EXPECT_FALSE(complains(least)) << key;
    EXPECT_TRUE(least == 0 || complains(least - 1)) << key;
    if (property.contains("maxItems")) {
      EXPECT_FALSE(complains(property.at("maxItems"))) << key;
      EXPECT_TRUE(complains(property.at("maxItems").get<std::size_t>() + 1)) << key;
    }
    EXPECT_FALSE(Accepts(key, "text")) << key;
  }
}

const Place kPlaces[] = {
    {"fleet", "fleet", "", ""},
    {"broker", "fleet", "/$defs/broker", "/broker"},
    {"tls", "fleet", "/$defs/tls", "/broker/tls"},
    {"device_defaults", "fleet", "/$defs/device_defaults", "/device_defaults"},
    {"device", "fleet", "/$defs/device", "/devices/0"},
    {"vibration_source", "fleet", "/$defs/vibration_source", "/devices/0/source"},
    {"replay_source", "fleet", "/$defs/replay_source", "/devices/1/source"},
    {"exec_source", "fleet", "/$defs/exec_source", "/devices/2/source"},
    {"file_source", "fleet", "/$defs/file_source", "/devices/3/source"},
    {"serial_source", "fleet", "/$defs/serial_source", "/devices/4/source"},
    {"mqtt_source", "fleet", "/$defs/mqtt_source", "/devices/5/source"},
    {"modbus_source", "fleet", "/$defs/modbus_source", "/devices/6/source"},
    {"modbus_register", "fleet", "/$defs/modbus_register", "/devices/6/source/registers/0"},
    {"alsa_source", "fleet", "/$defs/alsa_source", "/devices/7/source"},
    {"iio_source", "fleet", "/$defs/iio_source", "/devices/8/source"},
    {"camera_source", "fleet", "/$defs/camera_source", "/devices/9/source"},
    {"csv_format", "fleet", "/$defs/csv_format", "/devices/2/source/format"},
    {"ndjson_format", "fleet", "/$defs/ndjson_format", "/devices/3/source/format"},
    {"raw_format", "fleet", "/$defs/raw_format", "/devices/4/source/format"},
    {"npy_format", "fleet", "/$defs/npy_format", "/devices/5/source/format"},
    {"window", "fleet", "/$defs/window", "/devices/2/source/window"},
    {"gate", "fleet", "/$defs/gate", "/devices/2/source/gate"},
    {"home_assistant", "fleet", "/$defs/home_assistant", "/home_assistant"},
    {"state", "fleet", "/$defs/state", "/devices/0/state"},
    {"record", "fleet", "/$defs/record", "/devices/0/record"},
    {"smoothing", "fleet", "/$defs/smoothing", "/devices/0/state/smoothing"},
    {"settle", "fleet", "/$defs/settle", "/devices/0/state/settle"},
    {"escalation", "fleet", "/$defs/escalation", "/devices/0/escalation"},
    {"packing", "fleet", "/$defs/packing", "/devices/0/escalation/packing"},
    {"budget", "fleet", "/$defs/budget", "/devices/0/escalation/budget"},
    {"results", "fleet", "/$defs/results", "/devices/0/results"},
    {"store", "fleet", "/$defs/store", "/devices/0/store"},
    {"health", "fleet", "/$defs/health", "/devices/0/health"},
    {"worker", "fleet", "/$defs/worker", "/workers/0"},
    {"host", "fleet", "/$defs/host", "/hosts/0"},
    {"task", "task", "", ""},
    {"input", "task", "/$defs/input", "/input"},
    {"filter", "task", "/$defs/filter", "/input/filter"},
    {"features", "task", "/$defs/features", "/features"},
    {"normalisation", "task", "/$defs/normalisation", "/normalisation"},
    {"little", "task", "/$defs/little", "/little"},
    {"big", "task", "/$defs/big", "/big"},
    {"early_exit", "task", "/$defs/early_exit", "/early_exit"},
    {"validation_rows", "task", "/$defs/validation_rows", "/validation"},
    {"validation_groups", "task", "/$defs/validation_groups", "/validation"},
    {"validation_simulated", "task", "/$defs/validation_simulated", "/validation"},
};

std::string NameOf(const ::testing::TestParamInfo<Place>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Maps, SchemaPlace, ::testing::ValuesIn(kPlaces), NameOf);

// A map that somebody adds to a schema must be added above.
TEST(Schema, EveryMapIsHeld) {
  for (const std::string file : {"fleet", "task"}) {
    const Json schema = LoadSchema(file + ".schema.json");
    for (const auto& item : schema.at("$defs").items()) {
      if (!item.value().contains("properties")) continue;
      const bool held = std::any_of(
          std::begin(kPlaces), std::end(kPlaces),
          [&](const Place& place) { return place.file == file && place.name == item.key(); });
      EXPECT_TRUE(held) << file << " " << item.key();
    }
  }
}

}  // namespace
}  // namespace biglittle
