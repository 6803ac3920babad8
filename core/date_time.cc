#include "core/date_time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace biglittle {
namespace {

constexpr int kFirstYear = 1900;  // of std::tm

// Takes what it reads from the front of a text. What does not fit makes it bad for good.
class Front {
 public:
  explicit Front(std::string_view text) : text_(text) {}

  int Number(std::size_t digits) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const bool digit = i < text_.size() && text_[i] >= '0' && text_[i] <= '9';
      good_ = good_ && digit;
      if (digit) number = 10 * number + (text_[i] - '0');
    }
    text_.remove_prefix(std::min(digits, text_.size()));
    return number;
  }
  // Any of these characters; '\0' if none is there.
  char Any(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return '\0';
    const char found = text_.front();
    text_.remove_prefix(1);
    return found;
  }
  void Need(std::string_view characters) { good_ = Any(characters) != '\0' && good_; }
  void Require(bool holds) { good_ = good_ && holds; }
  bool good() const { return good_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string_view text_;
  bool good_ = true;
};

std::chrono::sys_days ReadDay(Front& front) {
  const std::chrono::year year(front.Number(4));
  front.Need("-");
  const std::chrono::month month(static_cast<unsigned>(front.Number(2)));
  front.Need("-");
  const std::chrono::year_month_day day =
      year / month / std::chrono::day(static_cast<unsigned>(front.Number(2)));
  // What the clock can say, with room.
  front.Require(day.ok() && year >= std::chrono::year(1970) && year <= std::chrono::year(2200));
  return front.good() ? std::chrono::sys_days(day) : std::chrono::sys_days();
}

std::chrono::seconds ReadHourAndMinute(Front& front) {
  const int hours = front.Number(2);
  front.Need(":");
  const int minutes = front.Number(2);
  front.Require(hours < 24 && minutes < 60);
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

// With the offset taken away.
std::chrono::seconds ReadTime(Front& front) {
  std::chrono::seconds time = ReadHourAndMinute(front);
  front.Need(":");
  const int seconds = front.Number(2);
  front.Require(seconds <= 60);  // a leap second
  time += std::chrono::seconds(seconds);
  if (front.Any(".") != '\0') {
    front.Need("0123456789");
    while (front.Any("0123456789") != '\0') {
    }
  }
  if (front.Any("Zz") != '\0') return time;
  const char sign = front.Any("+-");
  front.Require(sign != '\0');
  const std::chrono::seconds offset = ReadHourAndMinute(front);
  return sign == '-' ? time + offset : time - offset;
}

}  // namespace

std::optional<WallTime> ParseEndTime(std::string_view text) {
  Front front(text);
  std::chrono::sys_seconds time = ReadDay(front);
  if (front.empty()) {
    time += std::chrono::days(1);
  } else {
    front.Need("Tt ");
    time += ReadTime(front);
  }
  if (!front.good() || !front.empty()) return std::nullopt;
  return time;
}

std::string ToDateTime(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     CalendarOf(std::chrono::floor<std::chrono::seconds>(time)));
}

std::string ToDateTimeMs(WallTime time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(ms);
  std::string text = ToDateTime(WallTime(seconds));
  text.insert(text.size() - 1, fmt::format(".{:03}", (ms - seconds).count()));
  return text;
}

std::tm CalendarOf(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::seconds> of_day(time - day);
  std::tm utc{};
  utc.tm_year = static_cast<int>(date.year()) - kFirstYear;
  utc.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  utc.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  utc.tm_hour = static_cast<int>(of_day.hours().count());
  utc.tm_min = static_cast<int>(of_day.minutes().count());
  utc.tm_sec = static_cast<int>(of_day.seconds().count());
  utc.tm_wday = static_cast<int>(std::chrono::weekday(day).c_encoding());
  return utc;
}

std::chrono::sys_seconds TimeOf(const std::tm& utc) {
  const std::chrono::year_month_day date(std::chrono::year(utc.tm_year + kFirstYear),
                                         std::chrono::month(static_cast<unsigned>(utc.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(utc.tm_mday)));
  return std::chrono::sys_days(date) + std::chrono::hours(utc.tm_hour) +
         std::chrono::minutes(utc.tm_min) + std::chrono::seconds(utc.tm_sec);
}

WallTime ToWallTime(std::chrono::sys_seconds time) {
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(WallTime::max());
  return WallTime(std::min(time, kLast));
}

}  // namespace biglittle
