#include "conformance/check.hpp"

#include <system_error>

#include "base/text.hpp"
#include "conformance/extensions.hpp"
#include "conformance/keeper.hpp"
#include "conformance/playground.hpp"
#include "conformance/stage.hpp"
#include "plugin/validate_options.hpp"

namespace dream::conformance {

namespace fs = std::filesystem;

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::crash:
      return "crash";
    case Verdict::skip:
      return "skip";
    case Verdict::warn:
      return "warn";
  }
  return "skip";
}

Result<std::vector<Checked>> check_plugin(const CheckRequest& request,
                                          const std::function<void(const Checked&)>& on_checked) {
  if (!request.only.empty() && find_rule(request.only) == nullptr) {
    std::vector<std::string> ids;
    for (const Rule& rule : rules()) ids.emplace_back(rule.id);
    const std::string nearest = nearest_name(request.only, ids);
    return Error{ErrorCode::usage,
                 "there is no rule \"" + printable(request.only) + "\"",
                 {},
                 nearest.empty() ? "the rules are " + join_words(ids) : "did you mean \"" + nearest + "\"?"};
  }
  std::error_code failure;
  if (!fs::exists(request.file, failure))
    return Error{ErrorCode::usage, "there is no such file", request.file.string(), {}};
  if (auto options = plugin::validate_options("", request.options); !options) {
    return Error{ErrorCode::usage, "that is not a JSON object", "--options",
                 R"(write it like --options '{"image": "busybox"}')"};
  }
  return check_in_keeper(request, on_checked);
}

Usage look_at_usage(const dream_plugin& table, const std::string& options) {
  Usage usage;
  if ((table.abilities & DREAM_PLUGIN_TELLS_READY) != 0)
    usage.abilities.emplace_back("tells when a task is ready");
  if ((table.abilities & DREAM_PLUGIN_RUNS_ELSEWHERE) != 0)
    usage.abilities.emplace_back("runs tasks elsewhere");
  for (const char* id : extension_ids) {
    if (table.extension != nullptr && table.extension(id) != nullptr) usage.extensions.emplace_back(id);
  }
  const Playground playground;
  const Subject subject{{}, playground.path(), options, 0};
  Findings findings;
  Stage stage(subject, table, findings);
  static_cast<void>(stage.create());
  const auto& asked = stage.host().asked_services();
  usage.services.assign(asked.begin(), asked.end());
  return usage;
}

}  // namespace dream::conformance
