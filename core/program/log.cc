#include "core/program/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include <string_view>

#include "core/shown_text.h"

namespace biglittle {
namespace {

class OneLine final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& record, spdlog::memory_buf_t& line) override {
    const std::string_view text(record.payload.data(), record.payload.size());
    if (text.size() <= kMostLogged && IsPlain(text)) return pattern_.format(record, line);
    const std::string shown = Shown(text, kMostLogged);
    spdlog::details::log_msg changed = record;
    changed.payload = shown;
    pattern_.format(changed, line);
    // Where the sink colours the line.
    record.color_range_start = changed.color_range_start;
    record.color_range_end = changed.color_range_end;
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<OneLine>(); }

 private:
  spdlog::pattern_formatter pattern_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> OneLineFormatter() { return std::make_unique<OneLine>(); }

void SetUpLog(const std::string& level) {
  spdlog::set_formatter(OneLineFormatter());
  spdlog::set_level(spdlog::level::from_str(level));
}

}  // namespace biglittle
