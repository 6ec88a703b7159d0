#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

constexpr std::int64_t most_restarts = std::numeric_limits<std::int32_t>::max();
constexpr const char* causes = R"("no", "failure" or "always")";

std::optional<Restart::On> cause_of(const Json& value) {
  using On = Restart::On;
  constexpr std::array<std::pair<std::string_view, On>, 4> words{
      {{"no", On::no}, {"failure", On::failure}, {"on-failure", On::failure}, {"always", On::always}}};
  for (const auto& [word, on] : words) {
    if (value.IsString() && text_of(value) == word) return on;
  }
  return std::nullopt;
}

/// The object as it is written.
struct RestartKeys {
  Restart::On on = Restart::On::failure;
  std::optional<std::int64_t> max;
  std::optional<Duration> window;
  std::optional<Duration> delay;
  std::optional<Duration> max_delay;
};

/// A time, whichever of its two names it has.
template <auto member, int minimum>
void set(Reader& reader, const Place& place, const Json& value, RestartKeys& keys) {
  keys.*member = reader.duration(place, value, minimum);
}

constexpr std::array<Field<RestartKeys>, 8> restart_fields{{
    {"on",
     [](Reader& reader, const Place& place, const Json& value, RestartKeys& keys) {
       if (const auto on = cause_of(value)) {
         keys.on = *on;
       } else {
         reader.report_type(place, causes, value);
       }
     }},
    {"max",
     [](Reader& reader, const Place& place, const Json& value, RestartKeys& keys) {
       keys.max = reader.whole_number(place, value, "restarts", 0, most_restarts,
                                      value.IsNumber() && value.GetDouble() < 0 ? "0 is no limit" : "");
     }},
    {"window", set<&RestartKeys::window, 1>},
    {"delay", set<&RestartKeys::delay, 0>},
    {"maxDelay", set<&RestartKeys::max_delay, 0>},
    {"windowMs", set<&RestartKeys::window, 1>},
    {"delayMs", set<&RestartKeys::delay, 0>},
    {"maxDelayMs", set<&RestartKeys::max_delay, 0>},
}};

const Member* either(const Reader& reader, const Json& value, const char* name, const char* with_unit) {
  const Member* found = reader.tree().find(value, name);
  return found != nullptr ? found : reader.tree().find(value, with_unit);
}

}  // namespace

void report_both_names(Reader& reader, const Place& place, const Json& value, const char* name,
                       const char* other_name) {
  const Member* second = value.IsObject() ? reader.tree().find(value, other_name) : nullptr;
  if (second == nullptr || reader.tree().find(value, name) == nullptr) return;
  reader.report(Place(place, second->name), fmt::format(R"("{}" is "{}" once more)", other_name, name),
                "remove one of them");
}

std::optional<Restart> read_restart(Reader& reader, const Place& place, const Json& value) {
  if (!value.IsObject()) {
    if (const auto on = cause_of(value)) return Restart{.on = *on};
    reader.report_type(place, fmt::format("{}, or an object", causes), value,
                       "the keys of the object are on, max, window, delay and maxDelay");
    return std::nullopt;
  }
  RestartKeys keys;
  read_object(reader, place, value, restart_fields, keys);
  for (const auto& [name, with_unit] :
       {std::pair("window", "windowMs"), std::pair("delay", "delayMs"), std::pair("maxDelay", "maxDelayMs")})
    report_both_names(reader, place, value, name, with_unit);
  Restart restart{.on = keys.on};
  if (keys.max) restart.max = static_cast<std::size_t>(*keys.max);
  restart.window = keys.window.value_or(restart.window);
  restart.delay = keys.delay.value_or(restart.delay);
  // Whoever wants a longer first pause doesn't want it cut.
  restart.max_delay = keys.max_delay.value_or(std::max(restart.max_delay, restart.delay));
  if (restart.max_delay < restart.delay) {
    const Member* longest = either(reader, value, "maxDelay", "maxDelayMs");
    reader.report(
        Place(place, longest->name),
        fmt::format("the longest pause, {} ms, is shorter than the first, {} ms",
                    std::chrono::duration_cast<std::chrono::milliseconds>(restart.max_delay).count(),
                    std::chrono::duration_cast<std::chrono::milliseconds>(restart.delay).count()),
        "raise it, or set a shorter \"delay\"");
  }
  return restart;
}

}  // namespace dream::config
