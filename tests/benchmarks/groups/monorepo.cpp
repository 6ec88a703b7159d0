#include "monorepo.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>

namespace dream::groups {

namespace {

namespace fs = std::filesystem;

constexpr const char* scripts = R"("./packages/*": {"executor": "npm"})";

std::string package_name(std::size_t package) {
  return "t" + std::to_string(package);
}

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string listed(const std::vector<std::size_t>& needs,
                   const std::function<std::string(const std::string&)>& one) {
  std::string text;
  for (const std::size_t need : needs) text += (text.empty() ? "" : ", ") + one(package_name(need));
  return text;
}

bool is_package(const Task& task) {
  return task.milliseconds > 0;
}

/// Its packages; `range` is how they name one another.
void write_packages(const fs::path& root, const Graph& graph, const std::string& range) {
  write_file(
      root / "package.json",
      R"({"name": "all", "private": true, "packageManager": "npm@11.0.0", "workspaces": ["packages/*"]})");
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (!is_package(graph[i])) continue;
    const auto need = [&](const std::string& other) { return "\"" + other + R"(": ")" + range + "\""; };
    write_file(root / "packages" / package_name(i) / "package.json",
               R"({"name": ")" + package_name(i) + R"(", "version": "1.0.0", "scripts": {"build": ")" +
                   graph[i].command + R"("}, "dependencies": {)" + listed(graph[i].needs, need) + "}}");
  }
}

std::string dream_json(const std::string& projects) {
  return R"({"workspace": {"./packages/*": {"build": ["^"]}}, "projects": {)" + projects + "}}";
}

std::string with_commands(const Graph& graph) {
  std::string projects;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (!is_package(graph[i])) continue;
    projects += (projects.empty() ? "\"./packages/" : ",\n\"./packages/") + package_name(i) +
                R"(": {"executor": "npm", "tasks": {"build": {"executor": "shell", "command": ")" +
                graph[i].command + "\"}}}";
  }
  return dream_json(projects);
}

void add_nx(const fs::path& root, const Graph& graph) {
  write_file(root / "nx.json", R"({"analytics": false})");
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (is_package(graph[i]))
      write_file(root / "packages" / package_name(i) / "project.json",
                 R"({"name": ")" + package_name(i) + R"(", "targets": {"build": {"command": ")" +
                     graph[i].command + R"(", "cache": false, "dependsOn": ["^build"]}}})");
}

void add_moon(const fs::path& root, const Graph& graph) {
  write_file(root / ".moon/workspace.yml", "projects: ['packages/*']\ntelemetry: false\n");
  for (std::size_t i = 0; i < graph.size(); ++i)
    if (is_package(graph[i]))
      write_file(root / "packages" / package_name(i) / "moon.yml",
                 "dependsOn: [" + listed(graph[i].needs, [](const std::string& other) { return other; }) +
                     "]\ntasks:\n  build:\n    command: '" + graph[i].command +
                     "'\n    deps: ['^:build']\n    options: {cache: false}\n");
  // It asks git for what it knows of the files.
  const std::string git = "git -C '" + root.string() + "' ";
  const std::string commit = git + "init -q && " + git + "add -A && " + git +
                             "-c user.name=a -c user.email=a@example.org commit -qm all";
  if (std::system(commit.c_str()) != 0) throw std::runtime_error("git refuses " + root.string());  // NOLINT
}

}  // namespace

std::vector<Runner> write_monorepos(const Graph& graph, const fs::path& folder, const fs::path& modules,
                                    std::size_t jobs) {
  const std::string number = std::to_string(jobs);
  std::vector<Runner> runners;
  const auto add = [&](const std::string& runner, const std::string& range, timing::Words words) {
    const fs::path root = folder / runner;
    write_packages(root, graph, range);
    words.insert(words.begin(), {"/usr/bin/env", "-C", root.string()});
    runners.push_back({runner, std::move(words)});
    return root;
  };
  const timing::Words dream{DREAM_BINARY, "run", "build", "--all", "-j", number, "-o", "prefix"};
  write_file(add("dream", "*", dream) / "dream.json", with_commands(graph));
  write_file(add("dream-npm", "*", dream) / "dream.json", dream_json(scripts));
  const auto program = [&](const char* file) { return fs::absolute(modules / ".bin" / file).string(); };
  if (fs::exists(program("pnpm")))
    write_file(add("pnpm", "workspace:*",
                   {program("pnpm"), "-r", "--workspace-concurrency", number, "run", "build"}) /
                   "pnpm-workspace.yaml",
               "packages: ['packages/*']\nverifyDepsBeforeRun: false\npmOnFail: ignore\n");
  if (fs::exists(program("turbo")))
    write_file(add("turbo", "*", {program("turbo"), "run", "build", "--force", "--concurrency", number}) /
                   "turbo.json",
               R"({"tasks": {"build": {"dependsOn": ["^build"], "cache": false}}})");
  if (fs::exists(program("nx"))) {
    const fs::path root = add("nx", "*", {program("nx"), "run-many", "-t", "build", "--parallel", number});
    add_nx(root, graph);
    fs::create_directory_symlink(fs::absolute(modules), root / "node_modules");
  }
  if (fs::exists(program("moon")))
    add_moon(add("moon", "*", {program("moon"), "run", ":build", "--concurrency", number}), graph);
  for (const char* variable : {"NX_DAEMON", "NX_TUI"})
    ::setenv(variable, "false", 1);  // NOLINT(concurrency-mt-unsafe)
  return runners;
}

}  // namespace dream::groups
