// The messages that travel as JSON, field by field: `biglittle schema` makes their JSON Schemas and
// the AsyncAPI document of it, and tests hold what is really sent against those.
//
// Where a field is stated: of results and statuses in wire/proto/, of states and snapshots in the
// tables that write them (message_table.h), of requests of operators in the tables that read them
// (control.cc, core/fleet/device_sections.cc), of the answers to those in control_facts.cc.
//
// Thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "core/yaml/key_facts.h"

namespace biglittle::wire {

struct MessageFacts {
  std::string_view name;   // "control-reply": of its schema
  std::string_view title;  // "A device's answer to an operator"
  ValueShape shape;
  // Fields that it does not name are refused by who reads it; of all others they are ignored.
  bool closed = false;
};

// Result, status, state, control, control-reply, snapshot.
const std::vector<MessageFacts>& AllMessageFacts();

// escalation.proto as it stands: what its messages have is binary.
std::string_view EscalationProto();

}  // namespace biglittle::wire
