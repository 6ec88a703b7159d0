#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

/// Files are named by their paths from the root, and braces are no wildcards.
bool can_match_nothing(std::string_view glob) {
  const std::size_t comma = glob.find(',', std::min(glob.find('{'), glob.size()));
  const bool has_choice = comma != std::string_view::npos && glob.find('}', comma) != std::string_view::npos;
  return has_choice || glob.starts_with('/') || glob.starts_with("../") ||
         glob.find("/../") != std::string_view::npos;
}

/// Whether a value is the second of two words, of which the first is the usual one; others are reported.
bool is_other_word(Reader& reader, const Place& place, const Json& value, std::string_view usual,
                   std::string_view other, const char* hint) {
  const std::string_view word = value.IsString() ? text_of(value) : std::string_view();
  if (word != usual && word != other)
    reader.report_type(place, fmt::format(R"("{}" or "{}")", usual, other), value, hint);
  return word == other;
}

constexpr std::array<Field<Workspace>, 13> workspace_fields{{
    {"$schema",
     [](Reader& reader, const Place& place, const Json& value, Workspace&) {
       if (!value.IsString()) reader.report_type(place, "the address of a schema", value);
     }},
    {"workspace", read_dependencies},
    {"tasks", [](Reader& reader, const Place& place, const Json& value,
                 Workspace& workspace) { read_tasks(reader, place, value, workspace.tasks); }},
    {"recursive", read_recursive},
    {"executor",
     [](Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
       if (auto executor = reader.executor(place, value)) workspace.executor = std::move(*executor);
     }},
    {"executors", read_executors},
    {"affects",
     [](Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
       std::vector<std::string> globs;
       if (!value.IsArray()) return reader.report_type(place, "an array of globs for files", value);
       std::size_t index = 0;
       for (const Json& element : value.GetArray()) {
         const Place at(place, element, index++);
         auto glob = reader.text(at, element, "a glob for files");
         if (!glob) continue;
         if (can_match_nothing(*glob))
           reader.report(at, in_quotes(*glob) + " matches no file of the workspace",
                         "a path from the folder of dream.json, whose wildcards are *, ? and **",
                         Severity::warning);
         globs.push_back(std::move(*glob));
       }
       workspace.affects = std::move(globs);
     }},
    {"projects", read_projects},
    // Read when the files were merged, when the variables were expanded, and when a run begins.
    {"extends", [](Reader&, const Place&, const Json&, Workspace&) {}},
    {"history", [](Reader& reader, const Place& place, const Json& value,
                   Workspace&) { static_cast<void>(reader.boolean(place, value)); }},
    {"dotEnv", [](Reader& reader, const Place& place, const Json& value,
                  Workspace&) { static_cast<void>(reader.boolean(place, value)); }},
    {"jobserver",
     [](Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
       if (is_other_word(reader, place, value, "pipe", "fifo",
                         "pipe: every make and cargo know it; fifo: make from 4.4 and ninja from 1.13 on"))
         workspace.jobserver = Jobserver::fifo;
     }},
    {"stopOrder",
     [](Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
       if (is_other_word(reader, place, value, "reverse", "all",
                         "reverse: each step when none that needs it runs any more; all: at once"))
         workspace.stop_order = StopOrder::all;
     }},
}};

/// The file itself may be a link; the workspace is where the link lies.
void set_root(Workspace& workspace, const std::filesystem::path& file) {
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(file, ignored);
  workspace.root = absolute.lexically_normal().parent_path();
  workspace.file = workspace.root / absolute.filename();
}

/// Some task says that its dependencies are one group.
bool has_group(const std::map<std::string, TaskSettings, std::less<>>& tasks) {
  return std::ranges::any_of(tasks, [](const auto& task) { return task.second.group.value_or(false); });
}

void see_groups(Workspace& workspace) {
  workspace.has_groups =
      workspace.has_groups || has_group(workspace.tasks) ||
      std::ranges::any_of(workspace.projects, [](const auto& it) { return has_group(it.second.tasks); }) ||
      std::ranges::any_of(workspace.project_globs,
                          [](const auto& it) { return has_group(it.settings.tasks); });
}

}  // namespace

LoadResult interpret(std::shared_ptr<const Document> document, std::span<const std::string> known_executors,
                     FindExecutors others) {
  LoadResult result{std::move(document), {}, {}};
  set_root(result.workspace, result.document->file());
  ProblemList problems;
  for (const Problem& problem : result.document->problems()) problems.add(problem);
  if (const Tree* tree = result.document->tree()) {
    Reader reader(*tree, result.workspace.root, known_executors, std::move(others), problems);
    read_object(reader, Place(tree->root()), tree->root(), workspace_fields, result.workspace);
    see_groups(result.workspace);
    if (const auto& extended = result.document->extended(); !extended.empty() && !result.workspace.affects) {
      result.workspace.affects = {"dream.json", "dream.local.json"};
      result.workspace.affects->insert(result.workspace.affects->end(), extended.begin(), extended.end());
    }
  }
  result.problems = problems.take();
  for (Problem& problem : result.problems) {
    problem.message = result.document->masked(std::move(problem.message));
    problem.hint = result.document->masked(std::move(problem.hint));
  }
  return result;
}

Result<LoadResult> load(const FoundFile& file, const std::filesystem::path& name,
                        std::span<const std::string> known_executors, FindExecutors others,
                        const Outside& outside) {
  auto document = Document::read(file, name, outside);
  if (!document) return document.error();
  return interpret(std::move(*document), known_executors, std::move(others));
}

Result<LoadResult> load(const std::filesystem::path& file, std::span<const std::string> known_executors) {
  auto document = Document::read(file);
  if (!document) return document.error();
  return interpret(std::move(*document), known_executors);
}

}  // namespace dream::config
