#include "init/draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace dream::init {

namespace {

std::string in_braces(const std::vector<Member>& members) {
  std::string text;
  for (const auto& [key, value] : members) {
    text += fmt::format("{}{}: {}", text.empty() ? "{ " : ", ", json_string(key), value);
  }
  return text.empty() ? "{}" : text + " }";
}

/// No line break of a name found somewhere ends a comment.
std::string comment_line(std::string_view indentation, const std::string& text) {
  return text.empty() ? std::string() : fmt::format("{}// {}\n", indentation, printable(text));
}

bool has_task(const ProjectDraft& project, const std::string& name) {
  return std::ranges::find(project.tasks, name, &TaskDraft::name) != project.tasks.end() ||
         std::ranges::find(project.found, name) != project.found.end();
}

}  // namespace

std::string Draft::at(const std::string& folder) const {
  if (base_ == "./") return folder;
  return folder == "./" ? base_ : base_ + folder.substr(1);
}

bool Draft::has(const std::string& path) const {
  return std::ranges::find(projects_, path, &ProjectDraft::path) != projects_.end();
}

ProjectDraft& Draft::project(const std::string& path, const std::string& executor,
                             const std::string& comment) {
  const auto known = std::ranges::find(projects_, path, &ProjectDraft::path);
  if (known != projects_.end()) return *known;
  return projects_.emplace_back(ProjectDraft{path, executor, comment, {}, {}, {}});
}

bool Draft::add_task(const std::string& path, const std::string& executor, const std::string& comment,
                     TaskDraft task) {
  ProjectDraft& owner = project(path, executor, comment);
  if (has_task(owner, task.name)) {
    remark(fmt::format("\"{}\" {} is left out: {} has a task of that name.", task.name, comment, path));
    return false;
  }
  if (owner.executor != executor)
    task.members.insert(task.members.begin(), {"executor", json_string(executor)});
  owner.tasks.push_back(std::move(task));
  return true;
}

std::string Draft::free_name(const std::string& path, std::initializer_list<const char*> names) const {
  const auto owner = std::ranges::find(projects_, path, &ProjectDraft::path);
  for (const char* name : names) {
    if (owner == projects_.end() || !has_task(*owner, name)) return name;
  }
  return {};
}

void Draft::render_needs(std::string& out) const {
  if (needs_.empty()) return;
  out += "  // what runs before what: project, task, and what it needs, in this order\n  \"workspace\": {\n";
  std::vector<std::string> owners;
  for (const NeedsDraft& needs : needs_) {
    if (std::ranges::find(owners, needs.project) == owners.end()) owners.push_back(needs.project);
  }
  for (const std::string& owner : owners) {
    out += fmt::format("    {}: {{\n", json_string(owner));
    for (const NeedsDraft& needs : needs_) {
      if (needs.project != owner) continue;
      out += fmt::format("      {}: [\n", json_string(needs.task));
      for (const std::string& entry : needs.entries) out += fmt::format("        {},\n", entry);
      out += "      ],\n";
    }
    out += "    },\n";
  }
  out += "  },\n\n  // what these need needs its own, too\n  \"recursive\": [\n";
  for (const NeedsDraft& needs : needs_) {
    out += fmt::format("    {{ \"project\": {}, \"tasks\": [{}] }},\n", json_string(needs.project),
                       json_string(needs.task));
  }
  out += "  ],\n\n";
}

void Draft::render_projects(std::string& out) const {
  out += "  // how each project runs its tasks\n  \"projects\": {\n";
  for (const ProjectDraft& project : projects_) {
    out += comment_line("    ", project.comment);
    out += fmt::format("    {}: {{\n      \"executor\": {},\n", json_string(project.path),
                       json_string(project.executor));
    for (const auto& [key, value] : project.members)
      out += fmt::format("      {}: {},\n", json_string(key), value);
    if (!project.tasks.empty()) out += "      \"tasks\": {\n";
    for (const TaskDraft& task : project.tasks) {
      out += fmt::format("        {}: {},\n", json_string(task.name), in_braces(task.members));
    }
    if (!project.tasks.empty()) out += "      },\n";
    out += "    },\n";
  }
  out += "  },\n";
}

std::string Draft::render() const {
  std::string out =
      "{\n  // Written by dream init. `dream list` shows what there is, `dream validate` what is wrong.\n";
  for (const std::string& sentence : remarks_) out += comment_line("  ", sentence);
  out += "\n";
  render_needs(out);
  render_projects(out);
  return out + "}\n";
}

}  // namespace dream::init
