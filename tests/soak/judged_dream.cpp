// judged_dream TASK…: dream, every turn of which the simulation's oracle judges. At the first broken promise
// it writes the plan and all turns to stderr, and exits with 86.

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/write_all.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/commands/run_watched.hpp"
#include "cli/terminal.hpp"
#include "prepare/workspace.hpp"
#include "process/start_cleaner.hpp"
#include "record/run_record.hpp"
#include "simulation/oracle.hpp"
#include "simulation/trace.hpp"

namespace dream::soak {

namespace {

constexpr int exit_broken_promise = 86;

class Judge : public cli::RunWatcher {
 public:
  bool owns_run() const override { return false; }

  bool wants(const Plan& plan, const prepare::LoadedWorkspace& /*loaded*/) override {
    oracle_.emplace(plan, engine::Limits{});
    trace_ = simulation::describe(plan);
    return true;
  }

  void begin(runtime::Session& /*session*/, Clock& /*clock*/, runtime::Driver& driver) override {
    driver.judge_by([this](Instant now, const engine::Event& event, std::span<const engine::Action> actions,
                           const engine::Engine& engine) {
      trace_ += simulation::describe_turn(now, event, actions);
      oracle_->judge(now, event, actions, engine);
      if (!oracle_->complaint().empty()) give_up(oracle_->complaint());
    });
  }

  void end() override {
    if (!oracle_->finished()) give_up("every run comes to its end");
  }

  int tell(int exit_code) override { return exit_code; }

 private:
  [[noreturn]] void give_up(const std::string& complaint) const {
    static_cast<void>(write_all(STDERR_FILENO, trace_ + "BROKEN: " + complaint + "\n"));
    ::_exit(exit_broken_promise);
  }

  std::optional<simulation::Oracle> oracle_;
  std::string trace_;
};

int run(int argument_count, const char* const* arguments) {
  if (argument_count > 2 && std::string_view(arguments[1]) == process::cleaner_argument)
    return record::reap_run(arguments[2], prepare::plugin_search_path({}, false));
  const auto parsed = cli::parse_command_line(argument_count, arguments);
  const auto* invocation = parsed ? std::get_if<cli::Invocation>(&*parsed) : nullptr;
  if (invocation == nullptr || invocation->command->name != "run") {
    cli::complain("judged_dream runs tasks, and does nothing else");
    return cli::exit_nothing_run;
  }
  Judge judge;
  return cli::run_watched(invocation->options, &judge);
}

}  // namespace

}  // namespace dream::soak

int main(int argument_count, char** arguments) {
  return dream::soak::run(argument_count, arguments);
}
