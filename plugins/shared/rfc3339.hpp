#pragma once

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

namespace dream::plugins {

/// Seconds since 1970 of "2026-11-29T10:54:38.846476339Z"; 0 of anything else.
[[nodiscard]] inline std::int64_t seconds_of(const std::string& time) {
  std::tm parts{};
  constexpr int fields = 6;
  if (std::sscanf(time.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != fields)
    return 0;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return ::timegm(&parts);
}

}  // namespace dream::plugins
