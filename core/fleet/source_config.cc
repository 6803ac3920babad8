#include "core/fleet/source_config.h"

namespace biglittle {
namespace {

bool Same(const SourceOptions* a, const SourceOptions* b) {
  return a == b || (a != nullptr && b != nullptr && a->Equals(*b));
}

}  // namespace

bool SourceConfig::operator==(const SourceConfig& other) const {
  return type == other.type && Same(options.get(), other.options.get()) &&
         readings == other.readings && interval == other.interval &&
         queue_capacity == other.queue_capacity && when_full == other.when_full;
}

}  // namespace biglittle
