#include "cloud_worker/models/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/signature.h"
#include "tests/support/signing_keys.h"
#include "tests/support/slow_net.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "tests/support/tiny_versions.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class ModelStoreTest : public testing::Test {
 protected:
  std::filesystem::path Write(const std::string& version, const std::string& variant) {
    return WriteTinyVersion(folder_, version, variant);
  }
  absl::StatusOr<std::unique_ptr<ModelStore>> Load() const {
    return ModelStore::Load(
        {.models = folder_.path(), .tasks = {"tiny"}, .max_batch_size = 4, .compute_threads = 3});
  }
  // The same for a fleet that takes signed models only.
  absl::StatusOr<std::unique_ptr<ModelStore>> LoadSigned(
      std::optional<std::filesystem::path> releases = {}) const {
    return ModelStore::Load(
        {.models = folder_.path(),
         .tasks = {"tiny"},
         .key = PublicKey::Load(folder_.Write("public.pem", kPublicKey)).value(),
         .releases = std::move(releases),
         .max_batch_size = 4,
         .compute_threads = 1});
  }
  void Sign(const std::filesystem::path& version, const char* key = kPrivateKey) const {
    ASSERT_TRUE(SignFile(folder_.Write("private.pem", key), version / "task.yaml").ok());
  }
  // A version with these lines in its task.yaml, signed.
  void WriteSigned(const std::string& version, const std::string& variant,
                   const std::string& lines) {
    const auto folder = Write(version, variant);
    folder_.Write(std::filesystem::path("tiny") / version / "task.yaml",
                  lines + ReadWhole(folder / "task.yaml"));
    Sign(folder);
  }
  static std::string Serving(const ModelStore& store) { return store.Digests().at("tiny"); }
  static std::string DigestOfAnswer(ModelStore& store) {
    const SteadyTime now = Clock::Real().Now();
    const auto answers = store.Classify({"tiny",
                                         {{{"pump", "r"},
                                           "tiny",
                                           1,
                                           TinySample(2, true).window,
                                           now,
                                           now + std::chrono::hours(1)}}});
    const auto& prediction = std::get<wire::CloudPrediction>(answers.at(0).reply.answer);
    EXPECT_EQ(prediction.prediction.class_index, 2);
    return prediction.model_digest;
  }
  // Looks twice: what was refused is told once.
  static std::string Refused(ModelStore& store) {
    const std::string before = Serving(store);
    const auto changes = store.Poll();
    EXPECT_EQ(changes.size(), 1U);
    EXPECT_TRUE(store.Poll().empty());
    EXPECT_EQ(Serving(store), before);
    EXPECT_EQ(DigestOfAnswer(store), before);
    return changes.empty() ? "" : changes.front().problem;
  }
  static void ExpectReplaced(ModelStore& store, const std::string& variant) {
    const auto changes = store.Poll();
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes.front().problem, "");
    EXPECT_EQ(changes.front().digest, TinyNetDigest(variant));
    EXPECT_EQ(Serving(store), TinyNetDigest(variant));
    EXPECT_EQ(DigestOfAnswer(store), TinyNetDigest(variant));
    EXPECT_TRUE(store.Poll().empty());
  }

  const TemporaryFolder folder_;
};

TEST_F(ModelStoreTest, ServesThePlainFolder) {
  Write("", "one");
  auto store = Load();
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(DigestOfAnswer(**store), TinyNetDigest("one"));
  EXPECT_TRUE((*store)->Poll().empty());
}

// What has no net of ours at all.
class OtherModel final : public ServedModel {
 public:
  explicit OtherModel(Task task) : task_(std::move(task)) {}

  const Task& task() const override { return task_; }
  std::vector<Answer> Classify(Batch batch) override {
    return RefuseAll(std::move(batch.items), {wire::RejectionReason::kInternal, "other", {}});
  }
  absl::Status Renew(const LoadSupervisor::Limited& /*limited*/) override {
    return absl::UnimplementedError("other");
  }

 private:
  const Task task_;
};

TEST_F(ModelStoreTest, ServesWithWhateverBackendItIsGiven) {
  static constexpr Backend kOther{
      "other",
      [](const Task& task, const ModelOptions& options, const LoadSupervisor::Limited& /*limited*/)
          -> absl::StatusOr<std::shared_ptr<ServedModel>> {
        EXPECT_EQ(options.max_batch_size, 4U);
        EXPECT_EQ(options.threads, 3U);
        return std::make_shared<OtherModel>(task);
      }};
  Write("1", "one");
  const auto store = ModelStore::Load({.models = folder_.path(),
                                       .tasks = {"tiny"},
                                       .max_batch_size = 4,
                                       .compute_threads = 3,
                                       .backend = &kOther})
                         .value();
  EXPECT_EQ(Serving(*store), TinyNetDigest("one"));
  EXPECT_EQ(store->Classify({"tiny", std::vector<WorkItem>(2)}).size(), 2U);
  EXPECT_EQ(store->Renew("tiny"), absl::UnimplementedError("other"));
}

TEST_F(ModelStoreTest, AChangeInPlaceIsANewVersion) {
  Write("", "one");
  const auto store = Load().value();
  Write("", "two");
  ExpectReplaced(*store, "two");
}

TEST_F(ModelStoreTest, SaysBeforehandThatItLoads) {
  Write("1", "one");
  const auto store = Load().value();
  int loads = 0;
  const auto count = [&loads] { ++loads; };
  EXPECT_TRUE(store->Poll(count).empty());
  EXPECT_EQ(loads, 0);
  Write("2", "two");
  EXPECT_EQ(store->Poll(count).size(), 1U);
  EXPECT_EQ(loads, 1);
}

TEST_F(ModelStoreTest, TheHighestNumberThatLoadsServes) {
  Write("9", "nine");
  Write("10", "ten");
  folder_.Write("tiny/11/task.yaml", "garbage");
  const auto store = Load().value();
  EXPECT_EQ(Serving(*store), TinyNetDigest("ten"));
  EXPECT_THAT(Refused(*store), HasSubstr("11"));
  Write("11", "eleven");
  ExpectReplaced(*store, "eleven");
  Write("8", "eight");
  EXPECT_TRUE(store->Poll().empty());
  std::filesystem::remove_all(folder_.path() / "tiny" / "11");  // rolled back
  ExpectReplaced(*store, "ten");
}

TEST_F(ModelStoreTest, ANetThatDoesNotComeToAnEndIsRefused) {
  Write("1", "one");
  const auto store = ModelStore::Load({.models = folder_.path(),
                                       .tasks = {"tiny"},
                                       .max_batch_size = 4,
                                       .inference_timeout = Milliseconds(10)})
                         .value();
  WriteSlowVersion(folder_, "2");
  EXPECT_EQ(Refused(*store),
            (folder_.path() / "tiny/2").string() +
                ": its net takes longer than inference_timeout_ms 10 for a batch: take a faster "
                "net, smaller batches or a longer time-out");
  while (LoadSupervisor::left_behind() > 0) std::this_thread::yield();
}

TEST_F(ModelStoreTest, WhatIsBeingLoadedHoldsNobodyUp) {
  Write("1", "one");
  const auto store = Load().value();
  WriteSlowVersion(folder_, "2");
  const auto changes = store->Poll([&store] { store->StopLoading(); });
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes.front().problem, (folder_.path() / "tiny/2").string() + ": the worker stops");
  EXPECT_EQ(DigestOfAnswer(*store), TinyNetDigest("one"));
  EXPECT_EQ(store->Renew("tiny").code(), absl::StatusCode::kCancelled);
  while (LoadSupervisor::left_behind() > 0) std::this_thread::yield();
}

// Nobody vouches for what lies there: it is not even parsed.
TEST_F(ModelStoreTest, TheDigestComesFirst) {
  Write("1", "one");
  const auto store = Load().value();
  const auto version = Write("2", "two");
  folder_.Write("tiny/2/big.onnx", "no net at all");
  EXPECT_THAT(Refused(*store), HasSubstr((version / "big.onnx").string() + " has sha256 "));
}

TEST_F(ModelStoreTest, ABadVersionLeavesTheOldOneUntilItIsMended) {
  Write("1", "one");
  const auto store = Load().value();
  const auto second = Write("2", "two");
  const std::string good = ReadWhole(second / "task.yaml");

  std::filesystem::resize_file(second / "big.onnx", 50);  // half-written
  EXPECT_THAT(Refused(*store), HasSubstr("big.onnx"));
  folder_.Write("tiny/2/big.onnx", TinyNet("another"));
  EXPECT_THAT(Refused(*store), HasSubstr("sha256"));
  std::filesystem::remove(second / "big.onnx");
  EXPECT_THAT(Refused(*store), HasSubstr("big.onnx"));
  folder_.Write("tiny/2/big.onnx", TinyNet("two"));
  folder_.Write("tiny/2/task.yaml", With(good, "odd]", "even]"));
  EXPECT_THAT(Refused(*store), HasSubstr("labels"));
  folder_.Write("tiny/2/task.yaml", With(good, "dtype: float32", "dtype: int16"));
  EXPECT_THAT(Refused(*store), HasSubstr("dtype"));
  folder_.Write("tiny/2/task.yaml", With(good, "shape: [4]", "shape: [2, 2]"));
  EXPECT_THAT(Refused(*store), HasSubstr("shape"));

  folder_.Write("tiny/2/task.yaml", good);
  ExpectReplaced(*store, "two");
}

TEST_F(ModelStoreTest, WhereModelsAreSignedABadSignatureLeavesTheOldOneServing) {
  Sign(Write("1", "one"));
  const auto store = LoadSigned().value();
  const auto second = Write("2", "two");
  EXPECT_THAT(Refused(*store), HasSubstr("2/task.yaml.sig: no such file"));
  Sign(second, kOtherPrivateKey);
  EXPECT_THAT(Refused(*store), HasSubstr("does not sign task.yaml"));
  folder_.Write("tiny/2/task.yaml.sig", ReadWhole(folder_.path() / "tiny/1/task.yaml.sig"));
  EXPECT_THAT(Refused(*store), HasSubstr("does not sign task.yaml"));
  Sign(second);
  ExpectReplaced(*store, "two");
  // A net that the signed file does not name.
  folder_.Write("tiny/2/big.onnx", TinyNet("another"));
  EXPECT_THAT(Refused(*store), HasSubstr("sha256"));
}

TEST_F(ModelStoreTest, WhereModelsAreSignedNothingElseIsLoadedAtTheStart) {
  Sign(Write("1", "one"));
  Write("2", "two");
  EXPECT_EQ(Serving(*LoadSigned().value()), TinyNetDigest("one"));
  folder_.Write("tiny/1/task.yaml.sig", std::string(64, 's'));
  EXPECT_THAT(std::string(LoadSigned().status().message()),
              HasSubstr("2/task.yaml.sig: no such file"));
  EXPECT_EQ(Serving(*Load().value()), TinyNetDigest("two"));  // who has no key does not look
}

TEST_F(ModelStoreTest, TheServingVersionOutlivesItsFiles) {
  Write("1", "one");
  Write("2", "two");
  const auto store = Load().value();
  folder_.Write("tiny/2/task.yaml", "garbage");
  EXPECT_THAT(Refused(*store), HasSubstr("task.yaml"));
  EXPECT_EQ(Serving(*store), TinyNetDigest("two"));  // not back to the older one
}

TEST_F(ModelStoreTest, WithoutAnyGoodVersionItSaysWhatIsWrongWithTheHighest) {
  folder_.Write("tiny/1/task.yaml", "older garbage");
  folder_.Write("tiny/2/task.yaml", "garbage");
  const auto store = Load();
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("tiny/2/task.yaml"));
}

TEST_F(ModelStoreTest, ANetThatAHungThreadKeepsCanBeReplaced) {
  Write("", "one");
  const auto store = Load().value();
  EXPECT_TRUE(store->Renew("tiny").ok());
  EXPECT_EQ(DigestOfAnswer(*store), TinyNetDigest("one"));
}

TEST_F(ModelStoreTest, SwappingWhileOthersComputeCostsNoAnswer) {
  Write("1", "v1");
  const auto store = Load().value();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!stop) EXPECT_EQ(DigestOfAnswer(*store).size(), 64U);
    });
  }
  for (int version = 2; version <= 20; ++version) {
    Write(std::to_string(version), "v" + std::to_string(version));
    ExpectReplaced(*store, "v" + std::to_string(version));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ModelStoreTest, NoReleaseFollowsANewerOne) {
  WriteSigned("1", "one", "release: 6\n");
  WriteSigned("2", "two", "release: 7\n");
  const auto store = LoadSigned().value();
  EXPECT_EQ(Serving(*store), TinyNetDigest("two"));
  WriteSigned("3", "three", "release: 6\n");
  EXPECT_THAT(Refused(*store), HasSubstr("release 6 of task tiny is older than release 7"));
  WriteSigned("3", "three", "");
  EXPECT_THAT(Refused(*store), HasSubstr("task tiny has no 'release', and release 7"));
  WriteSigned("3", "three", "release: 7\n");
  ExpectReplaced(*store, "three");
  // Nor does what serves go back when its folder goes.
  std::filesystem::remove_all(folder_.path() / "tiny" / "3");
  std::filesystem::remove_all(folder_.path() / "tiny" / "2");
  EXPECT_THAT(Refused(*store), HasSubstr("release 6 of task tiny is older than release 7"));
}

TEST_F(ModelStoreTest, ReleasesAreRememberedInTheirFolder) {
  const auto releases = folder_.path() / "releases";
  WriteSigned("1", "one", "release: 6\n");
  ASSERT_TRUE(LoadSigned(releases).ok());
  WriteSigned("2", "two", "release: 7\n");
  EXPECT_EQ(Serving(*LoadSigned(releases).value()), TinyNetDigest("two"));
  std::filesystem::remove_all(folder_.path() / "tiny" / "2");
  EXPECT_THAT(std::string(LoadSigned(releases).status().message()),
              HasSubstr("release 6 of task tiny is older than release 7"));
  EXPECT_TRUE(LoadSigned().ok());  // nobody remembers
  folder_.Write("releases/tiny.release", "rubbish");
  EXPECT_TRUE(LoadSigned(releases).ok());
}

// Whoever writes an unsigned number writes the net.
TEST_F(ModelStoreTest, UnsignedReleasesBindNobody) {
  WriteSigned("1", "one", "release: 7\n");
  const auto store = Load().value();
  WriteSigned("2", "two", "release: 6\n");
  ExpectReplaced(*store, "two");
}

TEST_F(ModelStoreTest, WhatHasExpiredIsSaidAndServes) {
  WriteSigned("1", "one", "expires: 2027-01-31\n");
  const auto store = LoadSigned().value();
  const WallTime end = std::chrono::sys_days(std::chrono::year(2027) / 2 / 1);
  EXPECT_TRUE(store->Expired(end - std::chrono::seconds(1)).empty());
  ASSERT_EQ(store->Expired(end).size(), 1U);
  EXPECT_THAT(store->Expired(end).front(), HasSubstr("task tiny has expired at 2027-02-01"));
  EXPECT_EQ(DigestOfAnswer(*store), TinyNetDigest("one"));
}

}  // namespace
}  // namespace biglittle
