#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json_builder.hpp"
#include "control/json.hpp"
#include "plan/plan.hpp"

namespace dream::control {

/// What a run says of itself to whoever connects, and at the begin of its record.
struct RunInfo {
  std::string dream;  ///< its version
  std::string run;    ///< its id
  int pid = 0;
  std::string root;  ///< real_root() of its workspace
  std::vector<std::string> requested;
  std::vector<std::string> profiles;  ///< Plan::profiles
  std::int64_t started_ms = 0;        ///< since 1970

  /// The begin of its id, for people: enough for --run.
  static constexpr std::size_t short_size = 8;
  [[nodiscard]] std::string short_id() const { return run.substr(0, short_size); }
};

/// A workspace's folder without the links on the way to it: whoever reached it by another path means the same
/// runs. Printable, as it goes through JSON.
[[nodiscard]] std::string real_root(const std::filesystem::path& root);

/// Of this program's run of a plan, which begins now.
[[nodiscard]] RunInfo info_of(const Plan& plan, std::string session, const std::filesystem::path& root);

void add_members(JsonLine& json, const RunInfo& run);

/// None: it is of another version.
[[nodiscard]] std::optional<RunInfo> run_info_in(const Json& object);

}  // namespace dream::control
