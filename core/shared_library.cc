#include "core/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace biglittle {

absl::StatusOr<SharedLibrary> SharedLibrary::Load(const char* name, const char* package) {
  void* const handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return SharedLibrary(handle, name);
  // dl's own text, until its next call.
  const char* const trouble = dlerror();
  return absl::FailedPreconditionError(fmt::format("{} cannot be loaded ({}): install {}", name,
                                                   trouble == nullptr ? "no reason given" : trouble,
                                                   package));
}

void* SharedLibrary::Address(const char* symbol) const { return dlsym(handle_, symbol); }

absl::Status SharedLibrary::Missing(const char* symbol) const {
  return absl::FailedPreconditionError(
      fmt::format("{} has no {}: it is another library", name_, symbol));
}

}  // namespace biglittle
