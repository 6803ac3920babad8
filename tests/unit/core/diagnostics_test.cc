#include "core/diagnostics.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

TEST(Diagnostics, NamesThePlaceWhereThereIsOne) {
  EXPECT_EQ(ToString(Diagnostic{"a.yaml", 3, 14, "wrong"}), "a.yaml:3:14: wrong");
  EXPECT_EQ(ToString(Diagnostic{"a.yaml", 0, 0, "no such file"}), "a.yaml: no such file");
}

TEST(Diagnostics, IsOneLineWhateverItIsAbout) {
  EXPECT_EQ(ToString(Diagnostic{"a\x1b[2J\n.yaml", 3, 14, "wrong\nb.yaml:1:1: forged\xff"}),
            "a\\x1b[2J\\x0a.yaml:3:14: wrong\\x0ab.yaml:1:1: forged\\xff");
}

TEST(Diagnostics, ListsInOrderOfPlace) {
  EXPECT_EQ(ToString(std::vector<Diagnostic>{{"a", 10, 1, "d"},
                                             {"a", 2, 9, "c"},
                                             {"a", 2, 1, "b"},
                                             {"a", 0, 0, "a"},
                                             {"a", 10, 1, "e"}}),
            "a: a\na:2:1: b\na:2:9: c\na:10:1: d\na:10:1: e");
  EXPECT_EQ(ToString(std::vector<Diagnostic>{}), "");
}

}  // namespace
}  // namespace biglittle
