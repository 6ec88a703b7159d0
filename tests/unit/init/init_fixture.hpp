#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "init/init.hpp"
#include "plan/plan.hpp"
#include "support/temporary_folder.hpp"

namespace dream::init {

/// A folder with other tools' files, and what `dream init` makes of them.
class Init : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) const {
    const std::filesystem::path file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  /// The text that is made.
  std::string text(const std::optional<std::string>& from = std::nullopt) const {
    const Result<std::string> made = make_configuration(folder_.path(), from);
    return made ? *made : "failed: " + to_string(made.error());
  }

  /// The same as dream reads it; it must be without problems.
  Workspace workspace(const std::optional<std::string>& from = std::nullopt) const {
    const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};
    const std::string made = text(from);
    config::LoadResult loaded = config::interpret(config::Document::parse("dream.json", made), executors);
    for (const config::Problem& problem : loaded.problems)
      ADD_FAILURE() << config::render_text(loaded.document->source(), problem) << made;
    return std::move(loaded.workspace);
  }

  static std::vector<std::string> names(const auto& map) {
    std::vector<std::string> found;
    found.reserve(map.size());
    for (const auto& [name, value] : map) found.push_back(name);
    return found;
  }

  static std::vector<std::string> needs(const Workspace& workspace, const std::string& project,
                                        const std::string& task) {
    std::vector<std::string> found;
    for (const Dependency& one : workspace.dependencies.at(project).at(task).entries)
      found.push_back(one.project + ":" + one.task + (one.async.value_or(false) ? " async" : "") +
                      (one.wait_for == WaitFor::ready ? " ready" : ""));
    return found;
  }

  static std::string command(const Workspace& workspace, const std::string& project,
                             const std::string& task) {
    const auto& command = workspace.projects.at(project).tasks.at(task).command;
    if (!command) return "none";
    if (const auto* line = std::get_if<std::string>(&*command)) return *line;
    return testing::PrintToString(std::get<std::vector<std::string>>(*command));
  }

  /// The steps of a task's plan, in order: "b" for those in the background.
  static std::vector<std::string> plan(const Workspace& workspace, const std::string& project,
                                       const std::string& task) {
    std::vector<std::string> steps;
    const auto plan = make_plan(workspace, {.ids = {{project, task}}});
    if (!plan) return {plan.error().error.message};
    for (const Step& step : plan->steps)
      steps.push_back(step.id.project + ":" + step.id.task + (step.background ? " b" : ""));
    return steps;
  }

  /// The line of the file that holds `words`; empty: none does.
  std::string line(const std::string& words) const {
    const std::string made = text();
    const std::size_t at = made.find(words);
    if (at == std::string::npos) return {};
    const std::size_t begin = made.rfind('\n', at) + 1;
    return made.substr(begin, made.find('\n', at) - begin);
  }

  TemporaryFolder folder_;
};

}  // namespace dream::init
