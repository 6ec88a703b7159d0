#include "plan/plan.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/assert.hpp"
#include "plan/attributes.hpp"
#include "plan/entries.hpp"

namespace dream {

namespace {

using plan::Attributes;
using plan::Entries;
using plan::Followed;
using plan::HashOfStepId;

/// Walks the dependencies depth first with a stack of its own: a chain may be longer than the program's
/// stack.
class Planner {
 public:
  Planner(const Workspace& workspace, const Request& request, Manifests* manifests)
      : workspace_(workspace),
        request_(request),
        manifests_(manifests),
        may_have_groups_(workspace.has_groups || request.ids.size() > 1) {
    DREAM_ASSERT(!request.ids.empty());
    const auto recursive = [this](const StepId& id) {
      return request_.recursive.value_or(plan::is_recursive(workspace_, id));
    };
    plan_.recursive = std::ranges::any_of(request.ids, recursive);
    follows_all_ = std::ranges::all_of(request.ids, recursive);
    plan_.keep_going = request.keep_going;
    const bool at_once = request.stop_grace == Duration(0);
    plan_.stop_order = at_once ? StopOrder::all : workspace.stop_order;
    plan_.jobserver = workspace.jobserver;
    asked_profiles_.insert(request.profiles.begin(), request.profiles.end());
    for (const StepId& id : request.ids) {
      const std::vector<std::string> own = profiles_of(workspace, id);
      asked_profiles_.insert(own.begin(), own.end());
    }
  }

  boost::system::result<Plan, PlanError> make() {
    if (!follows_all_) find_followed();
    for (const StepId& id : request_.ids) {
      ask_for(id);
      while (!path_.empty() && !refused_) advance();
      if (refused_) return *refused_;
    }
    for (const Step& step : plan_.steps) {
      if (step.service && step.leftovers == Leftovers::keep) return plan::service_that_keeps(step);
    }
    for (const StepId& id : unfollowed_) add_needs_of_unfollowed(id);
    decide_order();
    return std::move(plan_);
  }

 private:
  /// A step that was mentioned; on the path until its dependencies are placed, then itself placed.
  struct Known {
    bool service = false;
    bool finally = false;
    SourceOffset where;       ///< the entry that brought it
    Attributes configured;    ///< without any dependency entry
    bool by_request = false;  ///< and no entry: the first one decides
    std::optional<StepIndex> place;
  };
  /// How far the dependencies of a step are followed.
  struct Reached {
    Followed followed = Followed::none;
    bool recursive = false;  ///< and all of these
  };
  struct Frame {
    Step step;
    Entries entries;
    std::size_t next = 0;
    std::vector<StepId> restart_with;
    // the group whose entries are being placed
    Barrier group;
    bool group_is_new = false;  ///< one of it waits for `step.after`
    std::size_t fronts = 0;     ///< so many of it run in front, or have brought what does
    bool brings_front = false;  ///< some step that it has brought runs in front
  };

  // ---- which steps' dependencies are followed

  /// Where not all is recursive: what a step leads to is the same, whoever brings it first.
  void find_followed() {
    std::vector<StepId> waiting;
    const auto reach = [&](StepId id, const Reached& how) {
      Reached& known = reached_[id];
      if (how.followed <= known.followed && how.recursive <= known.recursive) return;
      known = {std::max(known.followed, how.followed), known.recursive || how.recursive};
      waiting.push_back(std::move(id));
    };
    for (const StepId& id : request_.ids)
      reach(id, {Followed::all, request_.recursive.value_or(plan::is_recursive(workspace_, id))});
    while (!waiting.empty()) {
      const StepId id = std::move(waiting.back());
      waiting.pop_back();
      const Reached how = reached_[id];
      const auto entries = plan::entries_of(workspace_, id, how.followed, manifests_);
      if (!entries) continue;  // the walk will say it
      for (const Dependency& entry : entries->all()) {
        if (how.recursive)
          reach(plan::named_by(entry, id), how);
        else if (entry.by_manifest)
          reach(plan::named_by(entry, id), {Followed::by_manifest});
      }
    }
  }

  [[nodiscard]] Followed how_followed(const StepId& id) const {
    if (follows_all_) return Followed::all;
    const auto reached = reached_.find(id);
    return reached == reached_.end() ? Followed::none : reached->second.followed;
  }

  // ---- the walk

  void ask_for(const StepId& id) {
    const auto known = known_.find(id);
    if (known == known_.end()) return enter(id, nullptr);
    Step& step = plan_.steps[position(*known->second.place)];
    if (known->second.finally) refused_ = plan::requested_and_at_the_end(id, known->second.where);
    make_requested(step);
  }

  void advance() {
    Frame& last = path_.back();
    if (last.next == last.entries.all().size()) return leave();
    const Dependency& entry = last.entries.all()[last.next++];
    if (!entry.joins) close_group(last);
    const StepId id = plan::named_by(entry, last.step.id);
    const auto known = known_.find(id);
    if (known == known_.end() && is_left_out(id, entry.where)) return;
    if (entry.restart_with && !last.step.gathers) last.restart_with.push_back(id);
    if (known == known_.end())
      enter(id, &entry);
    else if (known->second.place)
      mention_again(known->second, entry);
    else
      refused_ = cycle(id, entry.where);
  }

  /// None of its profiles is asked for. Told once.
  bool is_left_out(const StepId& id, SourceOffset where) {
    std::vector<std::string> profiles = profiles_of(workspace_, id);
    const auto is_asked = [this](const std::string& profile) { return asked_profiles_.contains(profile); };
    if (profiles.empty() || asked_profiles_.contains("*") || std::ranges::any_of(profiles, is_asked))
      return false;
    if (left_out_.insert(id).second) plan_.left_out.push_back({id, std::move(profiles), where});
    return true;
  }

  /// The one rule of precedence that settings_of_step doesn't know: a dependency entry beats the
  /// configuration. A service stays in the background whatever the entry says: nothing could ever come after
  /// it otherwise.
  [[nodiscard]] static Attributes attributes(const Known& known, const Dependency& entry) {
    return {known.service || entry.async.value_or(known.configured.background),
            entry.required.value_or(known.configured.required), entry.delay.value_or(known.configured.delay)};
  }

  /// What the first entry that names it says.
  void decide(Step& step, const Known& known, const Dependency& entry) {
    const Attributes decided = attributes(known, entry);
    step.background = decided.background;
    step.required = decided.required;
    step.delay = decided.delay;
    step.where = entry.where;
    step.releases_when_ready = step.ready_needed = waits_until_ready(entry, step);
    step.ready_needed = step.ready_needed || plan::keeps_what_becomes_ready(entry, step);
  }

  void enter(const StepId& id, const Dependency* entry) {
    Step step = settings_of_step(workspace_, id);
    const bool finally = entry != nullptr && (entry->finally || path_.back().step.finally);
    const Attributes configured{step.background, step.required, step.delay};
    const Known& known =
        known_
            .emplace(id, Known{step.service, finally, entry == nullptr ? SourceOffset{} : entry->where,
                               configured, entry == nullptr, std::nullopt})
            .first->second;
    if (entry != nullptr) decide(step, known, *entry);
    if (finally) {
      if (const auto fits = plan::put_at_the_end(step); !fits) refused_ = fits.error();
    }
    step.stop_grace = request_.stop_grace.value_or(step.stop_grace);
    const Followed followed = how_followed(id);
    if (!path_.empty()) step.after = path_.back().step.after;
    path_.push_back({std::move(step), {}});
    take_entries(followed);
  }

  /// Of the last step of the path.
  void take_entries(Followed followed) {
    Frame& frame = path_.back();
    const StepId& id = frame.step.id;
    if (followed != Followed::all) unfollowed_.push_back(id);
    auto entries = plan::entries_of(workspace_, id, followed, manifests_);
    if (entries && workspace_.has_groups && has_one_group(workspace_, id))
      entries = plan::as_one_group(*entries, id, [&](const Dependency& entry) {
        return runs_in_background(plan::named_by(entry, id), entry);
      });
    if (entries)
      frame.entries = std::move(*entries);
    else
      refused_ = entries.error();
  }

  [[nodiscard]] bool runs_in_background(const StepId& id, const Dependency& entry) const {
    const auto known = known_.find(id);
    if (known != known_.end() && known->second.place && !known->second.by_request)
      return plan_.steps[position(*known->second.place)].background;
    const Step step = settings_of_step(workspace_, id);
    return step.service || entry.async.value_or(step.background);
  }

  void leave() {
    Frame frame = std::move(path_.back());
    path_.pop_back();
    close_group(frame);
    const auto known = known_.find(frame.step.id);
    DREAM_ASSERT(known != known_.end());
    const StepIndex place{static_cast<std::uint32_t>(plan_.steps.size())};
    known->second.place = place;
    for (const StepId& with : frame.restart_with) frame.step.restart_with.push_back(*known_.at(with).place);
    if (path_.empty()) make_requested(frame.step);
    const bool finally = frame.step.finally;
    if (finally) frame.step.after.reset();  // its turn comes otherwise
    const bool front = !finally && (frame.brings_front || !frame.step.background);
    plan_.steps.push_back(std::move(frame.step));
    if (path_.empty()) {
      fronts_ += front ? 1 : 0;
      return;
    }
    path_.back().brings_front = path_.back().brings_front || front;
    if (finally) return;
    need(place, false);
    path_.back().group_is_new = true;
    path_.back().fronts += front ? 1 : 0;
  }

  // ---- the order

  /// The step that the last entry of the path named belongs to its group.
  void need(StepIndex step, bool only_its_start) {
    Barrier& group = path_.back().group;
    (only_its_start ? group.until_start : group.steps).push_back(step);
    path_.back().step.needs.push_back(step);
  }

  void close_group(Frame& frame) {
    const std::size_t size = frame.group.steps.size() + frame.group.until_start.size();
    if (size == 0) return;
    if (size > 1) has_group_ = true;
    if (frame.fronts > 1) plan_.shares_front = true;
    Barrier group = std::exchange(frame.group, {});
    if (request_.jobs <= 1 || !may_have_groups_) return;
    if (!frame.group_is_new) group.after = frame.step.after;
    plan_.barriers.push_back(std::move(group));
    frame.step.after = BarrierIndex{static_cast<std::uint32_t>(plan_.barriers.size() - 1)};
    frame.group_is_new = false;
    frame.fronts = 0;
  }

  void decide_order() {
    if (fronts_ > 1) plan_.shares_front = true;
    plan_.is_list = request_.jobs <= 1 || (!has_group_ && request_.ids.size() == 1);
    plan_.jobs = plan_.is_list ? 1 : request_.jobs;
    if (!plan_.is_list) return;
    plan_.shares_front = false;
    plan_.barriers.clear();
    for (Step& step : plan_.steps) step.after.reset();
  }

  /// The plan has not followed its dependencies; others may have brought some. To look through those that are
  /// not in the plan can be much work, and only failures that are passed by ask for it.
  void add_needs_of_unfollowed(const StepId& id) {
    const StepIndex place = *known_.at(id).place;
    std::vector<StepIndex>& needs = plan_.steps[position(place)].needs;
    std::unordered_set<StepId, HashOfStepId> seen{id};
    for (const StepIndex need : needs) seen.insert(plan_.steps[position(need)].id);
    std::vector<StepId> waiting{id};
    while (!waiting.empty()) {
      const StepId next = std::move(waiting.back());
      waiting.pop_back();
      const auto entries = plan::entries_of(workspace_, next, Followed::all, manifests_);
      if (!entries) continue;  // as a manifest that can't be read
      for (const Dependency& entry : entries->all()) {
        StepId named = plan::named_by(entry, next);
        if (next == id) heed_unfollowed(entry, named, place);
        if (entry.finally || !seen.insert(named).second || left_out_.contains(named)) continue;
        const auto known = known_.find(named);
        if (known != known_.end() && *known->second.place < place && !known->second.finally)
          needs.push_back(*known->second.place);
        else if (known == known_.end() && request_.keep_going)
          waiting.push_back(std::move(named));
      }
    }
  }

  /// What an entry of a step says of the step that it names counts for both, if others have brought that. (If
  /// it doesn't say what is waited for, the list does.)
  void heed_unfollowed(const Dependency& entry, const StepId& named, StepIndex place) {
    const auto known = known_.find(named);
    if (known == known_.end() || *known->second.place >= place || known->second.finally) return;
    Step& step = plan_.steps[position(place)];
    const Step& other = plan_.steps[position(*known->second.place)];
    if (entry.restart_with && !step.gathers) step.restart_with.push_back(*known->second.place);
    if (entry.wait_for == WaitFor::ready && other.background && !other.ready.empty())
      wait_until_ready(step, *known->second.place);
  }

  /// Whatever the list waits for.
  void wait_until_ready(Step& step, StepIndex place) {
    Step& other = plan_.steps[position(place)];
    if (other.releases_when_ready || step.finally) return;
    other.ready_needed = true;
    if (std::ranges::find(step.after_ready, place) == step.after_ready.end())
      step.after_ready.push_back(place);
  }

  /// What runs at the end can't be needed before. What that needs itself may have run already.
  void check_end(const StepId& id, const Known& known, const Dependency& entry) {
    const bool inherited = path_.back().step.finally;
    if (known.finally ? !entry.finally && !inherited : entry.finally)
      refused_ = plan::needed_before_the_end(id, entry.where, known.where);
  }

  /// Whether the entry says so, of `step` that it names. What is in front is waited for until its end.
  [[nodiscard]] bool waits_until_ready(const Dependency& entry, const Step& step) {
    const WaitFor what = entry.wait_for.value_or(step.ready.empty() ? WaitFor::started : WaitFor::ready);
    if (what == WaitFor::started || !step.background) return false;
    if (step.ready.empty()) refused_ = plan::nothing_tells(step.id, entry.where);
    return !step.ready.empty();
  }

  /// The first mention decides what the next step of the list waits for; whoever names it again waits for
  /// what its own entry says.
  void mention_again(Known& known, const Dependency& entry) {
    Step& step = plan_.steps[position(*known.place)];
    check_end(step.id, known, entry);
    if (std::exchange(known.by_request, false)) decide(step, known, entry);
    const bool waits = waits_until_ready(entry, step);
    if (!known.finally) need(*known.place, step.releases_when_ready && !waits);
    if (waits) wait_until_ready(path_.back().step, *known.place);
    std::string text =
        plan::differences(attributes(known, entry), {step.background, step.required, step.delay});
    if (!text.empty()) plan_.ignored.push_back({*known.place, entry.where, std::move(text)});
  }

  [[nodiscard]] PlanError cycle(const StepId& id, SourceOffset where) const {
    std::string steps;
    for (const Frame& frame : path_) {
      if (!steps.empty() || frame.step.id == id) steps += to_string(frame.step.id) + " -> ";
    }
    return plan::cycle(steps + to_string(id), where);
  }

  /// The run is made for this step: it is always waited for, so it is nobody's service.
  void make_requested(Step& step) const {
    step.requested = true;
    step.service = false;
    step.arguments = request_.arguments;
  }

  const Workspace& workspace_;
  const Request& request_;
  Manifests* manifests_;
  bool follows_all_ = false;
  std::unordered_map<StepId, Reached, HashOfStepId> reached_;  ///< unless it follows all
  std::vector<StepId> unfollowed_;
  std::unordered_set<std::string> asked_profiles_;
  std::unordered_set<StepId, HashOfStepId> left_out_;
  Plan plan_;
  bool may_have_groups_;
  bool has_group_ = false;
  std::size_t fronts_ = 0;  ///< as Frame::fronts, of the requested steps
  std::vector<Frame> path_;
  std::optional<PlanError> refused_;
  std::unordered_map<StepId, Known, HashOfStepId> known_;
};

}  // namespace

boost::system::result<Plan, PlanError> make_plan(const Workspace& workspace, const Request& request,
                                                 Manifests* manifests) {
  return Planner(workspace, request, manifests).make();
}

}  // namespace dream
