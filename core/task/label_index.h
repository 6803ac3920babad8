// From a label in a task file to its class index. A private part of the task reader.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

class LabelIndex {
 public:
  // False if the label is there already.
  bool Add(const std::string& label);

  // The class index of the label that `node` names, or kOtherClass for "other" where that is
  // allowed. nullopt after reporting anything else.
  std::optional<int> Read(const YamlNode& node, std::string_view name, bool other_allowed,
                          Problems& problems) const;

 private:
  std::vector<std::string> labels_;
  std::unordered_map<std::string, int> index_of_;
};

}  // namespace biglittle
