#include "cli/tuning/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

namespace biglittle {

ProgressLine::ProgressLine(std::string what, std::size_t total, std::ostream& out)
    : what_(std::move(what)),
      total_(total),
      out_(out),
      watched_(&out == &std::cerr && isatty(STDERR_FILENO) != 0) {}

void ProgressLine::Show(std::size_t done) {
  const std::size_t percent = total_ == 0 ? 100 : done * 100 / total_;
  if (!watched_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  out_ << fmt::format("\r{} of {} {}", done, total_, what_) << std::flush;
}

void ProgressLine::Clear() {
  if (watched_) out_ << "\r\x1b[K" << std::flush;
}

}  // namespace biglittle
