#include "cli/watch/watch_words.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace biglittle {
namespace {

constexpr std::array<std::string_view, 13> kSmall{"no",   "one",    "two",   "three", "four",
                                                  "five", "six",    "seven", "eight", "nine",
                                                  "ten",  "eleven", "twelve"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Significant(double value) {
  if (value == 0) return "0";
  if (value >= 9.95) return fmt::format("{:.0f}", value);
  // Of the rounded value: 0.999 is 1.0.
  const int digits = 1 - static_cast<int>(std::floor(std::log10(value * 1.005)));
  std::string text = fmt::format("{:.{}f}", value, digits);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

// Takes the number at the front, without the zeros that it begins with.
std::string_view TakeNumber(std::string_view& text) {
  const std::string_view number = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(number.size());
  return number.substr(std::min(number.find_first_not_of('0'), number.size()));
}

}  // namespace

std::string DurationWords(WallTime::duration duration) {
  const auto all = std::chrono::floor<std::chrono::seconds>(duration).count();
  const std::int64_t seconds = std::max<std::int64_t>(all, 0);
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours >= 24) return fmt::format("{} d", hours / 24);
  return minutes % 60 == 0 ? fmt::format("{} h", hours)
                           : fmt::format("{} h {} min", hours, minutes % 60);
}

std::string AgoWords(WallTime::duration duration) {
  if (duration < std::chrono::seconds(5)) return "now";
  return DurationWords(duration) + " ago";
}

std::string MillisecondsWords(double ms) {
  return ms >= 1000 ? Significant(ms / 1000) + " s" : Significant(ms) + " ms";
}

std::string PercentWords(double share) {
  const double percent = share * 100;
  if (percent > 0 && percent < 1) return "< 1 %";
  if (percent > 99 && percent < 100) return "> 99 %";
  return fmt::format("{:.0f} %", percent);
}

std::string ClassWords(std::string_view label) {
  std::string words(label);
  std::ranges::replace(words, '_', ' ');
  for (const std::string_view degree : {" mild", " moderate", " severe"}) {
    if (words.ends_with(degree)) words.insert(words.size() - degree.size(), 1, ',');
  }
  return words;
}

std::string CountWords(std::size_t count) {
  return count < kSmall.size() ? std::string(kSmall[count]) : fmt::format("{}", count);
}

std::string ClockWords(WallTime time) {
  return fmt::format("{:%H:%M}", fmt::localtime(std::chrono::system_clock::to_time_t(time)));
}

bool IsNameBefore(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (IsDigit(a.front()) && IsDigit(b.front())) {
      const std::string_view number_a = TakeNumber(a);
      const std::string_view number_b = TakeNumber(b);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
    } else if (a.front() != b.front()) {
      return a.front() < b.front();
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;  // pump-01 and pump-1
}

}  // namespace biglittle
