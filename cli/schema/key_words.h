// What is said of a key, in sentences: for the JSON Schemas and for docs/configuration.md.
#pragma once

#include <string>
#include <string_view>

#include "core/yaml/key_facts.h"

namespace biglittle {

// What a key means, its choices included; Markdown.
std::string MeaningOf(const KeyFacts& key);
// "ms", "seconds", "bytes", or what the key says; "" if it counts nothing.
std::string UnitOf(const KeyFacts& key);
// What may be written; Markdown.
std::string RangeOf(const KeyFacts& key);

// A number as people and JSON write it: whole ones without a point.
std::string WrittenNumber(double number);
// Markdown without its marks: `code` and [links](to) are their texts.
std::string WithoutMarks(std::string_view markdown);
// Begins with a capital and ends with a full stop; "" stays "".
std::string AsSentence(std::string text);

}  // namespace biglittle
