// docs/wire.md says how many bytes the shipped tasks' readings are on the wire.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/task/task.h"
#include "core/task/task_file.h"
#include "tests/support/shipped.h"
#include "wire/messages/escalation.h"

namespace biglittle::wire {
namespace {

const std::filesystem::path kRoot = BIGLITTLE_SOURCE_DIR;
constexpr std::size_t kPack = 32;

// 12,345
std::string Grouped(std::size_t number) {
  if (number < 1000) return fmt::format("{}", number);
  return fmt::format("{},{:03}", Grouped(number / 1000), number % 1000);
}

// Of `count` readings, with sequences and times of a size that is usual.
std::size_t RequestBytes(const Task& task, std::size_t count) {
  const auto elements = static_cast<std::size_t>(ElementCount(task.input_shape).value());
  Tensor window{task.input_dtype, task.input_shape, {}};
  window.data.resize(elements * ElementSize(task.input_dtype));
  EscalationRequest request{task.name, {}};
  for (std::size_t i = 0; i < count; ++i) {
    request.readings.push_back({.sequence = 100'000 + i,
                                .time_left = Milliseconds(400),
                                .window = window,
                                .wire_dtype = task.wire_dtype});
  }
  return Encode(request).size();
}

std::string Row(const Task& task) {
  const bool halves = task.wire_dtype == WireDType::kFloat16;
  const auto elements = static_cast<std::size_t>(ElementCount(task.input_shape).value());
  const std::size_t window = elements * (halves ? 2 : ElementSize(task.input_dtype));
  return fmt::format("| `{}` | {} {}{} | {} | {} | {} |", task.name, ToString(task.input_shape),
                     Name(task.input_dtype), halves ? " as float16" : "", Grouped(window),
                     Grouped(RequestBytes(task, 1)), Grouped(RequestBytes(task, kPack) / kPack));
}

TEST(RequestSizes, AreThoseThatAreDocumented) {
  std::ifstream stream(kRoot / "docs/wire.md");
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  for (const char* name : kShippedTasks) {
    const auto task = LoadTask(kRoot / "models" / name);
    ASSERT_TRUE(task.ok()) << ToString(task.problems);
    const std::string row = Row(*task.value);
    EXPECT_NE(document.find(row), std::string::npos) << "docs/wire.md should say:\n" << row;
  }
}

}  // namespace
}  // namespace biglittle::wire
