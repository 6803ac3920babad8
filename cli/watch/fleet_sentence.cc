#include "cli/watch/fleet_sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "cli/watch/watch_words.h"
#include "core/display_width.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostNamed = 4;
constexpr std::string_view kBetween = " \xc2\xb7 ";  // a dot in the middle

std::string OpeningOf(std::size_t complaints, std::size_t devices, std::size_t members) {
  if (devices == 0) return "Waiting for the fleet";
  if (complaints == 0) return "All well";
  return complaints >= members ? "Nothing is well" : "All well but " + CountWords(complaints);
}

std::string MoreWords(std::size_t count) {
  return count == 0 ? "" : fmt::format("{}and {} more", kBetween, CountWords(count));
}

}  // namespace

std::string_view MarkOf(Tone tone) {
  switch (tone) {
    case Tone::kAlarm:
      return "\xe2\x96\xb2";  // ▲
    case Tone::kAbsent:
      return "\xe2\x97\x8b";  // ○
    case Tone::kAttention:
      return "\xe2\x96\xb3";  // △
    case Tone::kNeutral:
      return "\xc2\xb7";  // ·
    case Tone::kWell:
      return "\xe2\x97\x8f";  // ●
  }
  return " ";
}

TextStyle StyleOf(Tone tone) {
  switch (tone) {
    case Tone::kAlarm:
      return TextStyle::kAlarm;
    case Tone::kAttention:
      return TextStyle::kAttention;
    case Tone::kWell:
      return TextStyle::kWell;
    default:
      return TextStyle::kPlain;
  }
}

void SortComplaints(std::vector<Complaint>& complaints) {
  std::ranges::sort(complaints, [](const Complaint& a, const Complaint& b) {
    const auto key = [](const Complaint& one) {
      return std::tuple(one.concern.tone, !one.is_worker);
    };
    return key(a) != key(b) ? key(a) < key(b) : IsNameBefore(a.id, b.id);
  });
}

ScreenLine FleetSentence(const std::vector<Complaint>& complaints, std::size_t devices,
                         std::size_t members, std::size_t columns) {
  ScreenLine line;
  std::size_t at = 0;
  const auto add = [&](const std::string& text, TextStyle style) {
    line.push_back({at, FitInto(text, columns - std::min(at, columns)), style});
    at += DisplayWidth(line.back().text);
  };
  add(OpeningOf(complaints.size(), devices, members), TextStyle::kBold);
  std::size_t named = 0;
  for (; named < std::min(kMostNamed, complaints.size()); ++named) {
    const Complaint& one = complaints[named];
    const std::string before(named == 0 ? ": " : kBetween);
    const std::string text =
        fmt::format("{} {} {}", MarkOf(one.concern.tone), one.id, one.concern.text);
    const std::string more = MoreWords(complaints.size() - named - 1);
    const std::size_t needed = DisplayWidth(before + text + more);
    // Where there is no room for the first, a part of it is more than a number.
    if (named > 0 && at + needed > columns) break;
    add(before, TextStyle::kPlain);
    add(text, StyleOf(one.concern.tone));
  }
  if (const std::size_t rest = complaints.size() - named; rest > 0) {
    add(MoreWords(rest), TextStyle::kPlain);
  }
  return line;
}

}  // namespace biglittle
