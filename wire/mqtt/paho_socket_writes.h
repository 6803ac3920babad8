// A repair of Paho C from outside: of 1.3.12, where it was measured, to 1.3.16.
//
// Where the write of a QoS 1 message fails, Paho frees the message's topic and payload with the
// command, and once more with the session that it closes then. Nothing happens as long as nobody
// was given that memory meanwhile; a thread that publishes at that moment is, and the process
// crashes. Where a write would only block, Paho keeps the message, finds the connection closed when
// it reads next, and frees everything once (decision 018).
#pragma once

namespace biglittle::wire {

// Does nothing; whoever calls it is linked with our write() and writev(). They are the system's but
// for one thing: on a TCP socket that does not block, a lost connection looks like a full buffer
// (EAGAIN), and it is the next read that says it. Not so with the thread sanitizer, which needs its
// own.
void UsePahoSocketWrites();

}  // namespace biglittle::wire
