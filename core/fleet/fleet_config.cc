#include "core/fleet/fleet_config.h"

#include <algorithm>

namespace biglittle {
namespace {

template <typename Element>
const Element* FindById(const std::vector<Element>& elements, const std::string& id) {
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [&](const Element& element) { return element.id == id; });
  return found == elements.end() ? nullptr : &*found;
}

}  // namespace

const DeviceConfig* FleetConfig::FindDevice(const std::string& id) const {
  return FindById(devices, id);
}

const WorkerConfig* FleetConfig::FindWorker(const std::string& id) const {
  return FindById(workers, id);
}

const HostConfig* FleetConfig::FindHost(const std::string& id) const { return FindById(hosts, id); }

}  // namespace biglittle
