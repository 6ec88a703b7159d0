#pragma once

#include <iterator>
#include <utility>

#include "config/reader.hpp"
#include "plan/workspace.hpp"

/// One function for each part of dream.json; docs/configuration.md is their table of contents.
namespace dream::config {

/// `tasks.T` and `projects.P.tasks.T`.
void read_task(Reader& reader, const Place& place, const Json& value, TaskSettings& task);
/// `tasks` and `projects.P.tasks`.
void read_tasks(Reader& reader, const Place& place, const Json& value,
                std::map<std::string, TaskSettings, std::less<>>& tasks);
/// `command`.
[[nodiscard]] std::optional<Command> read_command(Reader& reader, const Place& place, const Json& value);
/// `ready`.
[[nodiscard]] Probes read_ready(Reader& reader, const Place& place, const Json& value);
/// Reports that an object has a key under both of its names.
void report_both_names(Reader& reader, const Place& place, const Json& value, const char* name,
                       const char* other_name);
/// `restart`.
[[nodiscard]] std::optional<Restart> read_restart(Reader& reader, const Place& place, const Json& value);
/// Whether this key of `ready` or `health` is a probe.
[[nodiscard]] bool is_probe_key(std::string_view key);
/// One probe, by its key in an object. Nothing is added to `probes` if the value was reported.
void read_probe_key(std::string_view key, Reader& reader, const Place& place, const Json& value,
                    Probes& probes);
/// `health`.
[[nodiscard]] std::optional<Health> read_health(Reader& reader, const Place& place, const Json& value);
/// `http` of a probe.
void read_http(Reader& reader, const Place& place, const Json& value, Probes& probes);
/// "{port:NAME}" where the number of a port is written: its name; none: it is none.
[[nodiscard]] std::optional<std::string> port_name_in(std::string_view text);
/// The number of a port.
[[nodiscard]] std::optional<std::uint16_t> port_of(std::string_view digits);
/// `waitFor`.
[[nodiscard]] std::optional<WaitFor> read_wait_for(Reader& reader, const Place& place, const Json& value);
/// `env`.
[[nodiscard]] Environment read_environment(Reader& reader, const Place& place, const Json& value);
/// `ports`.
[[nodiscard]] std::vector<Port> read_ports(Reader& reader, const Place& place, const Json& value);
/// `projects`.
void read_projects(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `executors`.
void read_executors(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `workspace`.
void read_dependencies(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `recursive`.
void read_recursive(Reader& reader, const Place& place, const Json& value, Workspace& workspace);

/// try_emplace for keys that mostly come in the order of the map, as those of a sorted file do: `hint` is
/// where the next one is expected. The second is whether it is new.
template <class Map, class... Value>
auto emplace_in_order(Map& map, typename Map::iterator& hint, std::string key, Value&&... value) {
  const std::size_t size = map.size();
  const auto entry = map.try_emplace(hint, std::move(key), std::forward<Value>(value)...);
  hint = std::next(entry);
  return std::pair(entry, map.size() > size);
}

/// Reports that the key of `place` names the same project as an earlier key of the same object, unless it is
/// the same key, which is reported for every object.
void report_second_spelling(Reader& reader, const Place& place, const Json& object,
                            const std::string& project);
/// Reports a glob that means something else than it seems: `**` beside other characters of a segment, or what
/// is one elsewhere.
[[nodiscard]] bool is_good_glob(Reader& reader, const Place& place, std::string_view pattern);
/// Reports a glob where only one project can stand.
[[nodiscard]] bool is_no_glob(Reader& reader, const Place& place, std::string_view project);

}  // namespace dream::config
