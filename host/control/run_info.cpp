#include "control/run_info.hpp"

#include <unistd.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace dream::control {

std::string real_root(const std::filesystem::path& root) {
  std::error_code failure;
  const std::filesystem::path real = std::filesystem::canonical(root, failure);
  return printable((failure ? root : real).string());
}

RunInfo info_of(const Plan& plan, std::string session, const std::filesystem::path& root) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {.dream = DREAM_VERSION,
          .run = std::move(session),
          .pid = ::getpid(),
          .root = real_root(root),
          .requested = requested_ids(plan),
          .profiles = plan.profiles,
          .started_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

void add_members(JsonLine& json, const RunInfo& run) {
  json.member("dream", run.dream)
      .member("v", 1)
      .member("run", run.run)
      .member("pid", run.pid)
      .member("root", run.root)
      .member("requested", run.requested)
      .member("profiles", run.profiles)
      .member("startedMs", run.started_ms);
}

std::optional<RunInfo> run_info_in(const Json& object) {
  if (number_at(object, "v") != 1) return std::nullopt;
  RunInfo run{.dream = text_at(object, "dream"),
              .run = text_at(object, "run"),
              .pid = static_cast<int>(number_at(object, "pid")),
              .root = text_at(object, "root"),
              .requested = texts_at(object, "requested"),
              .profiles = texts_at(object, "profiles"),
              .started_ms = number_at(object, "startedMs")};
  return run;
}

}  // namespace dream::control
