// Problems in a file that a person wrote, each at its place, all of them at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace biglittle {

struct Diagnostic {
  std::string file;
  int line = 0;    // 1-based; 0 where the problem has no place (the file is missing)
  int column = 0;  // 1-based; 0 likewise
  std::string message;

  bool operator==(const Diagnostic&) const = default;
};

// "file:line:column: message", or "file: message" where there is no place. Tools parse this form.
std::string ToString(const Diagnostic& diagnostic);
// One line each, in order of place.
std::string ToString(const std::vector<Diagnostic>& diagnostics);

// A value, or the reasons why there is none. Exactly one of the two is filled.
template <typename T>
struct Parsed {
  std::optional<T> value;
  std::vector<Diagnostic> problems;

  bool ok() const { return value.has_value(); }
};

}  // namespace biglittle
