#include "core/program/terminal_guard.h"

#include <iostream>
#include <mutex>
#include <streambuf>
#include <string>
#include <string_view>

#include "core/shown_text.h"

namespace biglittle {

// Hands complete lines on as they come, and the rest with the next flush.
class TerminalGuard::Filter final : public std::streambuf {
 public:
  explicit Filter(std::streambuf& to) : to_(to) {}

  bool Command(std::string_view command) {
    const std::lock_guard lock(mutex_);
    return HandOn(waiting_.size()) && Put(command);
  }

 protected:
  int_type overflow(int_type byte) override {
    if (traits_type::eq_int_type(byte, traits_type::eof())) return traits_type::not_eof(byte);
    const char one = traits_type::to_char_type(byte);
    return xsputn(&one, 1) == 1 ? byte : traits_type::eof();
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    const std::lock_guard lock(mutex_);
    waiting_.append(text, static_cast<std::size_t>(count));
    const std::size_t end = waiting_.rfind('\n');
    if (end == std::string::npos && waiting_.size() < kLongestWait) return count;
    return HandOn(end == std::string::npos ? waiting_.size() : end + 1) ? count : 0;
  }
  int sync() override {
    const std::lock_guard lock(mutex_);
    return HandOn(waiting_.size()) && to_.pubsync() == 0 ? 0 : -1;
  }

 private:
  static constexpr std::size_t kLongestWait = 65536;

  bool HandOn(std::size_t count) {
    const std::string shown = ShownLines(std::string_view(waiting_).substr(0, count));
    waiting_.erase(0, count);
    return Put(shown);
  }
  bool Put(std::string_view text) {
    const auto size = static_cast<std::streamsize>(text.size());
    return to_.sputn(text.data(), size) == size;
  }

  std::streambuf& to_;

  // Protected by mutex_.
  std::mutex mutex_;
  std::string waiting_;
};

class TerminalGuard::Guarded {
 public:
  explicit Guarded(std::ostream& stream)
      : stream_(stream), before_(stream.rdbuf()), filter_(*before_) {
    stream_.rdbuf(&filter_);
  }
  ~Guarded() {
    filter_.pubsync();
    const std::ios_base::iostate state = stream_.rdstate();
    stream_.rdbuf(before_);  // forgets that something went wrong
    stream_.clear(state);
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

 private:
  std::ostream& stream_;
  std::streambuf* const before_;
  Filter filter_;
};

TerminalGuard::TerminalGuard()
    : out_(std::make_unique<Guarded>(std::cout)), err_(std::make_unique<Guarded>(std::cerr)) {}

TerminalGuard::~TerminalGuard() = default;

void RewriteLine(std::ostream& out) {
  constexpr std::string_view kCommand = "\r\x1b[K";
  if (auto* filter = dynamic_cast<TerminalGuard::Filter*>(out.rdbuf())) {
    if (!filter->Command(kCommand)) out.setstate(std::ios_base::badbit);
  } else {
    out << kCommand;
  }
}

}  // namespace biglittle
