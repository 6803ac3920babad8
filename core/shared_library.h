// A library of the system's that is loaded when something first needs it, and not with the program:
// for those that few devices need.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

// Stays loaded until the process ends, so that what was found may be kept and called on any thread.
class SharedLibrary {
 public:
  // `name`: as the loader knows it, "libopenblas.so.0". `package`: the one of Debian that has it.
  // FailedPrecondition, in one line with the mend: it is not on this machine, or cannot be loaded.
  // Thread-safe.
  static absl::StatusOr<SharedLibrary> Load(const char* name, const char* package);

  // Sets `function`; FailedPrecondition, in one line: the library has no such symbol. Thread-safe.
  template <typename Function>
  absl::Status Find(const char* symbol, Function& function) const {
    function = reinterpret_cast<Function>(Address(symbol));
    return function != nullptr ? absl::OkStatus() : Missing(symbol);
  }

 private:
  SharedLibrary(void* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  void* Address(const char* symbol) const;
  absl::Status Missing(const char* symbol) const;

  void* handle_;
  std::string name_;
};

}  // namespace biglittle
