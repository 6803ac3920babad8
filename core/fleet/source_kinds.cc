#include "core/fleet/source_kinds.h"

#include <algorithm>

namespace biglittle {

const SourceKind* SourceKinds::Find(std::string_view type) const {
  const auto found = std::ranges::find(kinds_, type, &SourceKind::type);
  return found == kinds_.end() ? nullptr : *found;
}

}  // namespace biglittle
