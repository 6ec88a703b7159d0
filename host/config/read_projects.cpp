#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

/// "{a,b}", "[ab]", and a "!" at the begin: patterns elsewhere.
bool looks_like_foreign_glob(std::string_view project) {
  const std::string_view name = project.substr(project.starts_with("./") ? 2 : 0);
  for (std::size_t at = name.find('{'); at != std::string_view::npos; at = name.find('{', at + 1)) {
    const std::string_view choice = name.substr(at, name.find('}', at) - at);
    if (at + choice.size() < name.size() && choice.find(',') != std::string_view::npos) return true;
  }
  const std::size_t bracket = name.find('[');
  return name.starts_with('!') ||
         (bracket != std::string_view::npos && name.find(']', bracket) != std::string_view::npos);
}

/// Where there is a folder of this name, it is that folder.
bool is_foreign_glob(const Reader& reader, std::string_view project) {
  return looks_like_foreign_glob(project) && !reader.has_folder(project);
}

constexpr std::array<Field<ProjectSettings>, 6> project_fields{{
    {"executor", [](Reader& reader, const Place& place, const Json& value,
                    ProjectSettings& project) { project.executor = reader.executor(place, value); }},
    {"options", [](Reader& reader, const Place& place, const Json& value,
                   ProjectSettings& project) { project.options = reader.options(place, value); }},
    {"env", [](Reader& reader, const Place& place, const Json& value,
               ProjectSettings& project) { project.env = read_environment(reader, place, value); }},
    {"envFile",
     [](Reader& reader, const Place& place, const Json& value, ProjectSettings& project) {
       project.env_files = reader.one_or_more(place, value, "the path of a file");
     }},
    {"ports", [](Reader& reader, const Place& place, const Json& value,
                 ProjectSettings& project) { project.ports = read_ports(reader, place, value); }},
    {"tasks", [](Reader& reader, const Place& place, const Json& value,
                 ProjectSettings& project) { read_tasks(reader, place, value, project.tasks); }},
}};

constexpr std::array<Field<ExecutorSettings>, 2> executor_fields{{
    {"plugin",
     [](Reader& reader, const Place& place, const Json& value, ExecutorSettings& executor) {
       executor.plugin = reader.text(place, value, "the path of a shared library");
     }},
    {"options", [](Reader& reader, const Place& place, const Json& value,
                   ExecutorSettings& executor) { executor.options = reader.options(place, value); }},
}};

/// An executor's name becomes a part of a file's name.
bool is_executor_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && name.front() != '.' && name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

bool is_good_glob(Reader& reader, const Place& place, std::string_view pattern) {
  if (is_foreign_glob(reader, pattern)) {
    reader.report(place,
                  fmt::format(R"(bad glob: only "*" and "?" stand for anything in {})", in_quotes(pattern)),
                  "write an entry for each alternative; one that names a project beats the globs");
    return false;
  }
  std::size_t start = 0;
  while (start <= pattern.size()) {
    const std::size_t end = std::min(pattern.find('/', start), pattern.size());
    const std::string_view segment = pattern.substr(start, end - start);
    if (segment != "**" && segment.find("**") != std::string_view::npos) {
      reader.report(place,
                    fmt::format(R"(bad glob: {} mixes "**" with other characters)", in_quotes(segment)),
                    R"("**" is a whole segment, as in "./packages/**/web"; within one it is "*")");
      return false;
    }
    start = end + 1;
  }
  return true;
}

void read_projects(Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
  if (!reader.is_object(place, value)) return;
  auto hint = workspace.projects.end();
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    ProjectSettings settings;
    settings.where = at.offset(reader.tree());
    read_object(reader, at, member.value, project_fields, settings);
    auto project = reader.project(at, at.key());
    if (!project) continue;
    bool is_new = true;
    if (!is_glob(*project) && !is_foreign_glob(reader, *project)) {
      is_new = emplace_in_order(workspace.projects, hint, *project, std::move(settings)).second;
    } else if (is_good_glob(reader, at, *project)) {
      is_new = !workspace.project_globs.contains(*project);
      if (is_new) workspace.project_globs.push_back({*project, std::move(settings)});
    }
    if (!is_new) report_second_spelling(reader, at, value, *project);
  }
}

void read_executors(Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
  if (!reader.is_object(place, value)) return;
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    ExecutorSettings settings;
    settings.where = at.offset(reader.tree());
    read_object(reader, at, member.value, executor_fields, settings);
    if (!is_executor_name(at.key())) {
      reader.report(at, fmt::format("{} can't be the name of an executor", in_quotes(at.key())),
                    R"(letters, digits, "-", "_" and "." make a name)");
    } else if (!reader.is_known_executor(at.key())) {
      std::string hint = reader.nearest_executor(at.key());
      if (hint.empty()) hint = "give the path of its shared library as \"plugin\"";
      reader.report(at, fmt::format(R"(unknown executor {} without a "plugin")", in_quotes(at.key())),
                    std::move(hint));
    }
    workspace.executors.emplace(at.key(), std::move(settings));
  }
}

void report_second_spelling(Reader& reader, const Place& place, const Json& object,
                            const std::string& project) {
  if (!reader.has_room()) return;
  for (const Member& member : object.GetObject()) {
    if (normalise_project(std::string(text_of(member.name))) != project) continue;
    if (text_of(member.name) == place.key()) return;
    const Tree& tree = reader.tree();
    const SourceOffset first = tree.offset_of(member.name);
    const SourceText& source = tree.source_of(first);
    const bool same_file = &source == &tree.source_of(place.offset(tree));
    reader.report(place,
                  fmt::format("{} is another spelling of {} at {}", in_quotes(place.key()),
                              in_quotes(text_of(member.name)),
                              same_file ? line_and_column(source, first) : source.place(first)),
                  "put both into one entry, " + in_quotes(project));
    return;
  }
}

bool is_no_glob(Reader& reader, const Place& place, std::string_view project) {
  if (!is_glob(project)) {
    if (is_foreign_glob(reader, project))
      reader.report(place, in_quotes(project) + " is taken for the name of one folder",
                    "there are no patterns here: write an entry for each project", Severity::warning);
    return true;
  }
  reader.report(place, "expected one project, found the glob " + in_quotes(project),
                R"(globs are for the keys of "projects" and "workspace")");
  return false;
}

}  // namespace dream::config
