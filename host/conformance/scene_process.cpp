#include "conformance/scene_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <system_error>

#include "base/text.hpp"
#include "base/write_all.hpp"
#include "conformance/call_trail.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"
#include "plugin/validate_options.hpp"

namespace dream::conformance {

namespace {

std::string answer_of(Played::How how, const std::string& reason) {
  for (const auto& [each, word] : answers) {
    if (each == how) return std::string(word) + printable(reason);
  }
  return printable(reason);
}

/// Whether the plugin's schema takes the options, as `dream` would ask it before a start.
std::string look_at_options(const Subject& subject) {
  Findings findings;
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return answer_of(Played::How::skipped, findings.skipped);
  const auto fit =
      plugin::validate_options(std::string(plugin::text_of(table.options_schema)), subject.options);
  if (fit || fit.error().code != ErrorCode::configuration) return answer_of(Played::How::kept, "");
  const Error& error = fit.error();
  return answer_of(Played::How::broken, error.where + (error.where.empty() ? "" : ": ") + error.message +
                                            (error.hint.empty() ? "" : " (" + error.hint + ")"));
}

std::string play(const Rule& rule, const Subject& subject) {
  Findings findings;
  rule.scenario(subject, findings);
  for (const SeenFault& seen : findings.faults) {
    if (seen.fault == rule.fault) return answer_of(Played::How::broken, seen.text);
  }
  if (!findings.skipped.empty()) {
    return answer_of(findings.unstarted ? Played::How::unstarted : Played::How::skipped, findings.skipped);
  }
  return answer_of(Played::How::kept, "");
}

}  // namespace

std::filesystem::path said_file(const Subject& subject) {
  return subject.folder / "said";
}
std::filesystem::path trail_file(const Subject& subject) {
  return subject.folder / "trail";
}
void keep_no_trail(const Subject& subject) {
  std::error_code ignored;
  std::filesystem::remove(trail_file(subject), ignored);
}

bool has_children() {
  siginfo_t child{};
  return ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0;
}

std::string order_words(std::uint64_t seed, const std::string& steps) {
  return fmt::format("with --seed {}, after: {}", seed, steps.empty() ? "nothing" : steps);
}

void check_one_rule(const std::vector<std::string>& arguments) {
  constexpr std::size_t count = 7;
  if (arguments.size() != count) std::_Exit(2);
  // Who waits for the answer ends what is left when its own caller is gone; without it this process must not
  // stay, whatever the plugin does.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (std::to_string(::getppid()) != arguments[6]) std::_Exit(2);
  // What the plugin starts must not keep the answer's pipe open.
  ::fcntl(answer_descriptor, F_SETFD, FD_CLOEXEC);
  const Subject subject{arguments[1], arguments[2], arguments[3],
                        std::strtoull(arguments[4].c_str(), nullptr, 10),
                        std::chrono::microseconds(std::strtoll(arguments[5].c_str(), nullptr, 10))};
  keep_trail_in(trail_file(subject));
  const Rule* rule = find_rule(arguments[0]);
  if (rule == nullptr && arguments[0] != options_check) std::_Exit(2);
  const std::string answer = rule == nullptr ? look_at_options(subject) : play(*rule, subject);
  static_cast<void>(write_all(answer_descriptor, answer));
  std::_Exit(0);  // threads of the plugin may live on
}

}  // namespace dream::conformance
