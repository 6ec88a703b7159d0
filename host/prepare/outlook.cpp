#include "prepare/outlook.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/executable.hpp"
#include "base/shell_quote.hpp"
#include "prepare/late_env_files.hpp"
#include "prepare/offers.hpp"
#include "prepare/prepare.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

constexpr int nothing_to_run = 2;
constexpr int not_executable = 126;
constexpr int not_found = 127;

/// The words of an argv command with what comes after `--`, as an executor that runs them by themselves
/// describes it; empty: it is none.
std::string plain_line(const plugin::TaskSpec& task) {
  const auto* argv = task.command ? std::get_if<std::vector<std::string>>(&*task.command) : nullptr;
  std::string line;
  if (argv == nullptr) return line;
  for (const auto* words : {argv, &task.arguments}) {
    for (const std::string& word : *words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  }
  return line;
}

const std::string& program_of(const plugin::TaskSpec& task) {
  return std::get<std::vector<std::string>>(*task.command).front();
}

int exit_code_of(const Error& error) {
  return error.code == ErrorCode::not_executable ? not_executable : not_found;
}

/// No folder of a PATH is relative to where the program is started.
bool is_absolute(std::string_view search_path) {
  for (std::string_view rest = search_path;; rest.remove_prefix(rest.find(':') + 1)) {
    if (!rest.starts_with('/')) return false;
    if (rest.find(':') == std::string_view::npos) return true;
  }
}

}  // namespace

Outlook Outlooks::of(const PreparedStep& prepared) {
  Outlook outlook = unmasked(prepared);
  config::Secrets secrets = loaded_.document->secrets();
  secrets.see_entries(*prepared.task.own_environment);
  const auto mask = [&](std::string& text) { text = secrets.masked(std::move(text)); };
  mask(outlook.line);
  if (outlook.problem) {
    mask(outlook.problem->message);
    mask(outlook.problem->hint);
  }
  return outlook;
}

Outlook Outlooks::unmasked(const PreparedStep& prepared) {
  const Step& step = plan_.steps[position(prepared.task.step)];
  if (prepared.executor == nullptr)
    return {.line = step.lasts ? "(nothing: lasts as a service)" : "(nothing)"};
  Result<std::optional<std::string>> line = prepared.executor->describe(prepared.task);
  if (!line) return of_problem(prepared.task.step, line.error());
  Outlook outlook{.line = std::move(*line).value_or("")};
  if (outlook.line.empty() || outlook.line != plain_line(prepared.task)) return outlook;
  const Program& program = find_program(prepared);
  if (program.file && program.lacks.empty()) return outlook;
  outlook.problem = program.file ? lacks_interpreter(program.file->path) : program.file.error();
  outlook.exit_code = exit_code_of(*outlook.problem);
  const bool may_come =
      program.file ? is_in_workspace(prepared, program.file->path) || is_in_workspace(prepared, program.lacks)
                   : may_appear(prepared);
  outlook.may_change = comes_later(prepared.task.step) && (may_come || has_files_to_come(prepared));
  return outlook;
}

/// What a plugin says when it is asked what it would run.
Outlook Outlooks::of_problem(StepIndex index, Error error) const {
  Outlook outlook;
  const Step& step = plan_.steps[position(index)];
  switch (error.code) {
    case ErrorCode::configuration:
    case ErrorCode::unsupported:  // a command, where the executor runs scripts
      outlook.exit_code = nothing_to_run;
      break;
    case ErrorCode::not_found:  // the program that is to run the command is missing, or there is no command
      outlook.exit_code = step.command || lacks_its_tool(step) ? not_found : nothing_to_run;
      break;
    case ErrorCode::not_executable:  // a file of the project
      outlook.exit_code = not_executable;
      outlook.may_change = comes_later(index);
      break;
    default:
      outlook.may_change = true;  // whatever that is, the plan says nothing about it
      break;
  }
  outlook.problem = std::move(error);
  return outlook;
}

/// An env file that isn't there yet may set PATH.
bool Outlooks::has_files_to_come(const PreparedStep& prepared) const {
  return std::ranges::any_of(plan_.steps[position(prepared.task.step)].env_files,
                             [&](const std::string& file) {
                               return prepare::may_come(fs::path(prepared.task.directory) / file, loaded_);
                             });
}

bool Outlooks::lacks_its_tool(const Step& step) const {
  const auto plugin = registry_.load(step.executor);
  if (!plugin) return false;
  return !(*plugin)->check_tool(project_spec(loaded_, step.id)).has_value();
}

const Outlooks::Program& Outlooks::find_program(const PreparedStep& prepared) {
  const plugin::TaskSpec& task = prepared.task;
  const std::string& program = program_of(task);
  // A fan-out runs one program in many folders.
  const std::string folder =
      program.find('/') == std::string::npos && is_absolute(search_path_of(*task.environment))
          ? ""
          : task.directory;
  const auto key = std::make_tuple(program, folder, task.environment);
  const auto known = programs_.find(key);
  if (known != programs_.end()) return known->second;
  Program found{find_executable(program, task.directory, *task.environment)};
  if (found.file) found.lacks = missing_interpreter(found.file->path);
  return programs_.emplace(key, std::move(found)).first->second;
}

bool Outlooks::is_in_workspace(const PreparedStep& prepared, const std::string& path) const {
  return prepare::is_in_workspace(fs::path(prepared.task.directory) / path, loaded_);
}

/// The program isn't there, but a step before this one could bring it: a file of the workspace, or a name
/// that is looked for in folders of it, such as node_modules/.bin.
bool Outlooks::may_appear(const PreparedStep& prepared) const {
  const std::string& program = program_of(prepared.task);
  if (program.find('/') != std::string::npos) return is_in_workspace(prepared, program);
  std::string_view rest = search_path_of(*prepared.task.environment);
  while (true) {
    const std::size_t colon = rest.find(':');
    if (is_in_workspace(prepared, std::string(rest.substr(0, colon)))) return true;
    if (colon == std::string_view::npos) return false;
    rest.remove_prefix(colon + 1);
  }
}

std::optional<Refusal> refusal_of(const Plan& plan, const std::vector<PreparedStep>& steps,
                                  const LoadedWorkspace& loaded, plugin::Registry& registry) {
  Refusal refusal;
  Outlooks outlooks(plan, loaded, registry);
  for (const PreparedStep& prepared : steps) {
    if (!plan.steps[position(prepared.task.step)].required) continue;
    Outlook outlook = outlooks.of(prepared);
    if (!outlook.problem || outlook.may_change) continue;
    if (refusal.steps.empty()) refusal.exit_code = outlook.exit_code;
    refusal.steps.emplace_back(prepared.task.step, *std::move(outlook.problem));
  }
  if (refusal.steps.empty()) return std::nullopt;
  return refusal;
}

}  // namespace dream::prepare
