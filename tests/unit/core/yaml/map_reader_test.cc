#include "core/yaml/map_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace biglittle {
namespace {

// One value under the key 'v', read by `read`; what is wrong with it, or "ok: <value>".
template <typename Read>
std::string Reading(const std::string& value, Read read) {
  const auto parsed = ParseYaml("v: " + value, "f");
  EXPECT_TRUE(parsed.ok()) << ToString(parsed.problems);
  if (!parsed.ok()) return "";
  Problems problems("f");
  const auto result = read(*parsed.value->root->entries[0].value, problems);
  EXPECT_EQ(result.has_value(), problems.empty());
  return result ? "ok: " + ::testing::PrintToString(*result) : ToString(problems.Take());
}

std::string Whole(const std::string& value) {
  return Reading(value, [](const YamlNode& node, Problems& problems) {
    return ReadWhole(node, "delay_ms", {-5, 100}, problems);
  });
}

TEST(ReadWhole, TakesDecimalDigits) {
  EXPECT_EQ(Whole("0"), "ok: 0");
  EXPECT_EQ(Whole("-5"), "ok: -5");
  EXPECT_EQ(Whole("100"), "ok: 100");
}

TEST(ReadWhole, StatesRangeAndUnit) {
  EXPECT_EQ(Whole("101"), "f:1:4: 'delay_ms' must be -5 to 100 milliseconds, not '101'");
  EXPECT_EQ(Whole("-6"), "f:1:4: 'delay_ms' must be -5 to 100 milliseconds, not '-6'");
  EXPECT_EQ(Whole("99999999999999999999"),
            "f:1:4: 'delay_ms' must be -5 to 100 milliseconds, not '99999999999999999999'");
}

TEST(ReadWhole, RefusesWhatIsNoWholeNumber) {
  for (const std::string value :
       {"1.0", "1e2", "0x10", "010", "1_000", "+1", "ten", "true", "-x"}) {
    EXPECT_EQ(Whole(value), "f:1:4: 'delay_ms' must be a whole number, not '" + value + "'");
  }
  EXPECT_EQ(Whole("'5'"), "f:1:4: 'delay_ms' must be a whole number, not the text '5'");
  EXPECT_EQ(Whole("[5]"), "f:1:4: 'delay_ms' must be a whole number, not a list");
  EXPECT_EQ(Whole("{a: 5}"), "f:1:4: 'delay_ms' must be a whole number, not a map");
  EXPECT_EQ(Whole("~"), "f:1:4: 'delay_ms' must be a whole number, not nothing");
}

std::string Fraction(const std::string& value, FractionRange range) {
  return Reading(value, [&](const YamlNode& node, Problems& problems) {
    return ReadFraction(node, "t", range, problems);
  });
}

TEST(ReadFraction, TakesNumbers) {
  EXPECT_EQ(Fraction("0.5", {0, 1}), "ok: 0.5");
  EXPECT_EQ(Fraction("1", {0, 1}), "ok: 1");
  EXPECT_EQ(Fraction("0", {0, 1}), "ok: 0");
  EXPECT_EQ(Fraction("-2.5e1", {-100, 1}), "ok: -25");
}

TEST(ReadFraction, StatesTheRange) {
  EXPECT_EQ(Fraction("1.01", {0, 1}), "f:1:4: 't' must be 0 to 1, not '1.01'");
  EXPECT_EQ(Fraction("0", {0, 1, true}), "f:1:4: 't' must be above 0 and at most 1, not '0'");
  EXPECT_EQ(Fraction("-1", {0, 1}), "f:1:4: 't' must be 0 to 1, not '-1'");
  // Would be 0 as float.
  EXPECT_EQ(Fraction("1e-60", {0, 1, true}),
            "f:1:4: 't' must be above 0 and at most 1, not '1e-60'");
}

TEST(ReadFraction, RefusesWhatIsNotFinite) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  for (const std::string value : {"inf", "nan", "1e39", "-1e39"}) {
    EXPECT_NE(Fraction(value, {-kLargest, kLargest}).find("'t' must be "), std::string::npos)
        << value;
  }
  EXPECT_EQ(Fraction("1e999", {0, 1}), "f:1:4: 't' must be a number, not '1e999'");
  EXPECT_EQ(Fraction(".inf", {0, 1}), "f:1:4: 't' must be a number, not '.inf'");
  EXPECT_EQ(Fraction("half", {0, 1}), "f:1:4: 't' must be a number, not 'half'");
}

TEST(ReadLine, TakesOneLine) {
  const auto line = [](const std::string& value) {
    return Reading(value, [](const YamlNode& node, Problems& problems) {
      return ReadLine(node, "label", 5, problems);
    });
  };
  EXPECT_EQ(line("abcde"), "ok: \"abcde\"");
  EXPECT_EQ(line("7"), "ok: \"7\"");
  EXPECT_EQ(line("abcdef"), "f:1:4: 'label' must be one line of 1 to 5 bytes, not 'abcdef'");
  EXPECT_EQ(line("''"), "f:1:4: 'label' must be one line of 1 to 5 bytes, not ''");
  EXPECT_EQ(line("\"a\\nb\""), "f:1:4: 'label' must be one line of 1 to 5 bytes, not 'a\\x0ab'");
  EXPECT_EQ(line("~"), "f:1:4: 'label' must be text, not nothing");
}

std::string MapProblems(const std::string& text) {
  const auto parsed = ParseYaml(text, "f");
  EXPECT_TRUE(parsed.ok()) << ToString(parsed.problems);
  if (!parsed.ok()) return "";
  Problems problems("f");
  MapReader map(*parsed.value->root, "broker", problems);
  map.Require("host");
  map.Find("port");
  map.Finish();
  return ToString(problems.Take());
}

TEST(MapReader, FindsNothingWrongWhereNothingIs) {
  EXPECT_EQ(MapProblems("host: h\nport: 1883\n"), "");
  EXPECT_EQ(MapProblems("host: h\n"), "");
}

TEST(MapReader, ReportsWhatIsMissing) {
  EXPECT_EQ(MapProblems("port: 1\n"), "f:1:1: the key 'host' is missing");
}

TEST(MapReader, ReportsUnknownKeysWithTheNearest) {
  EXPECT_EQ(MapProblems("host: h\nprot: 1\n"), "f:2:1: unknown key 'prot'; did you mean 'port'?");
  EXPECT_EQ(MapProblems("host: h\npassword: 1\n"),
            "f:2:1: unknown key 'password'; this map takes host, port");
}

TEST(MapReader, ReportsRepeatedKeys) {
  EXPECT_EQ(MapProblems("host: h\nport: 1\nport: 2\n"),
            "f:3:1: key 'port' is given twice, first at line 2; remove one");
}

TEST(MapReader, ReportsKeysThatAreNoText) {
  EXPECT_EQ(MapProblems("host: h\n[1, 2]: 3\n"), "f:2:1: a key must be text, not a list");
}

TEST(MapReader, ReportsOnlyOnceThatItIsNoMap) {
  EXPECT_EQ(MapProblems("[1, 2]\n"), "f:1:1: 'broker' must be a map of keys, not a list");
}

TEST(Problems, AreSortedAndTheirNumberIsBounded) {
  Problems problems("f");
  YamlNode node;
  node.column = 1;
  for (int line = 1500; line > 0; --line) {
    node.line = line;
    problems.Add(node, "wrong");
  }
  const std::vector<Diagnostic> taken = problems.Take();
  ASSERT_EQ(taken.size(), Problems::kMaxProblems + 1);
  EXPECT_EQ(taken[0].line, 501);
  EXPECT_EQ(ToString(taken.back()), "f: 500 more problems are not shown");
}

TEST(Problems, AnAliasThatIsReadTwiceIsReportedOnce) {
  Problems problems("f");
  YamlNode node;
  node.line = node.column = 1;
  problems.Add(node, "wrong");
  problems.Add(node, "wrong");
  EXPECT_EQ(problems.Take().size(), 1U);
}

}  // namespace
}  // namespace biglittle
