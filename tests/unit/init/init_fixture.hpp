#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "init/init.hpp"
#include "init/packages.hpp"
#include "plan/plan.hpp"
#include "support/temporary_folder.hpp"

namespace dream::init {

/// What the packages of a folder need, by their names alone. A peer is no reason to wait for turbo.
class Packages final : public Manifests {
 public:
  Packages(const std::filesystem::path& root, const Workspace& workspace) : workspace_(workspace) {
    for (const auto& one : std::filesystem::recursive_directory_iterator(root)) {
      if (one.path().filename() != "package.json") continue;
      std::ifstream stream(one.path());
      Json json;
      json.Parse(std::string(std::istreambuf_iterator<char>(stream), {}));
      const std::string path = "./" + one.path().parent_path().lexically_relative(root).string();
      Package& package = packages_[path == "./." ? "./" : path];
      package.name = text_member(json, "name");
      package.scripts = keys_at(json, "scripts");
      for (const char* kind : {"dependencies", "devDependencies", "peerDependencies"}) {
        if (kind == std::string_view("peerDependencies") && std::filesystem::exists(root / "turbo.json"))
          continue;
        for (const std::string& name : keys_at(json, kind)) package.uses.push_back(name);
      }
    }
  }

  Result<std::vector<std::string>> needed(const std::string& project, const std::string& task) override {
    std::vector<std::string> found;
    for (const std::string& name : packages_.at(project).uses) {
      for (const auto& [path, other] : packages_) {
        if (other.name != name || path == project) continue;
        if (has_task(path, task)) {
          found.push_back(path);
        } else if (const auto behind = needed(path, task)) {
          found.insert(found.end(), behind->begin(), behind->end());
        }
      }
    }
    return found;
  }

  bool lacks_task(const std::string& project, const std::string& task) override {
    return !has_task(project, task);
  }

 private:
  bool has_task(const std::string& project, const std::string& task) {
    const auto said = workspace_.projects.find(project);
    const bool is_said = said != workspace_.projects.end() && said->second.tasks.contains(task) &&
                         said->second.tasks.at(task).command;
    return is_said || std::ranges::find(packages_[project].scripts, task) != packages_[project].scripts.end();
  }

  struct Package {
    std::string name;
    std::vector<std::string> scripts, uses;
  };
  std::map<std::string, Package> packages_;
  const Workspace& workspace_;
};

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

  /// The same as dream reads it, `${X}` being "<X>"; it must be without problems.
  Workspace workspace(const std::optional<std::string>& from = std::nullopt) const {
    const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};
    const std::string made = text(from);
    config::Outside outside;
    std::map<std::string, std::string> values;
    outside.environment = [&](const std::string& name) -> std::optional<std::string_view> {
      return values.try_emplace(name, "<" + name + ">").first->second;
    };
    config::LoadResult loaded =
        config::interpret(config::Document::parse("dream.json", made, outside), executors);
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
      found.push_back(said(one));
    return found;
  }

  /// What a pattern says that a task needs.
  static std::vector<std::string> needs_of_glob(const Workspace& workspace, const std::string& pattern,
                                                const std::string& task) {
    std::vector<std::string> found;
    for (const DependencyGlob& glob : workspace.dependency_globs) {
      if (glob.pattern != pattern || !glob.tasks.contains(task)) continue;
      for (const Dependency& one : glob.tasks.at(task).entries) found.push_back(said(one));
    }
    return found;
  }

  /// "./:db async optional", "^build"; "&" for one that joins the group of the one before it.
  static std::string said(const Dependency& one) {
    return (one.joins ? "& " : "") + (one.by_manifest ? "^" + one.task : one.project + ":" + one.task) +
           (one.async.value_or(false) ? " async" : "") + (one.wait_for == WaitFor::ready ? " ready" : "") +
           (one.wait_for == WaitFor::started ? " started" : "") +
           (one.required.value_or(true) ? "" : " optional");
  }

  static std::string command(const Workspace& workspace, const std::string& project,
                             const std::string& task) {
    const auto& command = workspace.projects.at(project).tasks.at(task).command;
    if (!command) return "none";
    if (!*command) return "null";
    if (const auto* line = std::get_if<std::string>(&**command)) return *line;
    return testing::PrintToString(std::get<std::vector<std::string>>(**command));
  }

  /// The steps of a task's plan, in order: "b" for those in the background.
  std::vector<std::string> plan(const Workspace& workspace, const std::string& project,
                                const std::string& task) const {
    std::vector<std::string> steps;
    Packages manifests(folder_.path(), workspace);
    const auto plan = make_plan(workspace, {.ids = {{project, task}}}, &manifests);
    if (!plan) return {plan.error().error.message};
    for (const Step& step : plan->steps)
      steps.push_back(step.id.project + ":" + step.id.task + (step.background ? " b" : ""));
    return steps;
  }

  /// The member of the file that begins with `words`, on one line; empty: there is none.
  std::string line(const std::string& words) const {
    std::istringstream lines(text());
    std::string all;
    std::size_t indentation = 0;
    for (std::string one; std::getline(lines, one);) {
      const std::size_t begin = one.find_first_not_of(' ');
      if (all.empty() && one.find(words) == std::string::npos) continue;
      const std::string part = one.substr(begin);
      const bool closes = part[0] == '}' || part[0] == ']';
      if (all.empty()) indentation = begin;
      if (closes && all.ends_with(',')) all.pop_back();
      all += (all.empty() || all.ends_with('[') || part[0] == ']' ? "" : " ") + part;
      if (begin == indentation && (closes || all == part) && !part.ends_with('{') && !part.ends_with('['))
        return all;
    }
    return all;
  }

  TemporaryFolder folder_;
};

}  // namespace dream::init
