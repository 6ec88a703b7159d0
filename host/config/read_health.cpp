#include <fmt/format.h>

#include <limits>

#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

constexpr std::int64_t most_failures = std::numeric_limits<std::int32_t>::max();
constexpr const char* kinds = "port, tcp, http, exec, notify or healthcheck";

/// The object as it is written.
struct HealthKeys {
  Probes probes;
  std::optional<Duration> every;
  std::optional<std::int64_t> failures;
};

constexpr auto read_every = [](Reader& reader, const Place& place, const Json& value, HealthKeys& keys) {
  keys.every = reader.duration(place, value, 1);
};

/// A probe that counts from the begin of the attempt tells nothing of its health later.
constexpr std::array<Field<HealthKeys>, 9> health_fields{{
    {"port", [](Reader& reader, const Place& place, const Json& value,
                HealthKeys& keys) { read_probe_key("port", reader, place, value, keys.probes); }},
    {"tcp", [](Reader& reader, const Place& place, const Json& value,
               HealthKeys& keys) { read_probe_key("tcp", reader, place, value, keys.probes); }},
    {"http", [](Reader& reader, const Place& place, const Json& value,
                HealthKeys& keys) { read_probe_key("http", reader, place, value, keys.probes); }},
    {"exec", [](Reader& reader, const Place& place, const Json& value,
                HealthKeys& keys) { read_probe_key("exec", reader, place, value, keys.probes); }},
    {"notify", [](Reader& reader, const Place& place, const Json& value,
                  HealthKeys& keys) { read_probe_key("notify", reader, place, value, keys.probes); }},
    {"healthcheck",
     [](Reader& reader, const Place& place, const Json& value, HealthKeys& keys) {
       read_probe_key("healthcheck", reader, place, value, keys.probes);
     }},
    {"every", read_every},
    {"everyMs", read_every},
    {"failures",
     [](Reader& reader, const Place& place, const Json& value, HealthKeys& keys) {
       keys.failures = reader.whole_number(place, value, "failures", 1, most_failures);
     }},
}};

}  // namespace

std::optional<Health> read_health(Reader& reader, const Place& place, const Json& value) {
  if (!value.IsObject()) {
    reader.report_type(place, "an object", value,
                       fmt::format("its keys are a probe ({}), every and failures", kinds));
    return std::nullopt;
  }
  HealthKeys keys;
  read_object(reader, place, value, health_fields, keys);
  report_both_names(reader, place, value, "every", "everyMs");
  std::size_t written = 0;
  for (const Field<HealthKeys>& field : health_fields)
    written += is_probe_key(field.name) && reader.tree().find(value, field.name) != nullptr ? 1 : 0;
  if (written != 1)
    reader.report(place, written == 0 ? "no probe" : "more than one probe",
                  fmt::format("what tells its health is one of {}", kinds));
  if (written != 1 || keys.probes.empty()) return std::nullopt;
  Health health{.probe = std::move(keys.probes.front())};
  health.every = keys.every.value_or(health.every);
  if (keys.failures) health.failures = static_cast<std::size_t>(*keys.failures);
  return health;
}

}  // namespace dream::config
