#include "core/task/label_index.h"

#include <fmt/format.h>

#include "core/prediction.h"
#include "core/task/label.h"
#include "core/text.h"

namespace biglittle {

bool LabelIndex::Add(const std::string& label) {
  if (!index_of_.emplace(label, static_cast<int>(labels_.size())).second) return false;
  labels_.push_back(label);
  return true;
}

std::optional<int> LabelIndex::Read(const YamlNode& node, std::string_view name, bool other_allowed,
                                    Problems& problems) const {
  const auto label = ReadLine(node, name, kMaxLabelBytes, problems);
  if (!label) return std::nullopt;
  if (other_allowed && *label == kOtherName) return kOtherClass;
  const auto found = index_of_.find(*label);
  if (found != index_of_.end()) return found->second;
  const std::string nearest = NearestTo(WithoutInvisible(*label), labels_);
  problems.Add(node,
               fmt::format("'{}' names {}, which is not a label{}", name, Quoted(*label),
                           nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
  return std::nullopt;
}

}  // namespace biglittle
