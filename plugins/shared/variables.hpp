#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace dream::plugins {

/// The value of a variable of dream's own environment.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process.
[[nodiscard]] inline Variables own_lookup() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody writes it
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

/// Its value; `fallback` when it has none, or an empty one.
[[nodiscard]] inline std::string value_or(const Variables& variables, const std::string& name,
                                          std::string fallback) {
  std::optional<std::string> value = variables(name);
  return value && !value->empty() ? *std::move(value) : std::move(fallback);
}

}  // namespace dream::plugins
