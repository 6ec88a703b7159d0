#include "cli/workspace.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"
#include "plan/ports.hpp"
#include "ports/offset.hpp"
#include "prepare/prepare.hpp"

namespace dream::cli {

using prepare::LoadedWorkspace;

namespace {

/// Tells an error; what is left of it is that it was told.
Error told(const Error& error) {
  complain(error);
  return {error.code, {}, {}, {}};
}

Result<LoadedWorkspace> told_of(Result<LoadedWorkspace> loaded) {
  if (!loaded) return told(loaded.error());
  for (const config::Problem& problem : loaded->problems) {
    complain(config::render_text(loaded->document->source(), problem));
  }
  if (config::has_errors(loaded->problems)) return Error{ErrorCode::configuration, {}, {}, {}};
  return loaded;
}

std::size_t jobs_of(const Options& options) {
  return options.jobs.value_or(std::max<std::size_t>(std::thread::hardware_concurrency(), 1));
}

/// Those of the command line, and of DREAM_PROFILES: "seed,debug".
std::vector<std::string> profiles_of(const Options& options) {
  std::vector<std::string> profiles = options.profiles;
  const char* set = std::getenv("DREAM_PROFILES");
  std::string_view rest = set == nullptr ? "" : set;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view one = rest.substr(0, comma);
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    one = one.substr(0, one.find_last_not_of(' ') + 1);
    if (!one.empty()) profiles.emplace_back(one);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return profiles;
}

/// Those of all tasks.
std::vector<std::string> known_profiles(const Workspace& workspace) {
  std::vector<std::string> names;
  const auto add = [&](const std::map<std::string, TaskSettings, std::less<>>& tasks) {
    for (const auto& [task, settings] : tasks)
      if (settings.profiles) names.insert(names.end(), settings.profiles->begin(), settings.profiles->end());
  };
  add(workspace.tasks);
  for (const auto& [name, project] : workspace.projects) add(project.tasks);
  for (const ProjectGlob& glob : workspace.project_globs) add(glob.settings.tasks);
  return names;
}

/// Each of these profiles that some task has, once, in an order of their own.
std::vector<std::string> known_ones(std::vector<std::string> profiles, const Workspace& workspace) {
  if (std::ranges::find(profiles, "*") != profiles.end()) return {"*"};
  const std::vector<std::string> known = known_profiles(workspace);
  std::erase_if(profiles,
                [&](const std::string& one) { return std::ranges::find(known, one) == known.end(); });
  std::ranges::sort(profiles);
  profiles.erase(std::unique(profiles.begin(), profiles.end()), profiles.end());
  return profiles;
}

/// DREAM_PROFILES may be meant for other workspaces.
void warn_of_unknown_profiles(const Options& options, const Workspace& workspace) {
  if (options.profiles.empty()) return;
  const std::vector<std::string> known = known_profiles(workspace);
  for (const std::string& profile : options.profiles) {
    if (profile == "*" || std::ranges::find(known, profile) != known.end()) continue;
    const std::string meant = nearest_name(profile, known);
    complain(Error{ErrorCode::usage,
                   "no task has the profile " + in_quotes(profile),
                   {},
                   meant.empty() ? "" : "did you mean " + in_quotes(meant) + "?"});
  }
}

Result<Plan> plan_selected(const Options& options, const Selection& selection, const LoadedWorkspace& loaded,
                           Manifests& manifests) {
  Request request{.ids = {},
                  .recursive = options.recursive,
                  .stop_grace = options.grace,
                  .arguments = options.arguments,
                  .jobs = jobs_of(options),
                  .keep_going = options.keep_going,
                  .profiles = profiles_of(options)};
  for (const SelectedStep& step : selection.steps) request.ids.push_back(step.id);
  Result<Plan> plan = prepare::plan_request(loaded, request, &manifests);
  if (plan) plan->profiles = known_ones(request.profiles, loaded.workspace);
  return plan;
}

/// A run would refuse those that aren't there.
Result<void> check_folders(const Selection& selection, const LoadedWorkspace& loaded) {
  Result<void> all;
  std::string project;
  for (const SelectedStep& step : selection.steps) {
    if (std::exchange(project, step.id.project) == step.id.project) continue;
    const Result<void> there =
        prepare::check_folder(settings_of_step(loaded.workspace, step.id), loaded, all.has_value());
    if (!there) all = told(there.error());
  }
  return all;
}

}  // namespace

Result<LoadedWorkspace> load_workspace(const Options& options, prepare::EnvFiles env_files) {
  return told_of(prepare::read_workspace(options.directory, options.trust, env_files));
}

Result<LoadedWorkspace> workspace_if_any(const Options& options) {
  Result<config::Discovery> found = prepare::find_workspace(options.directory, options.trust);
  if (found && !found->file) return LoadedWorkspace{std::move(*found), nullptr, {}, {}};
  return told_of(prepare::read_workspace(std::move(found)));
}

Result<Requested> requested_by(const Options& options, const LoadedWorkspace& loaded) {
  warn_of_unknown_profiles(options, loaded.workspace);
  AskedProjects projects(loaded, options);
  Result<Selection> selection = select_steps(options, loaded, projects.graph());
  if (!selection) return told(selection.error());
  Requested requested{std::move(*selection), std::nullopt};
  if (options.list_only) {
    if (const Result<void> there = check_folders(requested.selection, loaded); !there) return there.error();
  }
  if (options.list_only || requested.selection.steps.empty()) return requested;
  Result<Plan> plan = plan_selected(options, requested.selection, loaded, projects.graph());
  if (!plan) return told(plan.error());
  Result<int> offset = 0;
  if (options.moves_ports) offset = ports::offset_for(*plan, loaded.workspace.root);
  if (!offset) return told(offset.error());
  if (const Result<void> set = plan::set_ports(*plan, *offset); !set) return told(set.error());
  requested.port_offset = *offset;
  requested.plan = std::move(*plan);
  requested.unfollowed = projects.graph().unfollowed();
  return requested;
}

Result<Plan> plan_again(const Options& options, const Requested& requested, const LoadedWorkspace& now,
                        Manifests& manifests) {
  Result<Plan> plan = plan_selected(options, requested.selection, now, manifests);
  if (!plan) return plan;
  if (const Result<void> set = plan::set_ports(*plan, requested.port_offset); !set) return set.error();
  return plan;
}

std::string moved_ports_text(const Requested& requested) {
  constexpr std::size_t most = 8;
  std::vector<std::string> moved;
  for (const Step& step : requested.plan->steps)
    for (const Port& port : step.ports)
      moved.push_back(to_string(step.id) + " " + port.name + " " + std::to_string(port.number));
  if (requested.port_offset == 0 || moved.empty()) return {};
  const std::size_t named = std::min(moved.size(), most);
  const std::size_t more = moved.size() - named;
  moved.resize(named);
  if (more > 0) moved.push_back(std::to_string(more) + " more");
  return "the ports are moved by " + std::to_string(requested.port_offset) + ": " + join_words(moved);
}

int tell_selection(const Options& options, const Selection& selection) {
  if (selection.steps.empty())
    complain("nothing to run: no project that has the task has changed since " + selection.base);
  if (!options.list_only) return 0;
  return print(options.json ? selection_json(selection) : selection_text(selection));
}

Locate locator(const LoadedWorkspace& loaded) {
  return [document = loaded.document](SourceOffset offset) { return document->place(offset); };
}

Locate locator_from_here(const LoadedWorkspace& loaded) {
  const Result<std::filesystem::path> here = prepare::starting_folder(std::nullopt);
  if (!here) return locator(loaded);
  // Most places lie in the same folder as the one before.
  return [document = loaded.document, here = *here, folder = std::string(),
          shown = std::string()](SourceOffset offset) mutable {
    const std::string place = document->place(offset);
    const std::size_t name = place.rfind('/') + 1;
    if (place.compare(0, name, folder) != 0) {
      folder = place.substr(0, name);
      shown = std::filesystem::path(folder).lexically_relative(here / "").string();
      if (shown == ".") shown.clear();
      // Behind a symbolic link ".." leads elsewhere than the path that one came by.
      std::error_code ignored;
      const bool leads_there = std::filesystem::equivalent(shown.empty() ? "." : shown, folder, ignored);
      if (!leads_there || shown.size() > folder.size()) shown = folder;
    }
    return shown + place.substr(name);
  };
}

}  // namespace dream::cli
