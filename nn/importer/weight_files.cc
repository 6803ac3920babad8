#include "nn/importer/weight_files.h"

#include <algorithm>
#include <string>

namespace biglittle::nn {

bool IsPlainFileName(const std::string& name) {
  constexpr std::size_t kLongest = 255;
  if (name.empty() || name.size() > kLongest || name == "." || name == "..") return false;
  return std::ranges::none_of(name, [](char c) { return c == '/' || c == '\\' || c == '\0'; });
}

}  // namespace biglittle::nn
