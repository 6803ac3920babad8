#include "device_agent/sources/modbus/modbus_sampler.h"

#include <fmt/format.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>
#include <variant>

#include "core/fleet/broker_config.h"
#include "wire/connect/tcp_connect.h"

namespace biglittle {
namespace {

constexpr int kMostUnanswered = 3;
constexpr std::array<std::uint32_t, 13> kBaudRates{
    300, 600, 1200, 2400, 4800, 9600, 19'200, 38'400, 57'600, 115'200, 230'400, 460'800, 921'600};

static_assert(kMostRegisterWords == MODBUS_MAX_READ_REGISTERS);

// The slave has read the request, and says no.
bool IsException(int error) { return error > MODBUS_ENOBASE && error <= EMBXGTAR; }
// What came is no answer to the request: a disturbed line, another's answer.
bool IsNoise(int error) { return error > EMBXGTAR && error <= EMBBADSLAVE; }

std::string TroubleOf(const wire::Trouble& trouble) {
  using Kind = wire::Trouble::Kind;
  if (trouble.kind == Kind::kHostUnknown) {
    return fmt::format("its name cannot be looked up: {}", trouble.text);
  }
  if (trouble.kind == Kind::kNoThread) return "its name cannot be looked up: no thread for it";
  if (!trouble.text.empty()) return fmt::format("cannot be reached: {}", trouble.text);
  return fmt::format("cannot be reached: {}", std::strerror(trouble.code));
}

}  // namespace

bool IsModbusBaudRate(std::uint32_t rate) { return std::ranges::count(kBaudRates, rate) > 0; }

void ModbusSampler::FreeContext::operator()(_modbus* context) const {
  modbus_close(context);
  modbus_free(context);
}

ModbusSampler::ModbusSampler(ModbusPlace place, std::vector<ModbusRegister> registers)
    : place_(std::move(place)),
      registers_(std::move(registers)),
      requests_(PlanRequests(registers_)) {}

ModbusSampler::~ModbusSampler() = default;

absl::Status ModbusSampler::Error(const std::string& what) const {
  return absl::UnavailableError(fmt::format("{}: {}", place_.controller.Name(), what));
}

absl::Status ModbusSampler::Open() {
  auto context = place_.controller.is_tcp() ? ConnectByTcp() : OpenLine();
  if (!context.ok()) return context.status();
  context_ = *std::move(context);
  late_ = false;
  unanswered_ = 0;
  interrupted_ = false;
  return SetUp();
}

void ModbusSampler::Close() { context_.reset(); }

void ModbusSampler::Interrupt() {
  interrupted_ = true;
  if (context_ != nullptr && place_.controller.is_tcp()) {
    shutdown(modbus_get_socket(context_.get()), SHUT_RDWR);
  }
}

// libmodbus takes addresses only, and asks select(2) of descriptors that it may not be able to
// hold.
absl::StatusOr<ModbusSampler::Context> ModbusSampler::ConnectByTcp() const {
  BrokerConfig peer;
  peer.host = place_.controller.host;
  peer.port = place_.controller.port;
  const std::function<bool()> never = [] { return false; };
  const auto connected =
      wire::ConnectTcp(peer, {std::chrono::steady_clock::now() + place_.timeout, never});
  if (const auto* trouble = std::get_if<wire::Trouble>(&connected)) {
    return Error(TroubleOf(*trouble));
  }
  const int fd = std::get<int>(connected);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  Context context(modbus_new_tcp(nullptr, place_.controller.port));
  if (context == nullptr) {
    close(fd);
    return Error("no memory for a connection");
  }
  modbus_set_socket(context.get(), fd);
  return context;
}

absl::StatusOr<ModbusSampler::Context> ModbusSampler::OpenLine() const {
  const ModbusLine& line = place_.line;
  Context context(modbus_new_rtu(place_.controller.line.c_str(), static_cast<int>(line.baud_rate),
                                 static_cast<char>(line.parity), line.data_bits, line.stop_bits));
  if (context == nullptr || modbus_connect(context.get()) != 0) {
    const int error = errno;
    return Error(fmt::format("cannot be opened as a serial line: {}", modbus_strerror(error)));
  }
  if (ioctl(modbus_get_socket(context.get()), TIOCEXCL) != 0) {
    return Error(fmt::format("cannot be had alone: {}", std::strerror(errno)));
  }
  return context;
}

absl::Status ModbusSampler::SetUp() {
  if (modbus_get_socket(context_.get()) >= FD_SETSIZE) {
    return Error(
        fmt::format("this process has more than {} files open, which libmodbus cannot; host fewer "
                    "devices in it",
                    FD_SETSIZE));
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(place_.timeout);
  const auto rest = std::chrono::microseconds(place_.timeout - seconds);
  const bool good =
      modbus_set_slave(context_.get(), place_.slave_id) == 0 &&
      modbus_set_response_timeout(context_.get(), static_cast<std::uint32_t>(seconds.count()),
                                  static_cast<std::uint32_t>(rest.count())) == 0 &&
      // Without one of its own for each byte, that is the time for all of an answer.
      modbus_set_byte_timeout(context_.get(), 0, 0) == 0;
  return good ? absl::OkStatus() : Error(modbus_strerror(errno));
}

absl::Status ModbusSampler::Sample(std::span<float> frame) {
  for (const RegisterRequest& request : requests_) {
    absl::Status read = Read(request, frame);
    if (interrupted_) return absl::CancelledError("the source was stopped");
    if (!read.ok()) return read;
  }
  unanswered_ = 0;
  return absl::OkStatus();
}

absl::Status ModbusSampler::Read(const RegisterRequest& request, std::span<float> frame) {
  if (absl::Status old = ThrowAwayOld(); !old.ok()) return old;
  if (interrupted_) return absl::OkStatus();
  std::array<std::uint16_t, kMostRegisterWords> words{};
  const auto read =
      request.kind == RegisterKind::kHolding ? modbus_read_registers : modbus_read_input_registers;
  if (read(context_.get(), request.address, static_cast<int>(request.words), words.data()) < 0) {
    return Failed(request, errno);
  }
  for (const RegisterRequest::Place& place : request.places) {
    const ModbusRegister& reg = registers_[place.index];
    frame[place.index] = ValueOf(reg, std::span(words).subspan(place.offset, WordsOf(reg.type)));
    if (std::isfinite(frame[place.index])) continue;
    unanswered_ = 0;
    return absl::DataLossError(
        fmt::format("{}: register {} holds no number", Where(request), reg.address));
  }
  return absl::OkStatus();
}

absl::Status ModbusSampler::Failed(const RegisterRequest& request, int error) {
  const std::string what = fmt::format("{}: {}", Where(request), modbus_strerror(error));
  if (IsException(error)) {
    unanswered_ = 0;
    return absl::DataLossError(what);
  }
  if (error != ETIMEDOUT && !IsNoise(error)) return absl::UnavailableError(what);
  late_ = true;
  if (++unanswered_ < kMostUnanswered) return absl::DataLossError(what);
  return absl::UnavailableError(fmt::format("{}, {} times in a row", what, kMostUnanswered));
}

absl::Status ModbusSampler::ThrowAwayOld() {
  const int fd = modbus_get_socket(context_.get());
  if (!place_.controller.is_tcp()) {
    if (std::exchange(late_, false)) AwaitLate();
    modbus_flush(context_.get());
    return absl::OkStatus();
  }
  // Answers have numbers over TCP: one that comes later still is told from that which is awaited.
  constexpr int kMostReads = 64;
  std::array<char, 1024> old{};
  for (int i = 0; i < kMostReads; ++i) {
    if (recv(fd, old.data(), old.size(), MSG_DONTWAIT) < static_cast<ssize_t>(old.size())) {
      return absl::OkStatus();
    }
  }
  return Error("sends what nobody has asked for");
}

// An answer over a serial line does not say what it answers: one that is late would be taken for
// the next one. So the line has to be quiet first.
void ModbusSampler::AwaitLate() const {
  constexpr Milliseconds kQuiet(20);
  const SteadyTime end = std::chrono::steady_clock::now() + place_.timeout;
  Milliseconds patience = place_.timeout;
  pollfd entry{.fd = modbus_get_socket(context_.get()), .events = POLLIN, .revents = 0};
  while (!interrupted_ && std::chrono::steady_clock::now() < end &&
         poll(&entry, 1, static_cast<int>(patience.count())) > 0) {
    if ((entry.revents & POLLIN) == 0) return;  // gone, as the request will find out
    modbus_flush(context_.get());
    patience = kQuiet;
  }
}

std::string ModbusSampler::Where(const RegisterRequest& request) const {
  const bool holding = request.kind == RegisterKind::kHolding;
  const std::string which = request.words == 1 ? fmt::format("register {}", request.address)
                                               : fmt::format("registers {} to {}", request.address,
                                                             request.address + request.words - 1);
  return fmt::format("{}, slave {}, {} {}", place_.controller.Name(), place_.slave_id,
                     holding ? "holding" : "input", which);
}

}  // namespace biglittle
