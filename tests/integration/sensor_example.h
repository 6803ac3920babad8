// An example of config/sensors/ or of docs/sensors.md as it stands, and the far end of its sensor.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "cli/lab/fleet_processes.h"
#include "core/fleet/fleet_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/eventually.h"
#include "tests/support/fleet_listener.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_broker.h"
#include "tests/unit/device_agent/sources/modbus/modbus_slave.h"

namespace biglittle {

inline std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Where the shell would find it; "" if nowhere.
inline std::string FindProgram(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    std::filesystem::path file = folders.substr(begin, end - begin);
    file /= name;
    if (access(file.c_str(), X_OK) == 0) return file;
    begin = end + 1;
  }
  return "";
}

// Two serial lines that are each other's far end, by socat; they go when it does, as if somebody
// had pulled the plug.
class SerialPair {
 public:
  SerialPair(std::filesystem::path folder, std::string name)
      : near_(folder / name), far_(folder / (name + "-far")), log_(folder / "socat.log") {
    PlugIn();
  }

  const std::filesystem::path& near() const { return near_; }
  const std::filesystem::path& far() const { return far_; }

  void PlugIn() {
    std::filesystem::remove(near_);
    std::filesystem::remove(far_);
    socat_.emplace(
        ChildProcess::Start({FindProgram("socat"), Line(near_), Line(far_)}, log_).value());
    EXPECT_TRUE(Eventually([&] {
      return std::filesystem::exists(near_) && std::filesystem::exists(far_);
    })) << TailOfFile(log_, 5);
  }
  void Unplug() {
    socat_->Signal(SIGKILL);
    socat_.reset();
    std::filesystem::remove(near_);
    std::filesystem::remove(far_);
  }

 private:
  static std::string Line(const std::filesystem::path& link) {
    return fmt::format("pty,rawer,link={}", link.string());
  }

  const std::filesystem::path near_;
  const std::filesystem::path far_;
  const std::filesystem::path log_;
  std::optional<ChildProcess> socat_;
};

// The example's only device in a process of its own, with a real broker, a worker, and a far end
// that the test makes. Of the example nothing is replaced but places: files, devices, addresses.
class SensorExample {
 public:
  explicit SensorExample(std::string text) : text_(std::move(text)) {}

  const std::filesystem::path& folder() const { return folder_.path(); }
  const std::string& text() const { return text_; }
  void SetText(std::string text) { text_ = std::move(text); }

  void Replace(std::string_view place, std::string_view by) {
    std::size_t at = text_.find(place);
    EXPECT_NE(at, std::string::npos) << place << " is not in the example";
    for (; at != std::string::npos; at = text_.find(place, at + by.size())) {
      text_.replace(at, place.size(), by);
    }
  }
  // A program that is found before all others of its name.
  void AddProgram(const std::string& name, const std::string& script) {
    const auto file = folder_.Write("programs/" + name, script);
    chmod(file.c_str(), 0700);
    const char* path = std::getenv("PATH");
    const std::string programs = file.parent_path();
    if (path == nullptr || !std::string(path).starts_with(programs)) {
      setenv("PATH", fmt::format("{}:{}", programs, path == nullptr ? "" : path).c_str(), 1);
    }
  }
  std::filesystem::path AddFile(const std::string& name, std::string_view content) {
    return folder_.Write(name, content);
  }
  SerialPair& AddSerialPair() { return serial_.emplace(folder(), "tty"); }
  // Runs to the end of the example, or of itself.
  void StartFarEnd(const std::vector<std::string>& command) {
    far_ends_.push_back(
        ChildProcess::Start(command, folder() / fmt::format("far-{}", far_ends_.size())).value());
  }
  // Called again and again until there are results, once the device is online.
  void Feed(std::function<void(FleetListener&, const std::string& device)> feed) {
    feed_ = std::move(feed);
  }
  void Keep(std::shared_ptr<void> far_end) { kept_.push_back(std::move(far_end)); }

  void Start() {
    Replace("port: 1883", fmt::format("port: {}", broker_.port()));
    file_ = folder_.Write("fleet.yaml", text_);
    auto fleet = LoadFleet(file_, &AllSources());
    ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
    ASSERT_EQ(fleet.value->devices.size(), 1U);
    device_ = fleet.value->devices.front().id;
    listener_.emplace(broker_.port(), fleet.value->fleet);
    ASSERT_TRUE(processes_.StartWorker(file_, fleet.value->workers.front().id).ok());
    process_ = processes_.StartDevices(file_, {device_}, device_).value();
  }
  FleetListener& listener() { return *listener_; }
  const std::string& device() const { return device_; }
  std::string Log() const { return ReadAll(process_->log()); }

  // So many windows have become readings that ended in time.
  void ExpectResults(std::size_t count) {
    const auto came = [&] {
      if (feed_ && listener_->Online(device_)) feed_(*listener_, device_);
      return Taken() >= count;
    };
    EXPECT_TRUE(Eventually(came, std::chrono::seconds(60))) << TailOfFile(process_->log(), 20);
    for (const auto& [sequence, result] : listener_->Finals(device_)) {
      EXPECT_LE(result.total_ms, result.deadline_ms + 50.0) << sequence;
      EXPECT_NE(result.reason, "invalid_reading") << sequence;
    }
    End();
  }
  // The sensor is not here, which is said, and is no end of the device.
  void ExpectUnavailable(const std::string& why) {
    EXPECT_TRUE(Eventually([&] {
      const std::string log = Log();
      return log.find("the source has failed: ") != std::string::npos &&
             log.find(why) != std::string::npos && listener_->Online(device_);
    })) << Log();
    EXPECT_EQ(process_->Poll(), std::nullopt);
    End();
  }

 private:
  // Readings that were no overrun.
  std::size_t Taken() const {
    const auto finals = listener_->Finals(device_);
    return static_cast<std::size_t>(std::ranges::count_if(
        finals, [](const auto& final) { return final.second.reason != "overrun"; }));
  }
  void End() { EXPECT_EQ(process_->Terminate(std::chrono::seconds(30)), 0) << Log(); }

  std::string text_;
  const TemporaryFolder folder_;
  TestBroker broker_;
  std::filesystem::path file_;
  std::string device_;
  std::optional<FleetListener> listener_;
  std::optional<SerialPair> serial_;
  std::vector<ChildProcess> far_ends_;
  std::vector<std::shared_ptr<void>> kept_;
  std::function<void(FleetListener&, const std::string&)> feed_;
  FleetProcesses processes_{Installation::Find().programs, folder_.path()};
  ChildProcess* process_ = nullptr;
};

}  // namespace biglittle
