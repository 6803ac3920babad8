#include "cli/own_user.h"

#include <pwd.h>
#include <unistd.h>

namespace biglittle {

std::optional<std::string> OwnUserName() {
  const passwd* self = getpwuid(geteuid());
  return self == nullptr ? std::nullopt : std::optional<std::string>(self->pw_name);
}

}  // namespace biglittle
