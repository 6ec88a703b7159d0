#include "cli/since.hpp"

#include <chrono>
#include <ctime>
#include <optional>

#include "base/duration_text.hpp"
#include "base/text.hpp"

namespace dream::cli {

namespace {

std::optional<std::int64_t> moment_of(std::string text) {
  const bool is_utc = text.ends_with('Z');
  if (is_utc) text.pop_back();
  for (const char* form :
       {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    std::tm fields{};
    fields.tm_isdst = -1;
    const char* end = ::strptime(text.c_str(), form, &fields);
    if (end == nullptr || *end != '\0') continue;
    const int day = fields.tm_mday;
    const std::time_t moment = is_utc ? ::timegm(&fields) : std::mktime(&fields);
    if (fields.tm_mday != day) return std::nullopt;  // that month has no such day
    return std::int64_t{1000} * moment;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t milliseconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Result<std::int64_t> parse_since(std::string_view text, std::int64_t now_ms) {
  if (const Result<Duration> ago = parse_duration(text)) return now_ms - *ago / std::chrono::milliseconds(1);
  if (const auto moment = moment_of(std::string(text))) return *moment;
  return Error{ErrorCode::usage,
               in_quotes(text) + " is no time",
               {},
               "how long ago: 5m, 30s, 1h30m; or when: 2026-11-29T07:00"};
}

std::string local_time(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm fields{};
  std::string text(32, '\0');
  if (::localtime_r(&seconds, &fields) == nullptr) return "?";
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &fields));
  return text;
}

}  // namespace dream::cli
