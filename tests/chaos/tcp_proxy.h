// A TCP proxy between clients and a broker on loopback, whose link can be made bad while it runs.
//
// What it does to the link holds for all connections together. A connection whose one side has
// closed is closed whole once what was under way has arrived, as MQTT does; half-closed connections
// are not kept.
//
// Thread-safe. Every call has taken effect when it returns.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/chaos/link_delay.h"
#include "tests/chaos/proxy_connection.h"

namespace biglittle::chaos {

class TcpProxy {
 public:
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t cut = 0;  // connections that CutAll or CutAfter ended
  };

  // Listens on a free loopback port from now on; see port().
  explicit TcpProxy(std::uint16_t broker_port, std::uint64_t seed = 1);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_; }

  // Each way; bytes keep their order.
  void SetDelay(LinkDelay delay);
  // Each way, all connections together; 0: no limit.
  void SetBandwidth(std::uint64_t bytes_per_s);
  // Ends every connection now, or each after `bytes` more bytes, in the middle of a packet or not.
  void CutAll();
  void CutAfter(std::uint64_t bytes);
  // Accepts, forwards nothing, closes nothing.
  void BlackHole();
  // Refuses new connections; those that stand are left alone.
  void Refuse();
  // A good link again. What was held back comes through.
  void Restore();

  Counters counters() const;

 private:
  struct Link {
    LinkDelay delay = FixedDelay{};
    std::uint64_t bytes_per_s = 0;
    bool black_hole = false;
    bool refuse = false;
  };

  // Runs `change` on the proxy's thread and waits for it.
  void Do(std::function<void()> change);

  // All on the proxy's thread.
  void Run();
  bool Change();
  void Pump();
  void Poll();
  void Accept();
  void Listen();
  int TimeoutMs(SteadyTime now) const;
  void End(std::size_t index);

  const std::uint16_t broker_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;

  // Used by the proxy's thread only.
  Link link_;
  DelaySampler delays_;
  ByteAllowance up_;
  ByteAllowance down_;
  std::vector<std::unique_ptr<ProxyConnection>> connections_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> change_;
  bool stopping_ = false;
  Counters counters_;

  std::thread thread_;
};

}  // namespace biglittle::chaos
