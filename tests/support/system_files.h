// Files of the system, such as /etc/hosts, with another content for one test process.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace biglittle {

// Only root may: look at ok() and skip the test. What is replaced stays so until the process ends,
// and for this process and its children alone. Before the first thread is started.
class SystemFiles {
 public:
  SystemFiles()
      : ok_(unshare(CLONE_NEWNS) == 0 &&
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0) {}
  SystemFiles(const SystemFiles&) = delete;
  SystemFiles& operator=(const SystemFiles&) = delete;

  bool ok() const { return ok_; }
  void Replace(const std::filesystem::path& file, const std::string& content) {
    const auto own = folder_.Write(file.filename().string(), content);
    ok_ = ok_ && mount(own.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0;
  }

 private:
  TemporaryFolder folder_;
  bool ok_;
};

}  // namespace biglittle
