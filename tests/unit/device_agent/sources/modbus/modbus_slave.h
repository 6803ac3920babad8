// A real Modbus slave, by libmodbus, whose registers and manners a test sets.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/descriptor.h"

namespace biglittle {

// Serves one master at a time, on a thread of its own, over TCP or at the far end of a pty. It has
// holding and input registers 0 to 299, or as many as are asked for. Thread-safe but for the end.
class ModbusSlave {
 public:
  enum class Manner : std::uint8_t { kAnswers, kIsSilent, kIsLate, kHangsUp, kTalksNoise };

  // On this port of loopback.
  explicit ModbusSlave(std::uint16_t port, int slave_id = 1, int registers = 300)
      : context_(modbus_new_tcp("127.0.0.1", port)),
        mapping_(modbus_mapping_new(0, 0, registers, registers)) {
    modbus_set_slave(context_, slave_id);
    listener_ = Descriptor(modbus_tcp_listen(context_, 1));
    Begin();
  }
  // At the master's end of a pty; `line` has the other one.
  explicit ModbusSlave(Descriptor pty, int slave_id = 1, int registers = 300)
      : context_(modbus_new_rtu("/dev/null", 9600, 'E', 8, 1)),
        mapping_(modbus_mapping_new(0, 0, registers, registers)),
        pty_(std::move(pty)) {
    modbus_set_slave(context_, slave_id);
    modbus_set_socket(context_, pty_.get());
    Begin();
  }
  ~ModbusSlave() {
    const std::uint64_t one = 1;
    EXPECT_EQ(write(stop_.get(), &one, sizeof(one)), 8);
    thread_.join();
    HangUp();
    modbus_free(context_);
    modbus_mapping_free(mapping_);
  }

  void SetHolding(std::size_t address, const std::vector<std::uint16_t>& words) {
    const std::lock_guard lock(mutex_);
    std::copy(words.begin(), words.end(), mapping_->tab_registers + address);
  }
  void SetInput(std::size_t address, const std::vector<std::uint16_t>& words) {
    const std::lock_guard lock(mutex_);
    std::copy(words.begin(), words.end(), mapping_->tab_input_registers + address);
  }
  void Be(Manner manner) {
    const std::lock_guard lock(mutex_);
    manner_ = manner;
  }
  // Sends the answers that were late, as the registers are now, and from now on answers.
  void SendLate() {
    const std::lock_guard lock(mutex_);
    manner_ = Manner::kAnswers;
    for (const auto& [request, size] : late_) {
      modbus_reply(context_, request.data(), size, mapping_);
    }
    late_.clear();
  }
  int requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t late() const {
    const std::lock_guard lock(mutex_);
    return late_.size();
  }

 private:
  using Request = std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH>;

  void Begin() {
    thread_ = std::thread([this] { Serve(); });
  }
  int peer() const { return pty_.valid() ? pty_.get() : connection_.get(); }
  void HangUp() { connection_.Reset(); }

  void Serve() {
    while (true) {
      const bool idle = peer() < 0;
      std::array<pollfd, 2> entries{
          {{stop_.get(), POLLIN, 0}, {idle ? listener_.get() : peer(), POLLIN, 0}}};
      poll(entries.data(), entries.size(), -1);
      if (entries[0].revents != 0) return;
      if (idle) {
        connection_ = Descriptor(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        modbus_set_socket(context_, connection_.get());
      } else if ((entries[1].revents & POLLIN) != 0) {
        ServeOne();
      } else if (pty_.valid()) {
        // Nobody has the other end, and poll says so at once.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      } else {
        HangUp();
      }
    }
  }
  void ServeOne() {
    Request request{};
    const int size = modbus_receive(context_, request.data());
    const std::lock_guard lock(mutex_);
    if (size < 0) return HangUp();
    if (size == 0) return;  // to another slave
    ++requests_;
    switch (manner_) {
      case Manner::kAnswers:
        modbus_reply(context_, request.data(), size, mapping_);
        break;
      case Manner::kIsSilent:
        break;
      case Manner::kIsLate:
        late_.emplace_back(request, size);
        break;
      case Manner::kHangsUp:
        HangUp();
        break;
      case Manner::kTalksNoise:
        EXPECT_EQ(write(peer(), "\x01\x03\x02\x05\x05\x05\x05\x05\x05\x05\x05", 11), 11);
        break;
    }
  }

  modbus_t* const context_;
  modbus_mapping_t* const mapping_;
  Descriptor listener_;
  Descriptor pty_;
  Descriptor connection_;  // the thread's
  const Descriptor stop_{eventfd(0, EFD_CLOEXEC)};

  mutable std::mutex mutex_;
  // Protected by mutex_, and what mapping_ points at.
  Manner manner_ = Manner::kAnswers;
  int requests_ = 0;
  std::vector<std::pair<Request, int>> late_;

  std::thread thread_;
};

// A pty: the master's end, and the name of the other.
inline std::pair<Descriptor, std::string> OpenPty() {
  Descriptor master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_EQ(grantpt(master.get()), 0);
  EXPECT_EQ(unlockpt(master.get()), 0);
  std::string name = ptsname(master.get());
  return {std::move(master), std::move(name)};
}

}  // namespace biglittle
