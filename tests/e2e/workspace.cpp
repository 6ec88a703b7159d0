#include "e2e/workspace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dream::e2e {

namespace fs = std::filesystem;

namespace {

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + "\"";
}

std::string members(const std::string& first, const std::string& more) {
  return "{" + first + (more.empty() ? "" : ", " + more) + "}";
}

std::string configuration_of(const std::vector<Step>& steps, const std::string& more) {
  std::string dependencies;
  std::string projects;
  for (const Step& step : steps) {
    const std::string path = json_string("./" + step.project);
    if (&step != &steps.back()) {
      dependencies += (dependencies.empty() ? "" : ", ") + members(R"("projectPath": )" + path, step.mention);
    }
    const std::string task = members(R"("command": )" + json_string(step.command), step.task);
    if (!projects.empty()) projects += ", ";
    projects.append(path).append(R"(: {"tasks": {"go": )").append(task).append("}}");
  }
  return R"({"workspace": {)" + json_string("./" + steps.back().project) + R"(: {"go": [)" + dependencies +
         R"(]}}, "projects": {)" + projects + "}" + more + "}";
}

}  // namespace

Workspace::Workspace(std::string_view configuration) {
  for (const char* project : {"a", "b", "c", "d"}) fs::create_directory(root() / project);
  write("dream.json", configuration);
}

Workspace::Workspace(const std::vector<Step>& steps, const std::string& more)
    : Workspace(configuration_of(steps, more)) {
  requested_ = steps.back().project;
  for (const Step& step : steps) fs::create_directories(root() / step.project);
}

Workspace::Workspace(const Example& example) {
  fs::copy(fs::path(DREAM_EXAMPLES) / example.name, root(), fs::copy_options::recursive);
}

void Workspace::write(const std::string& path, std::string_view text) const {
  folder_.write(path, text);
}

void Workspace::script(const std::string& path, std::string_view text) const {
  write(path, "#!/bin/sh\n" + std::string(text));
  fs::permissions(root() / path, fs::perms::owner_all);
}

std::string Workspace::read(const std::string& path) const {
  std::ostringstream text;
  text << std::ifstream(root() / path, std::ios::binary).rdbuf();
  return text.str();
}

Gate::Gate(const Workspace& workspace, const std::string& name) {
  const fs::path path = workspace.root() / name;
  if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("no fifo " + path.string());
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
}

Gate::~Gate() {
  ::close(descriptor_);
}

void Gate::open() const {
  if (::write(descriptor_, "\n", 1) != 1) throw std::runtime_error("the gate is stuck");
}

}  // namespace dream::e2e
