#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "plan/workspace.hpp"

namespace dream {

/// The place of a barrier in its plan, from 0.
enum class BarrierIndex : std::uint32_t {};

[[nodiscard]] constexpr std::size_t position(BarrierIndex index) noexcept {
  return static_cast<std::size_t>(index);
}

/// A point of the plan that is passed when some steps have released those after them: the end of a group.
struct Barrier {
  std::vector<StepIndex> steps;
  std::vector<StepIndex> until_start;  ///< others, whose start is enough: they release when they are ready
  std::optional<BarrierIndex> after;   ///< an earlier one that must be passed, too
};

/// One task of one project, with every attribute decided. What the engine and the executors need, and nothing
/// of JSON.
struct Step {
  StepId id;
  bool background = false;  ///< `async: true`, or a service
  bool required = true;
  bool service = false;    ///< never of a requested step: that one is always waited for
  bool requested = false;  ///< the last one is; several may be
  bool gathers = false;    ///< `command: null`: it has no process, and succeeds when its turn comes
  /// Of one that gathers: it is declared a service, and lasts as such; requested, until the last service has
  /// ended.
  bool lasts = false;
  /// Runs in front when every step has ended that is neither like this nor a service; never of the last.
  bool finally = false;
  bool pty = true;
  std::optional<StandardInput> standard_input;  ///< unset: as input_of() has it
  bool interactive = false;                     ///< it reads from its terminal, where `ctl attach` types
  Leftovers leftovers = Leftovers::end;         ///< `keep` never of a service
  Duration delay{0};
  std::optional<Duration> timeout;
  Duration stop_grace = std::chrono::milliseconds(5000);
  SuccessCodes success_codes;
  Probes ready;  ///< none: nothing tells
  Duration ready_timeout = std::chrono::minutes(5);
  /// The next step waits until this one, in the background, is ready. Otherwise until it was started.
  bool releases_when_ready = false;
  /// Some step waits for that: not to become ready in time, or at all, is a failure. In front only where what
  /// it leaves running is kept, and is what becomes ready: it has ended when it has ended and is ready.
  bool ready_needed = false;
  std::vector<StepIndex> after_ready;  ///< steps before it that must be ready, whatever the list waits for
  /// Steps before it that it can't do without: its own dependencies, and, of dependencies that the plan left
  /// out, theirs. What those need in turn is theirs to tell.
  std::vector<StepIndex> needs;
  std::optional<BarrierIndex> after;  ///< unless the plan is a list: what it waits for; none: the begin
  /// Steps before it in the background: when another attempt of one is ready, this step is restarted.
  std::vector<StepIndex> restart_with;
  Restart restart;
  std::optional<Health> health;
  std::optional<int> stop_signal;  ///< none: SIGINT where that is what stops the run, else SIGTERM
  StopTo stop_to = StopTo::tree;
  std::string executor = "shell";
  std::optional<Command> command;
  std::vector<std::string> arguments;   ///< after `--`; of requested steps only
  std::vector<OptionsPointer> options;  ///< lowest precedence first
  Environment env;                      ///< project's, then task's; later wins
  std::vector<std::string> env_files;   ///< below `env`; relative to the project's folder
  std::vector<Port> ports;              ///< one of each name
  SourceOffset where;                   ///< the dependency entry it comes from; none: the request
};

/// Whether it is to say something on its NOTIFY_SOCKET.
[[nodiscard]] inline bool notifies(const Step& step) {
  return has_probe<NotifyProbe>(step.ready) ||
         (step.health && std::holds_alternative<NotifyProbe>(step.health->probe));
}

/// What the step reads where it hasn't dream's own stdin: in the background nothing comes, and no end either.
[[nodiscard]] inline StandardInput input_of(const Step& step) {
  return step.standard_input.value_or(step.background ? StandardInput::open : StandardInput::empty);
}

/// What starts another attempt of the step: in the foreground, nothing but a failure.
[[nodiscard]] inline Restart::On restarted_on(const Step& step) {
  return step.background || step.restart.on == Restart::On::no ? step.restart.on : Restart::On::failure;
}

/// A later mention of a step, whose other attributes have no effect.
struct IgnoredMention {
  StepIndex step{};
  SourceOffset where;
  std::string differences;  ///< "async true instead of false, delay 2000 ms instead of 0 ms"
};

/// A dependency that is no step of the plan, since none of its profiles is asked for.
struct LeftOut {
  StepId id;
  std::vector<std::string> profiles;
  SourceOffset where;  ///< the entry that names it
};

/// The steps of one invocation, in the order in which a single job runs them. Whatever a step waits for
/// stands before it.
struct Plan {
  std::vector<Step> steps;
  std::vector<IgnoredMention> ignored;
  std::vector<LeftOut> left_out;
  std::vector<std::string> profiles;  ///< that were asked for and that tasks have, sorted; "*": all
  StopOrder stop_order = StopOrder::reverse;
  bool recursive = false;
  bool is_list = true;  ///< each step waits for the one before it; else for its barrier (Step::after)
  std::vector<Barrier> barriers;  ///< each after those that it waits for; none in a list
  std::size_t jobs = 1;           ///< so many steps run in front at once
  Jobserver jobserver = Jobserver::pipe;
  bool shares_front = false;  ///< more than one may
  bool keep_going = false;    ///< a required failure stops only those that need the step
  bool caller_waits = false;  ///< somebody waits until all is up, and goes (`--detach`)
};

[[nodiscard]] inline std::vector<std::string> ids_of(const Plan& plan, std::span<const StepIndex> steps) {
  std::vector<std::string> ids;
  ids.reserve(steps.size());
  for (const StepIndex step : steps) ids.push_back(to_string(plan.steps[position(step)].id));
  return ids;
}

/// The steps that were asked for, of a plan with steps.
[[nodiscard]] inline std::vector<std::string> requested_ids(const Plan& plan) {
  std::vector<std::string> requested;
  for (const Step& step : plan.steps)
    if (step.requested || &step == &plan.steps.back()) requested.push_back(to_string(step.id));
  return requested;
}

/// What was typed.
struct Request {
  std::vector<StepId> ids;             ///< at least one; the projects normalised
  std::optional<bool> recursive;       ///< --recursive / --no-recursive; unset: the configuration decides
  std::optional<Duration> stop_grace;  ///< --grace
  std::vector<std::string> arguments;  ///< after `--`
  std::size_t jobs = 1;                ///< --jobs, or as many as there are processors
  bool keep_going = false;             ///< --keep-going
  std::vector<std::string> profiles;   ///< that are asked for; "*": all
};

/// Why there is no plan: a cycle, shown whole (`./a:test -> ./b:test -> ./a:test`), or an entry that can't be
/// as it is. An Error{plan} whose own `where` is empty.
struct PlanError {
  Error error;
  SourceOffset where;  ///< the entry that closes the cycle, or can't be
  SourceOffset also;   ///< the entry that it contradicts, if there is one
};

/// What projects say themselves: their manifests (package.json, deno.json) and tasks. Asked for entries that
/// are `"^"`, and for those of patterns that name no project.
class Manifests {
 public:
  Manifests() = default;
  Manifests(const Manifests&) = delete;
  Manifests& operator=(const Manifests&) = delete;
  virtual ~Manifests() = default;
  /// The projects, normalised, that have `task` among those that `project` needs; of one that lacks it, those
  /// that it needs. In the order of the manifests, each once.
  [[nodiscard]] virtual Result<std::vector<std::string>> needed(const std::string& project,
                                                                const std::string& task) = 0;
  /// Neither dream.json gives the project's task a command, nor does its executor find one. False where that
  /// can't be told: whoever starts the step is then told why.
  [[nodiscard]] virtual bool lacks_task(const std::string& project, const std::string& task) = 0;
};

/// Resolves a request into its plan (docs/functional-specification.md, section 2). Several requested steps
/// are one group. Pure, but for `manifests` (nullptr: an entry `"^"` is an error, and no project lacks a
/// task). The work grows with the number of dependency entries, and so may their depth.
[[nodiscard]] boost::system::result<Plan, PlanError> make_plan(const Workspace& workspace,
                                                               const Request& request,
                                                               Manifests* manifests = nullptr);

/// Every attribute of one step as the configuration alone gives it, without a dependency entry. What stands
/// in projects[P].tasks[T] beats tasks[T], and that the project's own and the built-in. `options` of a layer
/// count only for the executor that is in force there.
[[nodiscard]] Step settings_of_step(const Workspace& workspace, const StepId& id);

/// `profiles` of a task, by the same precedence. None: it is in every plan that needs it.
[[nodiscard]] std::vector<std::string> profiles_of(const Workspace& workspace, const StepId& id);

/// Whether the dependencies of a task are one group: `group` of the task, by the same precedence.
[[nodiscard]] bool has_one_group(const Workspace& workspace, const StepId& id);

/// The executor of a task, given its project's settings (Workspace::settings_of; may be nullptr). Refers into
/// `workspace`.
[[nodiscard]] const std::string& executor_of(const Workspace& workspace, const ProjectSettings* project,
                                             const std::string& task);

}  // namespace dream
