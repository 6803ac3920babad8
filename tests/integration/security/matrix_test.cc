// Everybody tries everything, at a real broker: expected.tsv says what comes of it.
#include "tests/integration/security/matrix.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace biglittle {
namespace {

TEST(SecurityMatrix, EverybodyTriesEverything) {
  const Matrix matrix = LoadMatrix(std::filesystem::path(BIGLITTLE_SOURCE_DIR) /
                                   "tests/integration/security/expected.tsv");
  ASSERT_EQ(std::set<std::string>(matrix.columns.begin(), matrix.columns.end()),
            (std::set<std::string>{"pump-1", "pump-2", "worker", "dashboard", "bridge", "admin",
                                   "sensor", "operator", "home", "revoked", "unknown", "none",
                                   "expired", "foreign", "copied"}));
  MatrixBench bench;
  ASSERT_FALSE(testing::Test::HasFailure());
  std::size_t tried = 0;
  for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
    for (const MatrixRow& row : matrix.rows) {
      const std::string seen = bench.Try(matrix.columns[column], row);
      ++tried;
      EXPECT_EQ(seen, row.expected[column])
          << matrix.columns[column] << ": " << row.action << " " << row.topic;
    }
  }
  std::printf("%zu cells\n", tried);
}

}  // namespace
}  // namespace biglittle
