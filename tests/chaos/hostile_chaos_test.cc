// What cannot be trusted: a worker that lies, the clock of the day, the disk.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "tests/chaos/hostile_worker.h"
#include "tests/chaos/scenario.h"
#include "tests/chaos/small_disk.h"

namespace biglittle::chaos {
namespace {

constexpr std::size_t kDiskBytes = 64U << 20U;

using HostileChaos = Scenario;

TEST_F(HostileChaos, AWorkerThatAnswersWrongly) {
  Begin("15 a hostile worker beside a good one");
  HostileWorker hostile(FleetAt(broker().port()));
  StartAll();
  Finish();
  EXPECT_GT(hostile.requests(), 100U);
  // Among its answers were classes that do not exist; the good worker's are still there.
  EXPECT_GT(ledger().big(), 1000U);
}

TEST_F(HostileChaos, TheDiskIsFullForAWhile) {
  const char* name = "16 the store's disk is full";
  Begin(name);
  const auto disk = SmallDisk::Mount(fleet().files().stores(), kDiskBytes);
  if (!disk.ok()) return SkipBecause(name, std::string(disk.status().message()));
  StartAll();
  ASSERT_TRUE(Progress(0.3));
  ASSERT_FALSE(std::filesystem::is_empty(fleet().files().stores())) << "nobody stores anything";
  (*disk)->Fill();
  ASSERT_TRUE(Progress(0.6));
  (*disk)->Free();
  Finish();  // while the disk is there
  EXPECT_TRUE(fleet().DeviceLogSays("the result store cannot be written")) << "nothing was amiss";
  EXPECT_TRUE(fleet().DeviceLogSays("the result store can be written again"));
}

// Without a store there is no promise across a restart; every other one holds.
TEST_F(HostileChaos, TheStoresFolderIsReadOnly) {
  const char* name = "17 the store's folder is read-only";
  Begin(name);
  const std::filesystem::path& stores = fleet().files().stores();
  if (geteuid() != 0) {
    std::filesystem::permissions(stores, std::filesystem::perms(0555));
    StartAll();
    return Finish();
  }
  // For root no permission bit is in the way: the file system itself has to be read-only.
  const auto disk = SmallDisk::Mount(stores, kDiskBytes);
  if (!disk.ok()) return SkipBecause(name, std::string(disk.status().message()));
  ASSERT_TRUE((*disk)->MakeReadOnly().ok());
  StartAll();
  Finish();
}

TEST_F(HostileChaos, TheClockIsSetBackAnHourAndForwardAgain) {
  Begin("18 clock an hour back, then forward");
  const std::filesystem::path back = fleet().UseMovableClock();
  StartAll();
  ASSERT_TRUE(Progress(0.3));
  std::ofstream(back) << "";
  // Connections that are made while the clock is wrong must work too.
  ASSERT_TRUE(Progress(0.45));
  link().CutAll();
  ASSERT_TRUE(Progress(0.7));
  std::filesystem::remove(back);
}

}  // namespace
}  // namespace biglittle::chaos
