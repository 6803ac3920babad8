// What an escalation is for.
#pragma once

#include "core/outcome.h"
#include "device_agent/little/little_verdict.h"

namespace biglittle {

// How an escalation ends and what follows from it are two things: the escalator knows the first,
// who asked for it the second. One that answers a reading ends it; another may only want to know
// what the big net says.
//
// Who implements it: End is called exactly once for each escalation that was given to Escalate, on
// the thread of the escalator, perhaps within Escalate; it may escalate something else.
class EscalationPurpose {
 public:
  virtual ~EscalationPurpose() = default;

  // AnsweredByCloud, or FellBack with the reason.
  virtual void End(const LittleVerdict& verdict, const Outcome& outcome) = 0;
};

}  // namespace biglittle
