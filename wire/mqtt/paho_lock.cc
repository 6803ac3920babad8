#include "wire/mqtt/paho_lock.h"

#include <atomic>
#include <utility>

namespace biglittle::wire {
namespace {

std::atomic<int> live_sessions = 0;
thread_local bool in_callback = false;

}  // namespace

void CountSession(int by) { live_sessions.fetch_add(by, std::memory_order_acq_rel); }

bool MayCallPaho() { return !in_callback && live_sessions.load(std::memory_order_acquire) == 1; }

PahoCallback::PahoCallback() : before_(std::exchange(in_callback, true)) {}
PahoCallback::~PahoCallback() { in_callback = before_; }

}  // namespace biglittle::wire
