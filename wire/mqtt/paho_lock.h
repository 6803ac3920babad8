// Who may call Paho: it has one lock for all clients of a process, which is held while one of them
// connects, shakes hands or is called back.
//
// Thread-safe.
#pragma once

namespace biglittle::wire {

// A session was started and not stopped.
void CountSession(int by);

// Only the thread of a session may wait for Paho's lock: unless there is no other session, and this
// one is connected. Nobody may on Paho's threads.
bool MayCallPaho();

// Stands on Paho's threads while they call us.
class PahoCallback {
 public:
  PahoCallback();
  ~PahoCallback();
  PahoCallback(const PahoCallback&) = delete;
  PahoCallback& operator=(const PahoCallback&) = delete;

 private:
  const bool before_;
};

}  // namespace biglittle::wire
