#include "wire/tls/credential_expiry.h"

#include <fmt/format.h>

#include "core/date_time.h"
#include "core/plural_words.h"

namespace biglittle::wire {
namespace {

double UnixTime(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void AddNotice(const std::filesystem::path& file, std::optional<WallTime> end, const char* what,
               const char* mend, WallTime now, std::vector<std::string>& notices) {
  if (!end || *end - now > kExpiryNotice) return;
  const auto days = std::chrono::floor<std::chrono::days>(*end - now).count();
  const std::string when =
      *end <= now ? "has ended" : fmt::format("has {} left", PluralWords(days, "day"));
  notices.push_back(
      fmt::format("{} {} {} (its end: {}): {}", what, file.string(), when, ToDateTime(*end), mend));
}

}  // namespace

CredentialExpiry::CredentialExpiry(const BrokerConfig& broker, const Identity& identity) {
  if (!broker.tls) return;
  const auto files = FindTlsFiles(*broker.tls, identity);
  if (files.ok()) files_ = *files;
}

void CredentialExpiry::Refresh() {
  if (!files_) return;
  const FileMarks now{MarkOf(files_->certificate), MarkOf(files_->authority)};
  if (now == marks_) return;
  marks_ = now;
  ends_ = EndsOf(*files_);
}

void CredentialExpiry::AddGauges(std::map<std::string, double>& gauges) const {
  if (ends_.certificate) {
    gauges["certificate_expiration_timestamp_seconds"] = UnixTime(*ends_.certificate);
  }
  if (ends_.authority) {
    gauges["authority_expiration_timestamp_seconds"] = UnixTime(*ends_.authority);
  }
}

std::vector<std::string> CredentialExpiry::Notices(WallTime now) const {
  std::vector<std::string> notices;
  if (!files_) return notices;
  AddNotice(files_->certificate, ends_.certificate, "the certificate",
            "issue a new one, or the broker will take no connection with it", now, notices);
  AddNotice(files_->authority, ends_.authority, "the authority or a revocation list in",
            "renew it, or no connection to the broker will be trusted", now, notices);
  return notices;
}

std::vector<std::string> CredentialExpiry::NoticesToSay(SteadyTime now, WallTime wall_now) {
  std::vector<std::string> notices = Notices(wall_now);
  if (!notices.empty() && !said_.MaySay(now)) notices.clear();
  return notices;
}

}  // namespace biglittle::wire
