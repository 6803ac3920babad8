// Exceptions at the edge of a thread or a program: one line for people, and nobody else is harmed.
#pragma once

#include "absl/status/status.h"

namespace biglittle {

// Of the exception that is being handled; for use in a catch block. Unavailable where memory,
// threads or file descriptors are short, which may pass; Internal otherwise.
absl::Status CurrentExceptionStatus();

// What `work` returns, an absl::Status or StatusOr, or the exception that it ended by.
template <typename Work>
auto StatusOrException(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return CurrentExceptionStatus();
  }
}

}  // namespace biglittle
