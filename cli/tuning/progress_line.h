// "12,000 of 24,000 readings", rewritten in place where a person watches; nothing in a log.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace biglittle {

class ProgressLine {
 public:
  // `what` are counted up to `total`, on `out`, which is stderr or not watched.
  ProgressLine(std::string what, std::size_t total, std::ostream& out);

  void Show(std::size_t done);
  void Clear();

 private:
  const std::string what_;
  const std::size_t total_;
  std::ostream& out_;
  const bool watched_;
  std::size_t shown_percent_ = 101;
};

}  // namespace biglittle
