#include "cli/simulate/simulate_command.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "device_agent/sources/vibration/vibration_source.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kWindowBytes = std::size_t{3} * 1024 * 4;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class SimulateCommand : public ::testing::Test {
 protected:
  int Run(const SimulateOptions& options) {
    out_.str("");
    err_.str("");
    return RunSimulate(options, out_, err_);
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path() / "made";
  std::ostringstream out_;
  std::ostringstream err_;
};

// The data of a NumPy file of format 1.0: what follows its header.
std::string Body(const std::string& file) {
  if (file.size() < 10) return {};
  const std::size_t header =
      static_cast<unsigned char>(file[8]) + std::size_t{256} * static_cast<unsigned char>(file[9]);
  return file.substr(10 + header);
}

TEST_F(SimulateCommand, WritesTheReadingsThatADeviceWouldTake) {
  ASSERT_EQ(Run({"vibration", 5, 9, folder_ / "deep"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("5 readings"));
  const std::string windows = ReadAll(folder_ / "deep" / "X.npy");
  const std::string labels = ReadAll(folder_ / "deep" / "y.npy");
  EXPECT_EQ(windows.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_THAT(windows, HasSubstr("'descr': '<f4', 'fortran_order': False, 'shape': (5, 3, 1024)"));
  EXPECT_THAT(labels, HasSubstr("'descr': '|u1', 'fortran_order': False, 'shape': (5,)"));
  ASSERT_EQ(Body(windows).size(), 5 * kWindowBytes);
  ASSERT_EQ(Body(labels).size(), 5U);
  EXPECT_EQ((windows.size() - Body(windows).size()) % 64, 0U);
  EXPECT_EQ((labels.size() - Body(labels).size()) % 64, 0U);

  const std::unique_ptr<PolledSource> source = MakeVibrationSource(9);
  for (std::size_t i = 0; i < 5; ++i) {
    const absl::StatusOr<std::optional<Sample>> sample = source->Next();
    ASSERT_TRUE(sample.ok() && sample->has_value());
    const auto* data = reinterpret_cast<const char*>((*sample)->window.data.data());
    EXPECT_EQ(Body(windows).substr(i * kWindowBytes, kWindowBytes),
              std::string(data, kWindowBytes));
    EXPECT_EQ(Body(labels)[i], static_cast<char>((*sample)->truth.value_or(-1)));
  }
}

TEST_F(SimulateCommand, ReplacesAnEarlierRun) {
  ASSERT_EQ(Run({"vibration", 4, 1, folder_}), 0);
  ASSERT_EQ(Run({"vibration", 2, 1, folder_}), 0);
  EXPECT_EQ(Body(ReadAll(folder_ / "X.npy")).size(), 2 * kWindowBytes);
  EXPECT_EQ(Body(ReadAll(folder_ / "y.npy")).size(), 2U);
}

TEST_F(SimulateCommand, RefusesATaskWithoutASimulation) {
  EXPECT_EQ(Run({"har", 5, 1, folder_}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("har"));
  EXPECT_THAT(err_.str(), HasSubstr("vibration"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(SimulateCommand, RefusesCountsOutOfRange) {
  EXPECT_EQ(Run({"vibration", 0, 1, folder_}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--readings 0"));
  EXPECT_EQ(Run({"vibration", kMaxSimulatedReadings + 1, 1, folder_}), 2);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(SimulateCommand, SaysWhereItCannotWrite) {
  std::ofstream(folder_) << "a file, where a folder should be";
  EXPECT_EQ(Run({"vibration", 1, 1, folder_ / "below"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr((folder_ / "below").string()));
  EXPECT_EQ(err_.str().find('\n'), err_.str().size() - 1) << "one line";
}

TEST_F(SimulateCommand, TellsOfAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  std::filesystem::create_directories(folder_);
  std::filesystem::create_symlink("/dev/full", folder_ / "X.npy");
  EXPECT_EQ(Run({"vibration", 3, 1, folder_}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("disk"));
}

}  // namespace
}  // namespace biglittle
