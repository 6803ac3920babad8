#include "cli/watch/top_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "cli/watch/fleet_sentence.h"
#include "cli/watch/verdict.h"
#include "cli/watch/watch_words.h"
#include "core/display_width.h"
#include "core/plural_words.h"

namespace biglittle {
namespace {

constexpr std::size_t kMarkColumns = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastState = 14;
constexpr std::size_t kMostState = 28;
constexpr std::size_t kLeastName = 6;
constexpr std::size_t kMostName = 24;
constexpr std::size_t kLinesAround = 4;  // sentence, counts, heads; and the foot

struct Row {
  const std::string* id = nullptr;
  const WatchedDevice* device = nullptr;
  Condition condition;
  Tone tone = Tone::kNeutral;  // the worse of its condition's and its concern's
};

std::string SinceWords(const Row& row, WallTime now) {
  if (!row.condition.since) return "";
  const bool is_least = row.condition.at_least && row.condition.tone == Tone::kAbsent;
  return (is_least ? "> " : "") + DurationWords(now - *row.condition.since);
}

// Of who is away it says nothing.
bool HasShares(const Row& row) {
  return row.device->decisions.total() > 0 && row.condition.tone != Tone::kAbsent;
}

// Of a hundred readings: little, big, fallback. Rounded one by one they might not be a hundred.
std::string SharesWords(const Row& row, WallTime) {
  if (!HasShares(row)) return "";
  const auto of = [&](wire::DecidedBy who) {
    return static_cast<int>(row.device->decisions.Share(who) * 100 + 0.5);
  };
  const int big = of(wire::DecidedBy::kBig);
  const int fallback = of(wire::DecidedBy::kFallback);
  return fmt::format("{}/{}/{}", std::max(100 - big - fallback, 0), big, fallback);
}

std::string EscalatedWords(const Row& row, WallTime) {
  return HasShares(row) ? PercentWords(row.device->decisions.Escalated()) : "";
}

std::string RoundTripWords(const Row& row, WallTime) {
  const auto median = row.device->round_trips.Median();
  return HasShares(row) && median ? MillisecondsWords(*median) : "";
}

std::string FallbacksWords(const Row& row, WallTime) {
  return row.device->fallbacks ? fmt::format("{}", *row.device->fallbacks) : "";
}

std::string SeenWords(const Row& row, WallTime now) {
  return row.device->last_seen ? AgoWords(now - *row.device->last_seen) : "never";
}

struct Column {
  std::string_view head;
  std::size_t width;
  std::size_t importance;  // 0: the last one to be left out
  std::string (*words)(const Row& row, WallTime now);
};

// In the order in which they stand.
constexpr std::array<Column, 6> kColumns{{{"since", 11, 0, SinceWords},
                                          {"decided by", 10, 1, SharesWords},
                                          {"escalated", 9, 2, EscalatedWords},
                                          {"round trip", 10, 4, RoundTripWords},
                                          {"fallbacks", 9, 5, FallbacksWords},
                                          {"last seen", 12, 3, SeenWords}}};

// Where everything stands; 0 columns for the state: no room for it.
struct Layout {
  std::size_t name = 0;
  std::size_t state = 0;
  std::array<bool, kColumns.size()> shown{};

  std::size_t state_at() const { return kMarkColumns + name + kGap; }
};

Layout LayoutFor(std::size_t longest_name, std::size_t columns) {
  Layout layout;
  layout.name = std::clamp(longest_name, kLeastName, kMostName);
  std::size_t taken = kMarkColumns + layout.name;
  if (taken + kGap + kLeastState > columns) {
    layout.name = std::min(layout.name, columns - std::min(kMarkColumns, columns));
    taken = kMarkColumns + layout.name;
    layout.state = columns > taken + kGap ? columns - taken - kGap : 0;
    return layout;
  }
  taken += kGap + kLeastState;
  for (std::size_t importance = 0; importance < kColumns.size(); ++importance) {
    const auto at = std::ranges::find(kColumns, importance, &Column::importance);
    if (taken + kGap + at->width > columns) break;
    taken += kGap + at->width;
    layout.shown[static_cast<std::size_t>(at - kColumns.begin())] = true;
  }
  layout.state = std::min(kLeastState + columns - taken, kMostState);
  return layout;
}

void Add(std::size_t column, std::string text, TextStyle style, ScreenLine& line) {
  if (!text.empty()) line.push_back({column, std::move(text), style});
}

// `words` of each column, at the right of its place.
void AddColumns(const Layout& layout, TextStyle style, ScreenLine& line,
                const std::function<std::string(const Column&)>& words) {
  std::size_t at = layout.state_at() + layout.state;
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    if (!layout.shown[i]) continue;
    at += kGap + kColumns[i].width;
    std::string text = FitInto(words(kColumns[i]), kColumns[i].width);
    const std::size_t begin = at - DisplayWidth(text);
    Add(begin, std::move(text), style, line);
  }
}

ScreenLine HeadLine(const Layout& layout) {
  ScreenLine line;
  Add(kMarkColumns, FitInto("device", layout.name), TextStyle::kFaint, line);
  Add(layout.state_at(), FitInto("state", layout.state), TextStyle::kFaint, line);
  AddColumns(layout, TextStyle::kFaint, line,
             [](const Column& column) { return std::string(column.head); });
  return line;
}

ScreenLine RowLine(const Row& row, const Layout& layout, WallTime now) {
  const bool is_away = row.condition.tone == Tone::kAbsent;
  ScreenLine line;
  Add(0, std::string(MarkOf(row.tone)), StyleOf(row.tone), line);
  Add(kMarkColumns, FitInto(*row.id, layout.name), TextStyle::kPlain, line);
  Add(layout.state_at(), FitInto(row.condition.words, layout.state), StyleOf(row.condition.tone),
      line);
  AddColumns(layout, is_away ? TextStyle::kFaint : TextStyle::kPlain, line,
             [&](const Column& column) { return column.words(row, now); });
  return line;
}

void SortRows(std::vector<Row>& rows, TopOrder order) {
  std::ranges::sort(rows, [order](const Row& a, const Row& b) {
    if (order == TopOrder::kTrouble && a.tone != b.tone) return a.tone < b.tone;
    if (order == TopOrder::kEscalated) {
      const double of_a = HasShares(a) ? a.device->decisions.Escalated() : -1.0;
      const double of_b = HasShares(b) ? b.device->decisions.Escalated() : -1.0;
      if (of_a != of_b) return of_a > of_b;
    }
    return IsNameBefore(*a.id, *b.id);
  });
}

std::string_view NameOf(TopOrder order) {
  switch (order) {
    case TopOrder::kTrouble:
      return "trouble first";
    case TopOrder::kName:
      return "by name";
    case TopOrder::kEscalated:
      return "most escalated first";
  }
  return "";
}

// The devices that are wanted, and what is not well with anybody.
struct Picture {
  std::vector<Row> rows;
  std::vector<Complaint> complaints;
  std::size_t longest_name = 0;
};

Picture PictureOf(const WatchedFleet& fleet, const TopView& view, WallTime now) {
  Picture picture;
  for (const auto& [id, worker] : fleet.workers()) {
    if (auto concern = ConcernOf(worker, now)) {
      picture.complaints.push_back({true, id, *std::move(concern)});
    }
  }
  for (const auto& [id, device] : fleet.devices()) {
    const ShownTask* const task = fleet.TaskOf(device);
    Row row{&id, &device, ConditionOf(device, task)};
    row.tone = row.condition.tone;
    if (auto concern = ConcernOf(device, row.condition, task, now)) {
      row.tone = std::min(row.tone, concern->tone);
      picture.complaints.push_back({false, id, *std::move(concern)});
    }
    if (!view.label.empty() && row.condition.label != view.label) continue;
    if (view.since && !HasChangedSince(device, row.condition, *view.since)) continue;
    picture.longest_name = std::max(picture.longest_name, DisplayWidth(id));
    picture.rows.push_back(std::move(row));
  }
  SortComplaints(picture.complaints);
  SortRows(picture.rows, view.order);
  return picture;
}

std::string CountsOf(const WatchedFleet& fleet, const TopView& view, std::size_t rows) {
  const std::size_t devices = fleet.devices().size();
  std::string text = PluralWords(devices, "device");
  if (rows != devices) text = fmt::format("{} of {}", rows, text);
  text += " \xc2\xb7 " + PluralWords(fleet.workers().size(), "worker");
  if (view.expected > devices) {
    text += fmt::format(" \xc2\xb7 {} of the fleet file not heard of", view.expected - devices);
  }
  if (fleet.beyond() > 0) {
    text += fmt::format(" \xc2\xb7 more devices or workers than the {} and {} that have room",
                        WatchedFleet::kMostDevices, WatchedFleet::kMostWorkers);
  }
  if (view.dropped > 0) text += fmt::format(" \xc2\xb7 {} came too fast", view.dropped);
  if (fleet.refused() > 0) {
    text += fmt::format(" \xc2\xb7 {} refused, the last: {}",
                        PluralWords(fleet.refused(), "message"), fleet.last_refusal());
  }
  return text;
}

std::string FootOf(const TopView& view, std::size_t hidden) {
  const std::string keys =
      fmt::format("{} \xc2\xb7 s: another order \xc2\xb7 q: quit", NameOf(view.order));
  return hidden == 0 ? keys : fmt::format("{} more not shown \xc2\xb7 {}", hidden, keys);
}

ScreenLine SentenceOf(const WatchedFleet& fleet, const TopView& view, const Picture& picture,
                      std::size_t columns) {
  if (!view.trouble.empty()) {
    const std::string kept = fleet.devices().empty() ? "" : "; what is shown is of before";
    return {{0, FitInto(fmt::format("Not connected: {}{}", view.trouble, kept), columns),
             TextStyle::kAlarm}};
  }
  return FleetSentence(picture.complaints, fleet.devices().size(),
                       fleet.devices().size() + fleet.workers().size(), columns);
}

}  // namespace

TopOrder NextOrder(TopOrder order) {
  switch (order) {
    case TopOrder::kTrouble:
      return TopOrder::kName;
    case TopOrder::kName:
      return TopOrder::kEscalated;
    default:
      return TopOrder::kTrouble;
  }
}

std::vector<ScreenLine> TopLines(const WatchedFleet& fleet, const TopView& view, WallTime now,
                                 ScreenSize size) {
  const Picture picture = PictureOf(fleet, view, now);
  const Layout layout = LayoutFor(picture.longest_name, size.columns);
  const std::size_t around = kLinesAround + (view.log.empty() ? 0 : 1);
  const std::size_t room = size.rows - std::min(around, size.rows);
  const std::size_t shown = std::min(room, picture.rows.size());
  const auto said = [&](const std::string& text) {
    return ScreenLine{{0, FitInto(text, size.columns), TextStyle::kFaint}};
  };

  std::vector<ScreenLine> lines{SentenceOf(fleet, view, picture, size.columns),
                                said(CountsOf(fleet, view, picture.rows.size())), HeadLine(layout)};
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(RowLine(picture.rows[i], layout, now));
  if (!view.log.empty()) lines.push_back(said("log: " + view.log));
  lines.push_back(said(FootOf(view, picture.rows.size() - shown)));
  if (lines.size() > size.rows) {  // the sentence first, the foot last
    lines.erase(lines.begin() + std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(size.rows)),
                lines.end() - static_cast<std::ptrdiff_t>(size.rows > 0 ? size.rows - 1 : 0));
  }
  return lines;
}

}  // namespace biglittle
