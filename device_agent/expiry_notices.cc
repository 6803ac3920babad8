#include "device_agent/expiry_notices.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace biglittle {

ExpiryNotices::ExpiryNotices(const BrokerConfig& broker, std::string device)
    : device_(std::move(device)), credentials_(broker, {wire::Role::kDevice, device_}) {}

bool ExpiryNotices::Say(const Task& task, SteadyTime now) {
  const WallTime wall_now = Clock::Real().WallNow();
  credentials_.Refresh();
  for (const std::string& notice : credentials_.NoticesToSay(now, wall_now)) {
    spdlog::warn("{}: {}", device_, notice);
  }
  if (!task.IsExpired(wall_now)) return false;
  if (task_said_.MaySay(now)) spdlog::warn("{}: {}", device_, ExpirySentence(task));
  return true;
}

}  // namespace biglittle
