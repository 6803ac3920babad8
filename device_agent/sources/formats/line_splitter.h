// Lines out of bytes that come in pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace biglittle {

// Lines end with LF or CR LF. Not thread-safe.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{64} << 10U;

  // Calls line(text) for each line that is whole now, without its end, and too_long() once for each
  // that is longer than kMaxLineBytes, whose bytes are dropped. Stops where line() returns false.
  template <typename Line, typename TooLong>
  void Split(std::string_view bytes, Line line, TooLong too_long) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      Append(bytes.substr(0, end), too_long);
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end + 1);
      if (!Take(line)) return;
    }
  }
  // The last line, if it has no end.
  template <typename Line>
  void Finish(Line line) {
    if (!rest_.empty()) Take(line);
    dropping_ = false;
  }
  void Reset() {
    rest_.clear();
    dropping_ = false;
  }

 private:
  template <typename TooLong>
  void Append(std::string_view part, TooLong too_long) {
    if (dropping_) return;
    if (rest_.size() + part.size() <= kMaxLineBytes) {
      rest_ += part;
      return;
    }
    dropping_ = true;
    rest_.clear();
    too_long();
  }
  template <typename Line>
  bool Take(Line line) {
    if (dropping_) {
      dropping_ = false;
      return true;
    }
    if (rest_.ends_with('\r')) rest_.pop_back();
    const bool go_on = line(std::string_view(rest_));
    rest_.clear();
    return go_on;
  }

  std::string rest_;
  bool dropping_ = false;  // the line is too long: up to its end
};

}  // namespace biglittle
