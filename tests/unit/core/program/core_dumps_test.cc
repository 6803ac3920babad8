// Each in a process of its own: what is set holds for the whole of it.
#include "core/program/core_dumps.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fleet/broker_config.h"

namespace biglittle {
namespace {

// Whether the system would write its core dump.
bool DumpableAfter(const char* variable) {
  const pid_t child = fork();
  if (child == 0) {
    if (variable == nullptr) {
      unsetenv(kCoreDumpsVariable);
    } else {
      setenv(kCoreDumpsVariable, variable, 1);
    }
    KeepKeysOutOfCoreDumps();
    _exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WEXITSTATUS(status) != 0;
}

TEST(CoreDumpsTest, AreWrittenOfNoKeysUnlessSomebodyAsks) {
  EXPECT_FALSE(DumpableAfter(nullptr));
  EXPECT_FALSE(DumpableAfter("0"));
  EXPECT_TRUE(DumpableAfter("1"));
}

TEST(CoreDumpsTest, KeysAreWhatABrokerAsksFor) {
  BrokerConfig broker;
  EXPECT_FALSE(broker.has_secrets());
  broker.username = "user";
  EXPECT_TRUE(broker.has_secrets());
  broker.username.reset();
  broker.tls.emplace();
  EXPECT_TRUE(broker.has_secrets());
}

}  // namespace
}  // namespace biglittle
