// The examples of config/sensors/ and of docs/sensors.md, each run as it stands.
#include <gmock/gmock.h>

#include <cstring>
#include <map>
#include <ostream>
#include <set>

#include "cli/bench/link_task.h"
#include "cli/check/check_command.h"
#include "core/fleet/source_kinds.h"
#include "core/task/task_file.h"
#include "device_agent/sources/iio/iio_kind.h"
#include "tests/integration/sensor_example.h"
#include "tests/support/free_port.h"
#include "tests/support/kept_samples.h"
#include "tests/unit/device_agent/sources/iio/iio_tree.h"

namespace biglittle {
namespace {

using ::testing::IsEmpty;

const std::filesystem::path kRoot = BIGLITTLE_SOURCE_DIR;
const std::filesystem::path kExamples = kRoot / "config" / "sensors";
constexpr std::size_t kResults = 3;

// What a shell prints again and again: enough for some windows of har or vibration.
std::string Repeated(const std::string& line) {
  return fmt::format(
      "while :; do awk 'BEGIN {{ for (i = 0; i < 1200; i++) print \"{}\" }}'; sleep 0.3; done",
      line);
}

void Run(SensorExample& example) {
  example.Start();
  if (!testing::Test::HasFatalFailure()) example.ExpectResults(kResults);
}

void Arecord(SensorExample& example) {
  example.AddProgram("arecord",
                     "#!/bin/sh\n"
                     "[ \"$*\" = '-q -t raw -f S16_LE -r 8000 -c 1' ] || exit 1\n"
                     "while :; do printf '\\000\\020\\000\\360'; done | head -c 32000\n"
                     "exec sleep 1000\n");
  Run(example);
}

void PythonProgram(SensorExample& example) {
  if (FindProgram("python3").empty()) GTEST_SKIP() << "there is no python3";
  const auto program = example.AddFile("accelerometer.py",
                                       "import sys, time\n"
                                       "for i in range(512):\n"
                                       "    print(*[i / 1000] * 9, sep=',')\n"
                                       "sys.stdout.flush()\n"
                                       "time.sleep(1000)\n");
  example.Replace("/opt/sensors/accelerometer.py", program.string());
  Run(example);
}

void SerialLines(SensorExample& example, const std::string& line) {
  if (FindProgram("socat").empty()) GTEST_SKIP() << "there is no socat";
  SerialPair& pair = example.AddSerialPair();
  example.Replace("/dev/ttyUSB0", pair.near().string());
  example.StartFarEnd({"/bin/sh", "-c", Repeated(line) + " > " + pair.far().string()});
  Run(example);
}
void SerialMotion(SensorExample& example) { SerialLines(example, "17;0;0;0;0;0;0;0.1;0.2;1"); }
void SerialAxes(SensorExample& example) { SerialLines(example, "17;0.1;0.2;1"); }

void Messages(SensorExample& example, const std::string& topic, const std::string& line) {
  example.Feed([topic, line](FleetListener& listener, const std::string& device) {
    std::string lines;
    for (int i = 0; i < 128; ++i) lines += line + "\n";
    std::string name = topic;
    listener.Publish(name.replace(name.find("{device}"), 8, device), lines);
  });
  Run(example);
}
void MqttMotion(SensorExample& example) {
  Messages(example, "biglittle/v1/activity/devices/{device}/sensor/motion",
           R"({"body": [0.01, -0.02, 0.1], "turn": [0.1, 0.0, 0.3], "acc": [1.02, 0.1, 0.2]})");
}
void MqttAxes(SensorExample& example) {
  Messages(example, "biglittle/v1/plant-7/devices/{device}/sensor/accelerometer",
           R"({"acc": {"x": 0.1, "y": 0.2, "z": 1}})");
}

// A sensor that says when: 50 lines a second by its own clock.
void MqttOwnClock(SensorExample& example) {
  using Clock = std::chrono::steady_clock;
  example.Feed([begin = Clock::now(), said = 0](FleetListener& listener,
                                                const std::string& device) mutable {
    for (; begin + std::chrono::milliseconds(20) * said <= Clock::now(); ++said) {
      listener.Publish(
          "biglittle/v1/plant-7/devices/" + device + "/sensor/accelerometer",
          fmt::format(R"({{"acc": {{"x": 0.1, "y": 0.2, "z": 1}}, "t": {}}})", 20 * said) + "\n");
    }
  });
  Run(example);
  EXPECT_EQ(example.Log().find("time_"), std::string::npos) << example.Log();
}

void ModbusTcp(SensorExample& example) {
  const std::uint16_t port = UnusedPort();
  auto slave = std::make_shared<ModbusSlave>(port);
  slave->SetInput(0, std::vector<std::uint16_t>(18, 0x3f80));
  slave->SetHolding(100, {0xffff});
  example.Keep(slave);
  example.Replace("tcp://10.0.0.5", fmt::format("tcp://127.0.0.1:{}", port));
  Run(example);
}

void ModbusRtu(SensorExample& example) {
  auto [master, line] = OpenPty();
  auto slave = std::make_shared<ModbusSlave>(std::move(master), 17, 5000);
  example.Keep(slave);
  example.Replace("/dev/ttyUSB0", line);
  Run(example);
}

// ALSA's own plugin that reads a file.
void Alsa(SensorExample& example) {
  std::vector<std::int16_t> samples(16'000 * 20);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = i % 2 == 0 ? 9000 : -9000;
  const auto sound = example.AddFile(
      "sound.raw", {reinterpret_cast<const char*>(samples.data()), samples.size() * 2});
  const auto config = example.AddFile(
      "asound.conf", fmt::format("pcm.mic {{\n  type file\n  file /dev/null\n  infile {}\n"
                                 "  format raw\n  slave.pcm {{ type null }}\n}}\n",
                                 sound.string()));
  setenv("ALSA_CONFIG_PATH", config.c_str(), 1);
  example.Replace("plughw:CARD=Microphone", "mic");
  Run(example);
}

// GStreamer itself, with a picture of its own in place of the camera's.
void GStreamer(SensorExample& example) {
  const std::string real = FindProgram("gst-launch-1.0");
  const std::string inspect = FindProgram("gst-inspect-1.0");
  if (real.empty() || inspect.empty()) GTEST_SKIP() << "there is no GStreamer";
  for (const std::string part : {"videotestsrc", "videoconvert", "videoscale"}) {
    if (std::system((inspect + " --exists " + part).c_str()) != 0) {
      GTEST_SKIP() << "GStreamer has no " << part;
    }
  }
  example.AddProgram("gst-launch-1.0",
                     "#!/bin/sh\nfor word; do\n  shift\n"
                     "  if [ \"$word\" = v4l2src ]; then set -- \"$@\" videotestsrc is-live=true\n"
                     "  else set -- \"$@\" \"$word\"; fi\ndone\nexec " +
                         real + " \"$@\"\n");
  Run(example);
}

// These machines have no camera.
void NoCamera(SensorExample& example) {
  example.Replace("/dev/video0", (example.folder() / "video0").string());
  example.Start();
  if (!testing::Test::HasFatalFailure()) example.ExpectUnavailable("video0");
}

// Nor a sensor of industrial I/O: what is tried on a tree of the test is the source, then that the
// device goes on without one.
void IioDevices(SensorExample& example) {
  std::string text = example.text();
  const auto fleet = ParseFleet(text, example.folder() / "fleet.yaml", &AllSources());
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
  const DeviceConfig& device = fleet.value->devices.front();
  const auto task = LoadTask(fleet.value->models / device.task);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  const auto* options = OptionsIn<IioOptions>(device.source);
  ASSERT_NE(options, nullptr);
  const IioTree tree;
  auto made = MakeIioSource(*options, *task.value, tree.places());
  ASSERT_TRUE(made.ok()) << made.status();
  KeptSamples inbox;
  auto source = std::get<std::unique_ptr<LiveSource>>(*std::move(made));
  const absl::Status started = source->Start(inbox);
  ASSERT_TRUE(started.ok()) << started;
  EXPECT_TRUE(Eventually([&] {
    tree.Feed(std::string(6 * 128, '\1'));
    return inbox.Now().samples.size() >= kResults;
  }));
  source->Stop();
  for (const Sample& sample : inbox.Now().samples) {
    EXPECT_EQ(sample.window.shape, task.value->input_shape);
  }
  example.Replace("adxl345", "no-such-device");
  example.Start();
  if (!testing::Test::HasFatalFailure()) {
    example.ExpectUnavailable("there is no industrial I/O device 'no-such-device'");
  }
}

void Settled(SensorExample& example) {
  example.Start();
  if (testing::Test::HasFatalFailure()) return;
  EXPECT_TRUE(Eventually([&] { return !example.listener().States(example.device()).empty(); },
                         std::chrono::seconds(60)));
  example.ExpectResults(kResults);
}

void FieldWindows(SensorExample& example) {
  const auto kept = example.folder() / "windows";
  example.Replace("/var/lib/biglittle/windows", kept.string());
  Run(example);
  EXPECT_TRUE(std::filesystem::is_directory(kept / example.device()));
}

struct FileCase {
  const char* file;
  void (*run)(SensorExample&);
};
void PrintTo(const FileCase& each, std::ostream* out) { *out << each.file; }

constexpr FileCase kFiles[] = {
    {"camera.yaml", NoCamera},
    {"iio-accelerometer.yaml", IioDevices},
    {"microphone-arecord.yaml", Arecord},
    {"modbus-meter.yaml", ModbusTcp},
    {"mqtt-sensor.yaml", MqttMotion},
    {"serial-accelerometer.yaml", SerialMotion},
};

class SensorFile : public testing::TestWithParam<FileCase> {};

TEST_P(SensorFile, Runs) {
  SensorExample example(ReadAll(kExamples / GetParam().file));
  example.Replace("../../models", (kRoot / "models").string());
  GetParam().run(example);
}

TEST_P(SensorFile, IsRightAsItStands) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunCheck(kExamples / GetParam().file, out, err), 0) << err.str();
  EXPECT_THAT(err.str(), IsEmpty());
}

std::string NameOf(std::string name) {
  std::erase_if(name, [](char letter) { return std::isalnum(letter) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Config, SensorFile, testing::ValuesIn(kFiles),
                         [](const auto& each) { return NameOf(each.param.file); });

TEST(SensorFiles, EachIsRun) {
  std::set<std::string> there;
  for (const auto& file : std::filesystem::directory_iterator(kExamples)) {
    if (file.path().extension() == ".yaml") there.insert(file.path().filename());
  }
  std::set<std::string> run;
  for (const FileCase& each : kFiles) run.insert(each.file);
  EXPECT_EQ(run, there);
}

// A block of docs/sensors.md, found by what only it has.
struct BlockCase {
  const char* name;
  const char* mark;
  void (*run)(SensorExample&);
  std::vector<std::int64_t> shape;  // of a task for it; empty: it needs none
};
void PrintTo(const BlockCase& each, std::ostream* out) { *out << each.name; }

const std::vector<BlockCase> kBlocks{
    {"Exec", "accelerometer.py", PythonProgram, {}},
    {"Serial", "type: serial", SerialAxes, {3, 4}},
    {"Mqtt", "/acc/z]}", MqttAxes, {3, 4}},
    {"OwnClock", "timestamp: source", MqttOwnClock, {3, 4}},
    {"Alsa", "type: alsa", Alsa, {4}},
    {"Iio", "type: iio", IioDevices, {3, 4}},
    {"ModbusTcp", "tcp://10.0.0.5", ModbusTcp, {3, 4}},
    {"ModbusRtu", "controller: /dev/ttyUSB0", ModbusRtu, {4}},
    {"Camera", "type: camera", NoCamera, {1, 28, 28}},
    {"GStreamer", "gst-launch-1.0", GStreamer, {1, 28, 28}},
    {"State", "state: {", Settled, {}},
    {"Record", "record: {", FieldWindows, {}},
};

std::vector<std::string> BlocksOfTheGuide() {
  constexpr std::string_view kBegin = "```yaml\n";
  const std::string guide = ReadAll(kRoot / "docs" / "sensors.md");
  std::vector<std::string> blocks;
  for (std::size_t at = guide.find(kBegin); at != std::string::npos;
       at = guide.find(kBegin, at + 1)) {
    const std::size_t begin = at + kBegin.size();
    blocks.push_back(guide.substr(begin, guide.find("```", begin) - begin));
  }
  return blocks;
}

// What a block leaves out of a fleet file.
std::string WholeFile(const std::string& block, std::string_view task,
                      const std::filesystem::path& models) {
  std::string text = fmt::format(
      "version: 1\nfleet: plant-7\nmodels: {}\nbroker: {{port: 1883}}\n"
      "workers:\n  - id: worker-1\n    tasks: [{}]\n",
      models.string(), task);
  if (block.starts_with("devices:")) return text + block;
  text += fmt::format("devices:\n  - id: sensor-1\n    task: {}\n{}", task, block);
  if (block.find("source:") != std::string::npos) return text;
  return text + "    source: {type: vibration, interval_ms: 20}\n";
}

class SensorGuide : public testing::TestWithParam<BlockCase> {};

TEST_P(SensorGuide, BlockRuns) {
  const BlockCase& each = GetParam();
  std::string block;
  for (const std::string& one : BlocksOfTheGuide()) {
    if (one.find(each.mark) != std::string::npos) block = one;
  }
  ASSERT_NE(block, "") << "docs/sensors.md has no block with " << each.mark;
  const TemporaryFolder models;
  const bool own = !each.shape.empty();
  if (own) {
    ASSERT_TRUE(WriteLinkTask(models.path(), DType::kFloat32, each.shape).ok());
  }
  const bool is_har = block.find("task: har") != std::string::npos;
  SensorExample example(WholeFile(block,
                                  own      ? kLinkTask
                                  : is_har ? "har"
                                           : "vibration",
                                  own ? models.path() : kRoot / "models"));
  each.run(example);
}

INSTANTIATE_TEST_SUITE_P(Docs, SensorGuide, testing::ValuesIn(kBlocks),
                         [](const auto& each) { return each.param.name; });

TEST(SensorGuides, EachBlockIsRunOnce) {
  for (const std::string& block : BlocksOfTheGuide()) {
    EXPECT_EQ(std::ranges::count_if(kBlocks,
                                    [&](const BlockCase& each) {
                                      return block.find(each.mark) != std::string::npos;
                                    }),
              1)
        << block;
  }
  EXPECT_EQ(BlocksOfTheGuide().size(), kBlocks.size());
}

}  // namespace
}  // namespace biglittle
