#include "plan/plan.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/assert.hpp"

namespace dream {

namespace {

/// The attributes that a dependency entry can set.
struct Attributes {
  bool background = false;
  bool required = true;
  Duration delay{0};
};

struct HashOfStepId {
  std::size_t operator()(const StepId& id) const noexcept {
    const std::hash<std::string> hash;
    return hash(id.project) * 31 + hash(id.task);
  }
};

std::string milliseconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

/// What a later mention asks for and doesn't get; empty when it asks for the same.
std::string differences(const Attributes& mentioned, const Attributes& decided) {
  std::string text;
  const auto add = [&](const char* name, const std::string& asked, const std::string& got) {
    if (asked == got) return;
    if (!text.empty()) text += ", ";
    text += std::string(name) + " " + asked + " instead of " + got;
  };
  const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
  add("async", word(mentioned.background), word(decided.background));
  add("required", word(mentioned.required), word(decided.required));
  add("delay", milliseconds(mentioned.delay), milliseconds(decided.delay));
  return text;
}

/// Walks the dependencies depth first with a stack of its own: a chain may be longer than the program's
/// stack.
class Planner {
 public:
  Planner(const Workspace& workspace, const Request& request) : workspace_(workspace), request_(request) {
    plan_.recursive = request.recursive.value_or(is_recursive());
  }

  boost::system::result<Plan, PlanError> make() {
    enter(request_.id, nullptr);
    while (!path_.empty()) {
      Frame& last = path_.back();
      if (last.next == last.dependencies.size()) {
        leave();
        continue;
      }
      const Dependency& entry = last.dependencies[last.next++];
      const StepId id{entry.project, entry.task.empty() ? last.step.id.task : entry.task};
      const auto known = known_.find(id);
      if (entry.restart_with) last.restart_with.push_back(id);
      if (known == known_.end()) {
        enter(id, &entry);
      } else if (!known->second.place.has_value()) {
        return cycle(id, entry.where);
      } else {
        mention_again(known->second, entry);
      }
      if (refused_) return *refused_;
    }
    for (const Step& step : plan_.steps) {
      if (step.service && step.leftovers == Leftovers::keep) return service_that_keeps(step);
    }
    finish_requested(plan_.steps.back());
    return std::move(plan_);
  }

 private:
  /// A step that was mentioned; on the path until its dependencies are placed, then itself placed.
  struct Known {
    bool service = false;
    bool finally = false;
    SourceOffset where;     ///< the entry that brought it
    Attributes configured;  ///< without any dependency entry
    std::optional<StepIndex> place;
  };
  struct Frame {
    Step step;
    std::span<const Dependency> dependencies;
    std::size_t next = 0;
    std::vector<StepId> restart_with;
  };

  [[nodiscard]] bool is_recursive() const {
    return std::any_of(
        workspace_.recursive.begin(), workspace_.recursive.end(), [&](const RecursiveRule& rule) {
          return rule.project == request_.id.project &&
                 std::find(rule.tasks.begin(), rule.tasks.end(), request_.id.task) != rule.tasks.end();
        });
  }

  [[nodiscard]] std::span<const Dependency> dependencies_of(const StepId& id) const {
    const auto project = workspace_.dependencies.find(id.project);
    if (project == workspace_.dependencies.end()) return {};
    const auto task = project->second.find(id.task);
    if (task == project->second.end()) return {};
    return task->second.entries;
  }

  /// The one rule of precedence that settings_of_step doesn't know: a dependency entry beats the
  /// configuration. A service stays in the background whatever the entry says: nothing could ever come after
  /// it otherwise.
  [[nodiscard]] static Attributes attributes(const Known& known, const Dependency& entry) {
    return {known.service || entry.async.value_or(known.configured.background),
            entry.required.value_or(known.configured.required), entry.delay.value_or(known.configured.delay)};
  }

  void enter(const StepId& id, const Dependency* entry) {
    Step step = settings_of_step(workspace_, id);
    const bool finally = entry != nullptr && (entry->finally || path_.back().step.finally);
    const Attributes configured{step.background, step.required, step.delay};
    const Known& known =
        known_
            .emplace(id, Known{step.service, finally, entry == nullptr ? SourceOffset{} : entry->where,
                               configured, std::nullopt})
            .first->second;
    if (entry != nullptr) {
      const Attributes decided = attributes(known, *entry);
      step.background = decided.background;
      step.required = decided.required;
      step.delay = decided.delay;
      step.where = entry->where;
      step.releases_when_ready = step.ready_needed = waits_until_ready(*entry, step);
      step.ready_needed = step.ready_needed || keeps_what_becomes_ready(*entry, step);
    }
    if (finally) put_at_the_end(step);
    step.stop_grace = request_.stop_grace.value_or(step.stop_grace);
    const bool follow = plan_.recursive || path_.empty();
    const std::span<const Dependency> dependencies =
        follow ? dependencies_of(id) : std::span<const Dependency>{};
    path_.push_back({std::move(step), dependencies});
  }

  void leave() {
    const auto known = known_.find(path_.back().step.id);
    DREAM_ASSERT(known != known_.end());
    known->second.place = StepIndex{static_cast<std::uint32_t>(plan_.steps.size())};
    for (const StepId& with : path_.back().restart_with)
      path_.back().step.restart_with.push_back(*known_.at(with).place);
    plan_.steps.push_back(std::move(path_.back().step));
    path_.pop_back();
  }

  /// Its settings may be made for other runs, in which it isn't at the end.
  void put_at_the_end(Step& step) {
    constexpr Duration default_timeout = std::chrono::seconds(30);
    step.finally = true;
    if (!step.timeout) step.timeout = default_timeout;
    const char* misfit = nullptr;
    if (step.service)
      misfit = R"("service": true)";
    else if (step.background)
      misfit = R"("async": true)";
    else if (step.delay > Duration{0})
      misfit = "\"delay\"";
    if (misfit != nullptr)
      refused_ = PlanError{
          Error{ErrorCode::plan, to_string(step.id) + " runs at the end, in front, but has " + misfit, "",
                R"(take that away, or "finally": true)"},
          step.where,
          {}};
  }

  /// What runs at the end can't be needed before. What that needs itself may have run already.
  void check_end(const StepId& id, const Known& known, const Dependency& entry) {
    const bool inherited = path_.back().step.finally;
    if (known.finally ? entry.finally || inherited : !entry.finally) return;
    refused_ =
        PlanError{Error{ErrorCode::plan,
                        to_string(id) + R"( runs at the end ("finally"), and is needed before it, too)", "",
                        R"(write "finally": true in both entries or in none)"},
                  entry.where, known.where};
  }

  /// Whether the entry says so, of `step` that it names. What is in front is waited for until its end.
  [[nodiscard]] bool waits_until_ready(const Dependency& entry, const Step& step) {
    const WaitFor what = entry.wait_for.value_or(step.ready.empty() ? WaitFor::started : WaitFor::ready);
    if (what == WaitFor::started || !step.background) return false;
    if (step.ready.empty())
      refused_ = PlanError{Error{ErrorCode::plan,
                                 "the dependency waits until " + to_string(step.id) +
                                     " is ready, but nothing tells when it is",
                                 "", R"(write "ready" into its task's settings, or "waitFor": "started")"},
                           entry.where};
    return !step.ready.empty();
  }

  /// It is a daemon that gets ready, not the step that starts it.
  [[nodiscard]] static bool keeps_what_becomes_ready(const Dependency& entry, const Step& step) {
    return !step.background && step.leftovers == Leftovers::keep && !step.ready.empty() &&
           entry.wait_for != WaitFor::started;
  }

  /// The first mention decides what the next step of the list waits for; whoever names it again waits for
  /// what its own entry says.
  void mention_again(const Known& known, const Dependency& entry) {
    Step& step = plan_.steps[position(*known.place)];
    check_end(step.id, known, entry);
    const bool waits = waits_until_ready(entry, step) && !step.releases_when_ready;
    if (waits && !path_.back().step.finally) {
      step.ready_needed = true;
      std::vector<StepIndex>& after_ready = path_.back().step.after_ready;
      if (std::ranges::find(after_ready, *known.place) == after_ready.end())
        after_ready.push_back(*known.place);
    }
    std::string text = differences(attributes(known, entry), {step.background, step.required, step.delay});
    if (!text.empty()) plan_.ignored.push_back({*known.place, entry.where, std::move(text)});
  }

  [[nodiscard]] PlanError cycle(const StepId& id, SourceOffset where) const {
    std::string message = "the dependencies form a cycle: ";
    bool inside = false;
    for (const Frame& frame : path_) {
      inside = inside || frame.step.id == id;
      if (inside) message += to_string(frame.step.id) + " -> ";
    }
    message += to_string(id);
    return {Error{ErrorCode::plan, std::move(message), "", "remove one of these dependencies"}, where};
  }

  /// Written in two places of dream.json; in one it is an error of the file.
  [[nodiscard]] static PlanError service_that_keeps(const Step& step) {
    return {
        Error{ErrorCode::plan,
              to_string(step.id) + R"( is a service, and has "leftovers": "keep": it has nothing to keep)",
              "", R"(give it "leftovers": "end", or make it no service)"},
        step.where};
  }

  /// The run is made for this step: it is always waited for, so it is nobody's service.
  void finish_requested(Step& step) const {
    step.service = false;
    step.arguments = request_.arguments;
  }

  const Workspace& workspace_;
  const Request& request_;
  Plan plan_;
  std::vector<Frame> path_;
  std::optional<PlanError> refused_;
  std::unordered_map<StepId, Known, HashOfStepId> known_;
};

}  // namespace

boost::system::result<Plan, PlanError> make_plan(const Workspace& workspace, const Request& request) {
  return Planner(workspace, request).make();
}

}  // namespace dream
