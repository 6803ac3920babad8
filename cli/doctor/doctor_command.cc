#include "cli/doctor/doctor_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "cli/command_end.h"
#include "cli/doctor/finding.h"
#include "cli/doctor/fleet_state.h"
#include "cli/doctor/machine.h"
#include "cli/installation.h"
#include "core/program/core_dumps.h"
#include "core/program/exit_code.h"

namespace biglittle {
namespace {

using Grade = Finding::Grade;

std::string_view Name(Grade grade) {
  switch (grade) {
    case Grade::kWell:
      return "well";
    case Grade::kNotice:
      return "note";
    case Grade::kTrouble:
      return "TROUBLE";
  }
  return "";
}

std::optional<wire::Identity> IdentityOf(const DoctorOptions& options) {
  if (!options.device.empty()) return wire::Identity{wire::Role::kDevice, options.device};
  if (!options.worker.empty()) return wire::Identity{wire::Role::kWorker, options.worker};
  return std::nullopt;
}

}  // namespace

int RunDoctor(const DoctorOptions& options, std::ostream& out, std::ostream& err) {
  if (options.config.empty() && IdentityOf(options)) {
    return EndCommand(
        "doctor",
        absl::InvalidArgumentError("a device or worker is one of a fleet file's: name "
                                   "the file by --config"),
        err);
  }
  KeepKeysOutOfCoreDumps();
  std::vector<Finding> findings = JudgeMachine(LookAtMachine(Installation::Find()));
  if (!options.config.empty()) {
    for (Finding& finding : ExamineFleet(options.config, IdentityOf(options))) {
      findings.push_back(std::move(finding));
    }
  }
  bool is_well = true;
  for (const Finding& finding : findings) {
    fmt::print(out, "{:7}  {:12}  {}{}{}\n", Name(finding.grade), finding.subject, finding.text,
               finding.mend.empty() ? "" : ": ", finding.mend);
    is_well = is_well && finding.grade != Grade::kTrouble;
  }
  return is_well ? kExitDone : kExitFailed;
}

}  // namespace biglittle
