#include "core/program/exception_status.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "core/program/descriptors.h"

namespace biglittle {
namespace {

absl::Status StatusOf(const std::system_error& error) {
  const std::error_code code = error.code();
  if (code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system) {
    return TooFewDescriptors();
  }
  if (code == std::errc::resource_unavailable_try_again) {
    return absl::UnavailableError(
        "no thread can be had: raise TasksMax and LimitNPROC, or run less in this process");
  }
  return absl::InternalError(error.what());
}

}  // namespace

absl::Status CurrentExceptionStatus() {
  constexpr char kNoMemory[] =
      "not enough memory: give the process more (MemoryMax, ulimit -v), or less to load";
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError(kNoMemory);
  } catch (const std::length_error&) {  // more than any machine has
    return absl::UnavailableError(kNoMemory);
  } catch (const std::system_error& error) {
    return StatusOf(error);
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  } catch (...) {
    return absl::InternalError("an exception of an unknown kind");
  }
}

}  // namespace biglittle
