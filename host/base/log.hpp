#pragma once

#include <cstdint>
#include <string_view>

namespace dream {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// dream's own words, for people. The one that is passed down decides where they go (spdlog, on stderr);
/// `enabled` lets a caller skip the work of making a message that nobody would see.
class Log {
 public:
  virtual ~Log() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view message) = 0;

  /// Makes the message only when debug is on.
  template <class MakeMessage>
  void debug(MakeMessage&& make) {
    if (enabled(LogLevel::debug)) write(LogLevel::debug, make());
  }
};

}  // namespace dream
