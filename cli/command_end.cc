#include "cli/command_end.h"

#include <ostream>

#include "core/program/exit_code.h"

namespace biglittle {

int EndCommand(std::string_view command, const absl::Status& status, std::ostream& err) {
  if (status.ok()) return kExitDone;
  err << "biglittle " << command << ": " << status.message() << '\n';
  return ExitCodeOf(status);
}

}  // namespace biglittle
