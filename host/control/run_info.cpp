#include "control/run_info.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "output/outcome_json.hpp"

namespace dream::control {

std::string real_root(const std::filesystem::path& root) {
  std::error_code failure;
  const std::filesystem::path real = std::filesystem::canonical(root, failure);
  return printable((failure ? root : real).string());
}

RunInfo info_of(const Plan& plan, std::string session, const std::filesystem::path& root) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  RunInfo run{.dream = DREAM_VERSION,
              .run = std::move(session),
              .pid = ::getpid(),
              .root = real_root(root),
              .started_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
  for (const Step& step : plan.steps)
    if (step.requested || &step == &plan.steps.back()) run.requested.push_back(to_string(step.id));
  return run;
}

std::string members_of(const RunInfo& run) {
  return fmt::format(R"("dream":{},"v":1,"run":{},"pid":{},"root":{},"requested":{},"startedMs":{})",
                     json_string(run.dream), json_string(run.run), run.pid, json_string(run.root),
                     output::texts_json(run.requested), run.started_ms);
}

std::optional<RunInfo> run_info_in(const Json& object) {
  if (number_at(object, "v") != 1) return std::nullopt;
  RunInfo run{.dream = text_at(object, "dream"),
              .run = text_at(object, "run"),
              .pid = static_cast<int>(number_at(object, "pid")),
              .root = text_at(object, "root"),
              .requested = texts_at(object, "requested"),
              .started_ms = number_at(object, "startedMs")};
  return run;
}

}  // namespace dream::control
