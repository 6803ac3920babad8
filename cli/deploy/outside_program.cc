#include "cli/deploy/outside_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"

#include "cli/lab/child_process.h"

namespace biglittle {
namespace {

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void Open(int fd, const std::string& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, fd, path.c_str(), flags, S_IRUSR | S_IWUSR);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

absl::StatusOr<ProgramEnd> RunProgramToEnd(const std::vector<std::string>& words,
                                           const std::filesystem::path& input,
                                           const std::filesystem::path& output) {
  const std::string errors = output.string() + ".errors";
  FileActions actions;
  actions.Open(STDIN_FILENO, input.empty() ? "/dev/null" : input.string(), O_RDONLY);
  actions.Open(STDOUT_FILENO, output.string(), O_WRONLY | O_CREAT | O_TRUNC);
  actions.Open(STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], actions.get(), nullptr, argv.data(), environ);
  if (error == ENOENT) {
    return absl::NotFoundError(
        fmt::format("there is no program {0}: apt-get install {1}", words.front(),
                    words.front() == "ssh" ? "openssh-client" : words.front()));
  }
  if (error != 0) {
    return absl::UnavailableError(
        fmt::format("{} cannot be started: {}", words.front(), std::strerror(error)));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int kLines = 4;
  return ProgramEnd{.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                    .errors = TailOfFile(errors, kLines)};
}

}  // namespace biglittle
