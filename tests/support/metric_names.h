// Holds a program's metrics and docs/operations.md together.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace biglittle {

// The metrics of a scrape that docs/operations.md does not name, without their `prefix`.
inline std::vector<std::string> NotExplained(const std::string& text, const std::string& prefix) {
  std::ifstream stream(BIGLITTLE_SOURCE_DIR "/docs/operations.md");
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  std::vector<std::string> missing;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::string begin = fmt::format("# TYPE {}", prefix);
    if (line.rfind(begin, 0) != 0) continue;
    const std::string name = line.substr(begin.size(), line.rfind(' ') - begin.size());
    const bool plain = document.find(fmt::format("`{}`", name)) != std::string::npos;
    // They share the row of replies_*_total.
    const bool reply = name.rfind("replies_", 0) == 0;
    const bool labelled = document.find(fmt::format("`{}{{", name)) != std::string::npos;
    if (!plain && !labelled && !reply) missing.push_back(name);
  }
  return missing;
}

}  // namespace biglittle
