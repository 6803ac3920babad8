// The fields of a device's answer to an operator. Its status is the device's own to write
// (device_agent/device_control.cc); tests hold both together. For use inside wire/ only.
//
// Pure function, thread-safe.
#pragma once

#include <memory>

#include "core/yaml/key_facts.h"

namespace biglittle::wire {

std::shared_ptr<const SectionFacts> ControlReplyFacts();

}  // namespace biglittle::wire
