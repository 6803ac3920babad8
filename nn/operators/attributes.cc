#include "nn/operators/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

const Attribute* Attributes::Find(std::string_view name) {
  const std::vector<Attribute>& all = node_.node().attributes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name != name) continue;
    read_[i] = true;
    return &all[i];
  }
  return nullptr;
}

template <typename T>
T Attributes::Read(std::string_view name, T fallback, std::string_view type) {
  const Attribute* attribute = Find(name);
  if (attribute == nullptr) return fallback;
  if (const T* value = std::get_if<T>(&attribute->value)) return *value;
  status_.Update(node_.Invalid(fmt::format("attribute '{}' must be {}", name, type)));
  return fallback;
}

std::int64_t Attributes::Int(std::string_view name, std::int64_t fallback) {
  return Read<std::int64_t>(name, fallback, "an integer");
}

float Attributes::Float(std::string_view name, float fallback) {
  const auto value = Read<float>(name, fallback, "a float");
  if (std::isfinite(value)) return value;
  status_.Update(node_.Invalid(fmt::format("attribute '{}' is not a finite number", name)));
  return fallback;
}

float Attributes::AnyFloat(std::string_view name, float fallback) {
  return Read<float>(name, fallback, "a float");
}

std::string Attributes::Text(std::string_view name, std::string fallback) {
  return Read<std::string>(name, std::move(fallback), "a string");
}

std::vector<std::int64_t> Attributes::Ints(std::string_view name,
                                           std::vector<std::int64_t> fallback) {
  return Read<std::vector<std::int64_t>>(name, std::move(fallback), "a list of integers");
}

std::vector<float> Attributes::Floats(std::string_view name) {
  auto values = Read<std::vector<float>>(name, {}, "a list of floats");
  if (std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) return values;
  status_.Update(
      node_.Invalid(fmt::format("attribute '{}' has a number that is not finite", name)));
  return {};
}

std::vector<std::string> Attributes::Texts(std::string_view name) {
  return Read<std::vector<std::string>>(name, {}, "a list of texts");
}

ConstantPtr Attributes::Tensor(std::string_view name) {
  return Read<ConstantPtr>(name, nullptr, "a tensor");
}

bool Attributes::Has(std::string_view name) const {
  return std::ranges::any_of(node_.node().attributes,
                             [name](const Attribute& a) { return a.name == name; });
}

void Attributes::Ignore(std::string_view name) { Find(name); }

absl::Status Attributes::Done() const {
  if (!status_.ok()) return status_;
  for (std::size_t i = 0; i < read_.size(); ++i) {
    if (read_[i]) continue;
    return node_.Unsupported(
        fmt::format("attribute {} is not known", Quote(node_.node().attributes[i].name)));
  }
  return absl::OkStatus();
}

}  // namespace biglittle::nn
