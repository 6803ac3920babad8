// What the broker says in words when it refuses something, which Paho C++ 1.2.0 drops on its way
// from Paho C.
#pragma once

#include <string>

namespace biglittle::wire {

// Does nothing; whoever calls it is linked with our MQTTAsync_sendMessage() and
// MQTTAsync_subscribe(). They are Paho C's but for one thing: while a failure is told to its
// listener, ReasonStringOfFailure() has the broker's reason string.
void UsePahoReasons();

// For use inside a listener's on_failure: a stranger's bytes, empty if there were none.
std::string ReasonStringOfFailure();

}  // namespace biglittle::wire
