#include "cli/views/project_table.hpp"

#include <algorithm>

#include "base/columns.hpp"

namespace dream::cli {

using prepare::ListedProject;
using prepare::ListedTask;

namespace {

/// Names longer than this don't push everybody else's columns to the right.
constexpr std::size_t widest_name = 48;

/// Appends `text` and fills up to `width` columns and two more.
void append_cell(std::string& out, std::string_view text, std::size_t width, Tone tone, bool colour) {
  const std::size_t filled = append_toned_printable(out, text, tone, colour);
  out.append((filled < width ? width - filled : 0) + 2, ' ');
}

}  // namespace

void append_projects(std::string& out, const std::vector<ListedProject>& projects, const Locate& locate,
                     const std::function<std::string_view(const ListedProject&)>& note_of, bool colour) {
  std::size_t name_width = 0;
  std::size_t executor_width = 0;
  for (const ListedProject& project : projects) {
    name_width = std::max(name_width, columns(project.name));
    executor_width = std::max(executor_width, columns(*project.executor));
    for (const ListedTask& task : project.tasks) {
      name_width = std::max(name_width, columns(*task.name) + 2);
      executor_width = std::max(executor_width, columns(*task.executor));
    }
    for (const plugin::FoundTask* task : project.found) {
      name_width = std::max(name_width, columns(task->name) + 2);
    }
  }
  name_width = std::min(name_width, widest_name);
  const auto place = [&](SourceOffset where) { return where.known() ? locate(where) : std::string(); };
  for (const ListedProject& project : projects) {
    append_cell(out, project.name, name_width, Tone::strong, colour);
    append_cell(out, *project.executor, executor_width, Tone::plain, colour);
    append_toned_printable(out, place(project.where), Tone::faint, colour);
    const std::string_view note = note_of(project);
    if (!note.empty()) {
      out += "  ";
      append_toned(out, note, Tone::warning, colour);
    }
    out += '\n';
    for (const ListedTask& task : project.tasks) {
      out += "  ";
      append_cell(out, *task.name, name_width - 2, Tone::plain, colour);
      append_cell(out, *task.executor, executor_width, Tone::plain, colour);
      append_toned_printable(out, place(task.where), Tone::faint, colour);
      if (task.description != nullptr)
        append_toned_printable(out, "  " + *task.description, Tone::plain, colour);
      out += '\n';
    }
    for (const plugin::FoundTask* task : project.found) {
      out += "  ";
      append_cell(out, task->name, name_width - 2, Tone::plain, colour);
      append_cell(out, *project.executor, executor_width, Tone::plain, colour);
      append_toned_printable(out, task->source + (task->summary.empty() ? "" : ": " + task->summary),
                             Tone::faint, colour);
      out += '\n';
    }
  }
}

}  // namespace dream::cli
