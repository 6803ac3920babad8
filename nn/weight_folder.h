// The weight files of a model that lies in a folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/importer/weight_files.h"

namespace biglittle::nn {

// Reads each file once, whole: what is checked is what is used. Files lie in the folder itself and
// no link is followed, so that a model of a stranger's reads nothing but what lies beside it.
class WeightFolder final : public WeightFiles {
 public:
  // `max_bytes` altogether.
  WeightFolder(std::filesystem::path folder, std::size_t max_bytes)
      : WeightFiles(max_bytes), folder_(std::move(folder)), max_bytes_(max_bytes) {}

  // NotFound, InvalidArgument (a link, no regular file), ResourceExhausted, DataLoss.
  absl::StatusOr<std::span<const std::byte>> Read(const std::string& name) override;
  std::vector<WeightFileInfo> used() const override;

 private:
  const std::filesystem::path folder_;
  const std::size_t max_bytes_;
  std::size_t read_bytes_ = 0;
  std::map<std::string, std::vector<std::byte>> files_;
};

// The same from memory: files that were read and checked elsewhere.
class WeightMemory final : public WeightFiles {
 public:
  WeightMemory(std::map<std::string, std::vector<std::byte>> files, std::size_t max_bytes)
      : WeightFiles(max_bytes), files_(std::move(files)) {}

  // FailedPrecondition: it is not among them.
  absl::StatusOr<std::span<const std::byte>> Read(const std::string& name) override;
  std::vector<WeightFileInfo> used() const override;

 private:
  const std::map<std::string, std::vector<std::byte>> files_;
};

}  // namespace biglittle::nn
