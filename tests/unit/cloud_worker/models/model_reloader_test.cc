#include "cloud_worker/models/model_reloader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/tiny_versions.h"

namespace biglittle {
namespace {

class ModelReloaderTest : public testing::Test {
 protected:
  ModelReloaderTest() { WriteTinyVersion(models_, "1", "one"); }

  ModelReloader::Events Events() {
    return {.loading = [this] { said_.emplace_back("loading"); },
            .changed = [this](const ModelStore::Change& change) { said_.push_back(change.digest); },
            .done = [this] { said_.emplace_back("done"); }};
  }

  const TemporaryFolder models_;
  std::vector<std::string> said_;
};

TEST_F(ModelReloaderTest, WithoutAnIntervalItPollsOnce) {
  const auto store = ModelStore::Load({.models = models_.path(), .tasks = {"tiny"}}).value();
  WriteTinyVersion(models_, "2", "two");
  ModelReloader reloader(*store, Milliseconds(0), Events());
  reloader.Run();
  EXPECT_EQ(said_, (std::vector<std::string>{"loading", TinyNetDigest("two"), "done"}));
  reloader.Run();
  EXPECT_EQ(said_.size(), 3U);  // nothing has changed
}

TEST_F(ModelReloaderTest, ItPollsUntilItIsStoppedAndThenTellsNothing) {
  const auto store = ModelStore::Load({.models = models_.path(), .tasks = {"tiny"}}).value();
  WriteTinyVersion(models_, "2", "two");
  ModelReloader::Events events = Events();
  ModelReloader* self = nullptr;
  events.done = [&] {
    if (store->Digests().at("tiny") == TinyNetDigest("three")) return self->Stop();
    WriteTinyVersion(models_, "3", "three");
  };
  ModelReloader reloader(*store, Milliseconds(1), std::move(events));
  self = &reloader;
  reloader.Run();
  EXPECT_TRUE(reloader.stopping());
  EXPECT_EQ(said_, (std::vector<std::string>{"loading", TinyNetDigest("two"), "loading",
                                             TinyNetDigest("three")}));
  WriteTinyVersion(models_, "4", "four");
  reloader.Run();
  EXPECT_EQ(said_.size(), 5U);  // what it was loading has not failed
}

}  // namespace
}  // namespace biglittle
