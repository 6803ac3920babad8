// Any bytes as what comes in at the health server: whatever is accepted is a path that can be
// compared, and no request is waited for beyond its bound.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/fuzz/cost.h"
#include "tests/fuzz/require.h"
#include "wire/http/http_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const biglittle::Cost cost(size);
  using namespace biglittle;
  const std::string_view received(reinterpret_cast<const char*>(data), size);
  const std::optional<wire::HttpRequest> request = wire::ParseHttpRequest(received);
  if (!request) {
    Require(size < wire::kMaxRequestBytes, "a long request is not waited for");
    return 0;
  }
  if (request->refusal != 0) {
    Require(request->refusal >= 400 && request->path.empty(), "refused is refused");
    return 0;
  }
  Require(!request->path.empty() && request->path.front() == '/', "a path begins with /");
  for (const char c : request->path) Require(c > ' ' && c < '\x7f' && c != '?', "a path is plain");
  return 0;
}
