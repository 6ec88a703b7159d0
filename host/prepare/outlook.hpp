#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/executable.hpp"
#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "prepare/prepared_step.hpp"
#include "prepare/workspace.hpp"

/// What can be known of a step's start before anything runs.
namespace dream::prepare {

/// What starting a step would run, or why it can't be started; neither when that isn't known.
struct Outlook {
  std::string line;              ///< one line, as its executor describes it
  std::optional<Error> problem;  ///< what start would fail with
  /// A step before it could change that: it is judged when its turn comes.
  bool may_change = false;
  /// dream's exit code where the problem is why nothing is run.
  int exit_code = 0;
};

/// Asks the executors, as a start would, and looks for programs; starts nothing. Each program is looked for
/// once.
class Outlooks {
 public:
  /// All must outlive it. `alone`: those that no step runs before; by default the first of the plan.
  Outlooks(const Plan& plan, const LoadedWorkspace& loaded, plugin::Registry& registry,
           std::vector<bool> alone = {true})
      : plan_(plan), loaded_(loaded), registry_(registry), alone_(std::move(alone)) {}

  [[nodiscard]] Outlook of(const PreparedStep& prepared);

 private:
  /// With the values of variables that are nobody's business.
  [[nodiscard]] Outlook unmasked(const PreparedStep& prepared);
  [[nodiscard]] Outlook of_problem(StepIndex index, Error error) const;
  [[nodiscard]] bool comes_later(StepIndex step) const {
    return position(step) >= alone_.size() || !alone_[position(step)];
  }
  [[nodiscard]] bool has_files_to_come(const PreparedStep& prepared) const;
  [[nodiscard]] bool lacks_its_tool(const Step& step) const;
  struct Program {
    Result<Executable> file;
    std::string lacks = {};  ///< what a script can't be started without
  };
  [[nodiscard]] const Program& find_program(const PreparedStep& prepared);
  [[nodiscard]] bool is_in_workspace(const PreparedStep& prepared, const std::string& path) const;
  [[nodiscard]] bool may_appear(const PreparedStep& prepared) const;

  const Plan& plan_;
  const LoadedWorkspace& loaded_;
  plugin::Registry& registry_;
  std::vector<bool> alone_;
  /// By program, folder and environment, which most steps share.
  std::map<std::tuple<std::string, std::string, SharedEnvironment>, Program> programs_;
};

/// Why nothing of a plan is run: required steps that can't be started, which no step before them could
/// change.
struct Refusal {
  std::vector<std::pair<StepIndex, Error>> steps;
  int exit_code = 0;  ///< of the first
};
[[nodiscard]] std::optional<Refusal> refusal_of(const Plan& plan, const std::vector<PreparedStep>& steps,
                                                const LoadedWorkspace& loaded, plugin::Registry& registry);

}  // namespace dream::prepare
