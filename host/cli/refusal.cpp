#include "cli/refusal.hpp"

#include <filesystem>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "prepare/outlook.hpp"

namespace dream::cli {

namespace {

/// Of a word that is no task; "" where nothing comes to mind.
std::string meant_by(const std::string& word, const Workspace& workspace) {
  const auto is_there = [&](std::string_view project, std::string_view) {
    std::error_code unknown;
    const std::string name = normalise_project(std::string(project));
    return !name.empty() && std::filesystem::is_directory(workspace.root / name, unknown);
  };
  const std::string id = word.starts_with("./") ? word : "./" + word;
  if (const std::size_t colon = cut_of_id(id, is_there);
      colon != std::string::npos && id != word && is_there(id.substr(0, colon), {}))
    return in_quotes(to_string(StepId{normalise_project(id.substr(0, colon)), id.substr(colon + 1)}));
  if (word == "version") return "dream --version";
  const std::string of_runs = "ctl " + word;  // docker compose ps, pm2 logs
  const std::string command = find_command(of_runs) != nullptr ? of_runs : nearest_command(word);
  return command.empty() ? command : "the command \"dream " + command + "\"";
}

}  // namespace

void Explainer::explain(StepIndex index, Error& error, plugin::Registry::Ask whom) {
  // Each asks the executors and looks through the whole workspace; thousands may fail.
  constexpr int most = 20;
  if (explained_++ >= most) return;
  const Step& step = plan_.steps[position(index)];
  if (!prepare::suggest_remedy(step, loaded_, registry_, whom, error)) return;
  if (const std::string meant = meant_by(step.id.task, loaded_.workspace); !meant.empty())
    error.hint = "did you mean " + meant + "?";
}

std::optional<int> tell_refusal(const Plan& plan, const prepare::Preparation& preparation,
                                const prepare::LoadedWorkspace& loaded, plugin::Registry& registry,
                                Explainer& explainer, const std::function<void(const std::string&)>& tell) {
  for (const Error& error : preparation.errors) tell(to_string(error));
  if (!preparation.errors.empty()) return exit_nothing_run;
  auto refusal = prepare::refusal_of(plan, preparation.steps, loaded, registry);
  if (!refusal) return std::nullopt;
  for (auto& [index, error] : refusal->steps) {
    explainer.explain(index, error, plugin::Registry::Ask::all);
    tell(to_string(plan.steps[position(index)].id) +
         " can't be started, so nothing is run: " + to_string(error));
  }
  return refusal->exit_code;
}

}  // namespace dream::cli
