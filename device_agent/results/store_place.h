// Where a result store lies on disk: a folder and files for this user alone, and a few that were
// put aside. For use inside results/ only.
//
// What is loose is tightened: results say what a machine does, and who may write to the folder
// could put another file in place of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

// So many files that were put aside are kept, and no more bytes than a store may have.
inline constexpr std::size_t kMostPutAside = 4;

struct StorePlace {
  std::filesystem::path file;      // reached through no link
  std::vector<std::string> notes;  // what was changed that somebody should know, a sentence each
};

// Makes the folder (0700) and an empty file (0600) where they are missing. What is there and open
// to others is tightened; a folder only where nothing but stores is in it, since it may be
// another's too. FailedPrecondition, with the mend: the file is a link or no file, belongs to
// another user, or others may write to a folder that is not the store's alone. Otherwise as
// FileTrouble.
absl::StatusOr<StorePlace> PrepareStorePlace(const std::filesystem::path& file);

// Renames the file, which is damaged, to <file>.damaged-<n>, with a number above those that there
// are, and removes what belongs to it. The new name.
absl::StatusOr<std::filesystem::path> PutStoreAside(const std::filesystem::path& file);

// Removes the oldest of those until at most kMostPutAside of at most `max_bytes` together are left;
// the newest stays in any case. What it removed.
std::vector<std::filesystem::path> TrimPutAside(const std::filesystem::path& file,
                                                std::uint64_t max_bytes);

}  // namespace biglittle
