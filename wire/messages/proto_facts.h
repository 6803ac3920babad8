// The fields of the messages of wire/proto/, told as the .proto files have them: their comments are
// the meanings. For use inside wire/ only.
//
// Thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "core/yaml/key_facts.h"

namespace biglittle::wire {

// Of `message`, which there must be ("Result"), as its JSON has them: protobuf's own mapping, every
// field there that is not `optional`.
std::shared_ptr<const SectionFacts> ProtoFacts(std::string_view message);

}  // namespace biglittle::wire
