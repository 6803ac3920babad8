#include "core/program/kept_log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/program/log.h"
#include "core/shown_text.h"

namespace biglittle {

class KeptLog::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::vector<std::string> Lines() {
    const std::lock_guard lock(mutex_);
    return {lines_.begin(), lines_.end()};
  }
  std::uint64_t Count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& record) override {
    const std::string_view text(record.payload.data(), record.payload.size());
    ++count_;
    lines_.push_back(Shown(text, kMostLogged));
    if (lines_.size() > kMostLines) lines_.pop_front();
  }
  void flush_() override {}

 private:
  // Protected by the base's mutex_.
  std::deque<std::string> lines_;
  std::uint64_t count_ = 0;
};

class KeptLog::Before {
 public:
  std::vector<spdlog::sink_ptr> sinks;
};

KeptLog::KeptLog() : sink_(std::make_shared<Sink>()), before_(std::make_unique<Before>()) {
  before_->sinks = std::exchange(spdlog::default_logger()->sinks(), {sink_});
}

KeptLog::~KeptLog() { spdlog::default_logger()->sinks() = std::move(before_->sinks); }

std::vector<std::string> KeptLog::Lines() const { return sink_->Lines(); }

std::uint64_t KeptLog::Count() const { return sink_->Count(); }

}  // namespace biglittle
