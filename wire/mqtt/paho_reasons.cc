#include "wire/mqtt/paho_reasons.h"

#include <MQTTAsync.h>
#include <dlfcn.h>

#include <atomic>
#include <utility>

namespace biglittle::wire {
namespace {

using OnFailure = MQTTAsync_onFailure5*;

// Paho C++'s own, the same for all its tokens.
std::atomic<OnFailure> on_failure = nullptr;

thread_local std::string reason_string;

void TellWithReason(void* context, MQTTAsync_failureData5* failure) {
  if (failure != nullptr) {
    MQTTProperty* property =
        MQTTProperties_getProperty(&failure->properties, MQTTPROPERTY_CODE_REASON_STRING);
    if (property != nullptr && property->value.data.len > 0) {
      reason_string.assign(property->value.data.data,
                           static_cast<std::size_t>(property->value.data.len));
    }
  }
  on_failure.load(std::memory_order_acquire)(context, failure);
  reason_string.clear();
}

void HearReasons(MQTTAsync_responseOptions* options) {
  if (options == nullptr || options->onFailure5 == nullptr) return;
  if (options->onFailure5 == &TellWithReason) return;
  on_failure.store(std::exchange(options->onFailure5, &TellWithReason), std::memory_order_release);
}

template <typename Function>
Function* PahosOwn(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void UsePahoReasons() {}

std::string ReasonStringOfFailure() { return reason_string; }

}  // namespace biglittle::wire

extern "C" int MQTTAsync_sendMessage(MQTTAsync handle, const char* topic,
                                     const MQTTAsync_message* message,
                                     MQTTAsync_responseOptions* options) {
  static auto* const own =
      biglittle::wire::PahosOwn<decltype(MQTTAsync_sendMessage)>("MQTTAsync_sendMessage");
  biglittle::wire::HearReasons(options);
  return own(handle, topic, message, options);
}

extern "C" int MQTTAsync_subscribe(MQTTAsync handle, const char* topic, int qos,
                                   MQTTAsync_responseOptions* options) {
  static auto* const own =
      biglittle::wire::PahosOwn<decltype(MQTTAsync_subscribe)>("MQTTAsync_subscribe");
  biglittle::wire::HearReasons(options);
  return own(handle, topic, qos, options);
}
