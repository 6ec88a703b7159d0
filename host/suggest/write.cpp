#include "suggest/write.hpp"

#include <algorithm>
#include <utility>

#include "config/text_edit.hpp"

namespace dream::suggest {

namespace {

using config::TextEdit;

/// Where the settings of a step's task stand, or are to stand. The keys are as the file has them.
TextEdit::Path settings_path(const TextEdit& edit, const StepId& id) {
  TextEdit::Path path{"projects"};
  std::string project = id.project;
  for (std::string& key : edit.keys(path))
    if (normalise_project(key) == id.project) project = std::move(key);
  path.insert(path.end(), {std::move(project), "tasks", id.task});
  return path;
}

TextEdit::Path with(TextEdit::Path path, const char* key) {
  path.emplace_back(key);
  return path;
}

std::string why_not(const Suggestion& suggestion, const StepId& id, const Workspace& workspace) {
  if (!suggestion.ready) return "nothing to write";
  if (!suggestion.doubt.empty()) return "it is a guess";
  const bool has_own = workspace.projects.contains(id.project);
  if (has_own || workspace.settings_of(id.project) == nullptr) return {};
  return "the project has its settings from a glob of \"projects\", and would lose them with an entry of its "
         "own";
}

/// What of a step would have to be changed in another file than dream.json, whose places are all within its
/// size.
SourceOffset elsewhere(const Step& step, const Workspace& workspace, std::size_t size) {
  const auto is_elsewhere = [&](SourceOffset where) { return where.known() && where.value > size; };
  const Dependency* entry = entry_of(step, workspace);
  if (entry != nullptr && entry->delay && is_elsewhere(entry->where)) return entry->where;
  const auto project = workspace.projects.find(step.id.project);
  if (project == workspace.projects.end()) return {};
  const auto task = project->second.tasks.find(step.id.task);
  return task != project->second.tasks.end() && is_elsewhere(task->second.where) ? task->second.where
                                                                                 : SourceOffset{};
}

/// Entries for the same task that delay it by themselves, the step's own not among them.
std::vector<SourceOffset> other_delays(const Step& step, const Workspace& workspace) {
  std::vector<SourceOffset> others;
  workspace.for_each_entry([&](const std::string& task, const Dependency& entry) {
    const bool may_be_in_project = !entry.by_manifest && entry.project.empty();
    const bool same = (may_be_in_project || entry.project == step.id.project) &&
                      (entry.task.empty() ? task : entry.task) == step.id.task;
    if (same && entry.where != step.where && entry.delay.value_or(Duration::zero()) > Duration::zero())
      others.push_back(entry.where);
  });
  std::ranges::sort(others);
  return others;
}

/// Whether the tasks of this name are delayed in all projects.
bool delayed_by_name(const StepId& id, const Workspace& workspace) {
  const auto found = workspace.tasks.find(id.task);
  return found != workspace.tasks.end() && found->second.delay.value_or(Duration::zero()) > Duration::zero();
}

}  // namespace

NewText with_suggestions(std::string_view text, const Workspace& workspace, const Plan& plan,
                         std::span<const Suggestion> suggestions) {
  NewText changed;
  std::vector<SourceOffset> delayed;
  for (const Suggestion& suggestion : suggestions) {
    const Step& step = plan.steps[position(suggestion.step)];
    Written written{.why_not = why_not(suggestion, step.id, workspace)};
    if (written.why_not.empty()) written.elsewhere = elsewhere(step, workspace, text.size());
    if (written.elsewhere.known()) written.why_not = "it stands in another file";
    written.is_in = written.why_not.empty();
    if (written.is_in) written.others = other_delays(step, workspace);
    changed.written.push_back(std::move(written));
    const Dependency* entry = entry_of(step, workspace);
    if (changed.written.back().is_in && step.delay > Duration::zero() && entry != nullptr && entry->delay)
      delayed.push_back(entry->where);
  }
  TextEdit edit{std::string(text)};
  edit.remove(std::move(delayed), "delay");  // first, while the places are those of the workspace
  for (std::size_t at = 0; at < suggestions.size(); ++at) {
    if (!changed.written[at].is_in) continue;
    const Step& step = plan.steps[position(suggestions[at].step)];
    const TextEdit::Path settings = settings_path(edit, step.id);
    edit.set(with(settings, "ready"), probe_json(*suggestions[at].ready));
    if (step.delay == Duration::zero()) continue;
    if (delayed_by_name(step.id, workspace))
      edit.set(with(settings, "delay"), "0");
    else
      edit.remove(with(settings, "delay"));
  }
  changed.text = edit.text();
  return changed;
}

bool is_followed(const Plan& plan, const Plan& old_plan, const NewText& text,
                 std::span<const Suggestion> suggestions) {
  if (plan.steps.size() != old_plan.steps.size()) return false;
  for (std::size_t at = 0; at < suggestions.size(); ++at) {
    const Step& step = plan.steps[position(suggestions[at].step)];
    if (!text.written[at].is_in) continue;
    const bool waits = step.ready == Probes{*suggestions[at].ready} && step.releases_when_ready;
    if (step.id != old_plan.steps[position(suggestions[at].step)].id || !waits ||
        step.delay != Duration::zero())
      return false;
  }
  return true;
}

}  // namespace dream::suggest
