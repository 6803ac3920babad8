// Any bytes in a device's store; the first byte says where. 0, 1: a row's payload, final or open,
// beside a sound one. Else: the database file itself. Whatever is in there, an agent gets through
// it: sends what can be read, counts and removes what cannot, and ends.
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "device_agent/delivery_tag.h"
#include "device_agent/results/result_outlet.h"
#include "device_agent/results/result_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"
#include "wire/message.h"
#include "wire/messages/result.h"

namespace biglittle {
namespace {

// One for all inputs; in memory where that can be.
class Folder {
 public:
  Folder() {
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    std::string pattern =
        (std::filesystem::is_directory(memory, ignored) ? memory
                                                        : std::filesystem::temp_directory_path()) /
        "biglittle-fuzz-XXXXXX";
    Require(mkdtemp(pattern.data()) != nullptr, "a temporary folder can be made");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  void Empty() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      std::filesystem::remove(entry.path());
    }
  }

 private:
  std::filesystem::path path_;
};

FakeClock& Time() {
  static FakeClock clock;
  return clock;
}

struct Sent {
  std::uint64_t published = 0;
  ResultOutlet::Counters counters;
};

// An agent's start on the store, and enough time with a broker that takes everything.
Sent Drain(ResultStore store) {
  Sent sent;
  std::vector<std::uint64_t> tags;
  const auto publish = [&tags](const wire::Message& message) {
    tags.push_back(message.tag);
    return absl::OkStatus();
  };
  ResultOutlet outlet({.topic = "results", .resend_per_s = 1'000'000}, std::move(store), publish,
                      sent.counters, Time());
  outlet.Recover(
      [](wire::Result& result, Milliseconds) { result.decided_by = wire::DecidedBy::kFallback; });
  outlet.OnLink(true);
  std::uint64_t published_before = 0;
  do {
    published_before = sent.published;
    Time().Advance(std::chrono::seconds(1));
    outlet.OnTime();
    for (const std::uint64_t tag : std::exchange(tags, {})) {
      outlet.OnDelivered(FromTag(tag), wire::Delivery::kTaken);
      ++sent.published;
    }
  } while (sent.published > published_before);
  outlet.Flush();
  Require(outlet.store_rows() == 0 || sent.counters["store_failures"] > 0, "all rows are gone");
  return sent;
}

void Row(const std::filesystem::path& file, std::string_view payload, bool open) {
  auto store = ResultStore::Open(file, {}, Time());
  Require(store.ok(), "a new store");
  wire::Result sound;
  sound.device = "pump";
  sound.run = "run";
  Require(store->Put(FinalKey(1), open, payload).ok(), "any payload is taken");
  Require(store->Put(FinalKey(2), false, Encode(sound, wire::ResultFormat::kProtobuf)).ok(),
          "a sound row is taken");
  Sent sent = Drain(*std::move(store));
  Require(sent.counters["store_failures"] == 0, "a sound store does not fail");
  const std::uint64_t lost =
      sent.counters["store_rows_unreadable"] + sent.counters["store_dropped_too_old"];
  Require(sent.published + lost == 2 && sent.published >= 1, "every row is sent or counted");
  const bool readable = wire::DecodeResult(payload, wire::kProtobufContent).ok();
  Require(sent.counters["store_rows_unreadable"] == (readable ? 0U : 1U), "unreadable is counted");
}

void Use(ResultStore& store) {
  const std::uint64_t sequence = store.next_sequence();
  if (store.Put(FinalKey(sequence), false, "x").ok()) {
    const auto rows = store.From(FinalKey(sequence), 1);
    Require(rows.ok() && rows->size() == 1 && rows->front().payload == "x", "what is put is there");
  }
  static_cast<void>(store.Put(FinalKey(sequence + 1), true, "x"));
  static_cast<void>(store.OpenRows(0, 8));
  const auto rows = store.From(0, 8);
  if (rows.ok() && !rows->empty()) {
    const std::vector<ResultKey> keys{rows->front().key, ProvisionalKey(sequence)};
    static_cast<void>(store.Remove(keys));
  }
  Time().Advance(std::chrono::hours(24 * 365));
  static_cast<void>(store.RemoveOld());
}

void File(const std::filesystem::path& file, std::string_view content) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  {
    // Little room: what is dropped for new rows is dropped, too.
    auto store = ResultStore::Open(file, {.max_bytes = 400}, Time());
    if (!store.ok()) return Require(!store.status().message().empty(), "an error has a message");
    Use(*store);
  }
  auto again = ResultStore::Open(file, {}, Time());
  Require(again.ok(), "what opened opens again");
  Drain(*std::move(again));
}

}  // namespace
}  // namespace biglittle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const biglittle::Folder folder;
  spdlog::set_level(spdlog::level::off);
  if (size == 0) return 0;
  const biglittle::Cost cost(size);
  folder.Empty();
  biglittle::Time() = biglittle::FakeClock();
  const std::filesystem::path file = folder.path() / "pump.sqlite";
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] < 2) {
    biglittle::Row(file, rest, data[0] == 1);
  } else {
    biglittle::File(file, rest);
  }
  return 0;
}
