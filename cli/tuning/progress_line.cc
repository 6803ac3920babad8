#include "cli/tuning/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "core/program/terminal_guard.h"

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
  RewriteLine(out_);
  out_ << fmt::format("{} of {} {}", done, total_, what_) << std::flush;
}

void ProgressLine::Clear() {
  if (!watched_) return;
  RewriteLine(out_);
  out_ << std::flush;
}

}  // namespace biglittle
