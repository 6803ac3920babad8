#include "tests/chaos/proxy_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace biglittle::chaos {
namespace {

constexpr std::size_t kChunkBytes = 16 * 1024;

bool IsTemporary(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

pollfd Wanted(int fd, bool read, bool write) {
  pollfd entry{};
  entry.events = static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0));
  entry.fd = entry.events == 0 ? -1 : fd;
  return entry;
}

}  // namespace

bool ByteLane::Read(int fd, SteadyTime due) {
  std::array<char, kChunkBytes> buffer;
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0) return IsTemporary(errno);
  if (got == 0) {
    ended_ = true;
    return true;
  }
  last_due_ = std::max(last_due_, due);
  chunks_.push_back({std::string(buffer.data(), static_cast<std::size_t>(got)), 0, last_due_});
  buffered_ += static_cast<std::size_t>(got);
  return true;
}

std::optional<std::uint64_t> ByteLane::Write(int fd, SteadyTime now, std::uint64_t allowed) {
  std::uint64_t total = 0;
  while (!chunks_.empty() && chunks_.front().due <= now && total < allowed) {
    Chunk& chunk = chunks_.front();
    const std::size_t size = static_cast<std::size_t>(
        std::min<std::uint64_t>(chunk.bytes.size() - chunk.written, allowed - total));
    const ssize_t sent = send(fd, chunk.bytes.data() + chunk.written, size, MSG_NOSIGNAL);
    if (sent < 0) {
      if (!IsTemporary(errno)) return std::nullopt;
      blocked_ = true;
      return total;
    }
    chunk.written += static_cast<std::size_t>(sent);
    buffered_ -= static_cast<std::size_t>(sent);
    total += static_cast<std::uint64_t>(sent);
    if (chunk.written == chunk.bytes.size()) chunks_.pop_front();
  }
  return total;
}

std::optional<SteadyTime> ByteLane::due() const {
  if (chunks_.empty() || blocked_) return std::nullopt;
  return chunks_.front().due;
}

ProxyConnection::~ProxyConnection() {
  close(client_);
  close(broker_);
}

bool ProxyConnection::Pump(SteadyTime now, ByteAllowance& up, ByteAllowance& down) {
  if (!Pass(up_, broker_, now, up) || !Pass(down_, client_, now, down)) return false;
  // MQTT ends a connection as a whole: a half-closed one has nothing more to say.
  return !up_.done() && !down_.done() && !was_cut();
}

bool ProxyConnection::Pass(ByteLane& lane, int to, SteadyTime now, ByteAllowance& allowance) {
  if (lane.blocked()) return true;
  const std::uint64_t allowed = std::min(allowance.left(), left_before_cut_.value_or(UINT64_MAX));
  const std::optional<std::uint64_t> passed = lane.Write(to, now, allowed);
  if (!passed) return false;
  allowance.Spend(*passed);
  if (left_before_cut_) *left_before_cut_ -= *passed;
  return true;
}

void ProxyConnection::Await(bool black_hole, pollfd& client, pollfd& broker) const {
  const bool open = !black_hole;
  client = Wanted(client_, open && up_.has_room(), open && down_.blocked());
  broker = Wanted(broker_, open && down_.has_room(), open && up_.blocked());
}

bool ProxyConnection::Take(const pollfd& client, const pollfd& broker, SteadyTime up_due,
                           SteadyTime down_due) {
  constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
  if (client.fd >= 0 && (client.revents & POLLOUT) != 0) down_.Unblock();
  if (broker.fd >= 0 && (broker.revents & POLLOUT) != 0) up_.Unblock();
  if (client.fd >= 0 && (client.revents & kReadable) != 0 && !up_.Read(client_, up_due)) {
    return false;
  }
  return broker.fd < 0 || (broker.revents & kReadable) == 0 || down_.Read(broker_, down_due);
}

std::optional<SteadyTime> ProxyConnection::NextDue() const {
  const std::optional<SteadyTime> up = up_.due();
  const std::optional<SteadyTime> down = down_.due();
  if (!up || !down) return up ? up : down;
  return std::min(*up, *down);
}

}  // namespace biglittle::chaos
