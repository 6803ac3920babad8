#include "cli/lab/scratch_credentials.h"

#include <utility>

#include "cli/own_user.h"
#include "cli/provision/broker_limits.h"
#include "cli/provision/fleet_plan.h"
#include "cli/provision/inventory.h"
#include "cli/provision/provision_folder.h"
#include "cli/provision/provisioner.h"

namespace biglittle {

absl::Status MakeScratchCredentials(const Installation& installation,
                                    const std::filesystem::path& folder, const FleetConfig& fleet,
                                    const std::vector<Identity>& more) {
  Inventory inventory = InventoryOf(fleet);
  inventory.websockets_port = 0;
  inventory.bind_address = fleet.broker.host;
  inventory.user = OwnUserName().value_or("root");
  auto provisioner = Provisioner::Init(folder, std::move(inventory),
                                       installation.home / "broker_config" / "production.conf",
                                       LimitsFor(SizeOf(fleet)));
  if (!provisioner.ok()) return provisioner.status();
  auto plan = PlanFor(provisioner->inventory(), fleet);
  if (!plan.ok()) return plan.status();
  plan->to_add.insert(plan->to_add.end(), more.begin(), more.end());
  for (const Identity& member : plan->to_add) {
    if (auto status = provisioner->Add(member); !status.ok()) return status;
  }
  return provisioner->Synchronise().status();
}

absl::StatusOr<BrokerProcess> StartScratchBroker(const std::filesystem::path& folder,
                                                 const FleetConfig& fleet,
                                                 const std::filesystem::path& log) {
  return BrokerProcess::StartAsIs(folder / "broker" / kSettingsFile, fleet.broker.port, log);
}

}  // namespace biglittle
