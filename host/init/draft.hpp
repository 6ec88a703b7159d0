#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

/// A dream.json in the making.
namespace dream::init {

/// A key and its value as JSON text on one line.
using Member = std::pair<std::string, std::string>;

/// `{ "key": value, … }` on one line.
[[nodiscard]] std::string object_json(const std::vector<Member>& members);
/// `["a", "b"]`
[[nodiscard]] std::string list_json(const std::vector<std::string>& texts);

/// A task of a project.
struct TaskDraft {
  std::string name;
  std::vector<Member> members;
};

/// Adds what another file says that it is for: the first line, nothing when that is empty.
void describe(TaskDraft& task, std::string_view text);

/// A project; its executor is always written.
struct ProjectDraft {
  std::string path;  ///< "./services/api"
  std::string executor;
  std::string comment;  ///< where it was found
  std::vector<Member> members;
  std::vector<TaskDraft> tasks;
  std::vector<std::string> found;  ///< tasks that the executor finds by itself
  /// "./packages/*": may stand for this project and others where their tasks need the same.
  std::string pattern;
  bool fills_pattern = false;  ///< no folder fits the pattern that isn't such a project
};

/// One of those that a task needs.
struct EntryDraft {
  std::string project;  ///< empty: the task in all that the project's manifest names
  std::string task;
  std::vector<Member> members = {};  ///< further ones: `async`, `waitFor`
  bool weak = false;                 ///< left out first where entries form a cycle
};

/// What a task needs.
struct NeedsDraft {
  std::string project;
  std::string task;
  std::vector<EntryDraft> entries;
  bool beside = false;  ///< they don't wait for one another, but for those that are `async`
  /// What the project's pattern would have to say for this, which may name tasks that the project lacks.
  std::optional<std::vector<EntryDraft>> in_pattern = {};
};

/// How long a task goes on that is there for others: until those in front have ended, as long as the others
/// last, or until it is stopped, as processes are left that are nobody's step any more.
enum class Gatherer : std::uint8_t { until_they_end, while_they_last, until_stopped };

/// A project and one of its tasks.
using ProjectTask = std::pair<std::string, std::string>;
/// Whether a task needs itself, directly or through others.
[[nodiscard]] bool has_cycle(const std::map<ProjectTask, std::vector<ProjectTask>>& needs);

/// Tasks of one source that have another name, as their project had tasks of their names.
struct Renamed {
  std::string comment, path, kind;
  std::vector<std::pair<std::string, std::string>> names;  ///< there, and here
};

/// What is found in a repository, in the order found.
class Draft {
 public:
  /// `base`: the folder that the sources count their paths from, "./deploy". `root`: how the paths of the
  /// workspace's files begin, which the text leaves out.
  explicit Draft(std::string base = "./", std::string root = {})
      : base_(std::move(base)), root_(std::move(root)) {}

  /// A folder of a source, "./" or "./api", as a project of the workspace.
  [[nodiscard]] std::string at(const std::string& folder) const;
  /// The other way round.
  [[nodiscard]] std::string from_base(const std::string& path) const;
  /// From now on the sources count their paths from here; returns what they counted from before.
  std::string set_base(std::string base) { return std::exchange(base_, std::move(base)); }

  /// The project of this path; when it is new, with this executor and comment.
  ProjectDraft& project(const std::string& path, const std::string& executor, const std::string& comment);
  /// A task that runs with `executor`, and the name that it got: where another has its name, `kind` and a
  /// hyphen stand before it, which a remark tells.
  std::string add_task(const std::string& path, const std::string& executor, const std::string& comment,
                       const std::string& kind, TaskDraft task);
  /// What a task is in each project that has it.
  void add_common(const std::string& task, Member member);
  /// A task for all of `entries`, which it needs: the name that it got, the first of `names` that is free.
  /// `beside`: as NeedsDraft has it.
  std::string add_gatherer(const std::string& path, const std::string& executor, const std::string& comment,
                           std::initializer_list<std::string> names, std::vector<EntryDraft> entries,
                           bool beside, Gatherer lasts = Gatherer::while_they_last);
  /// The first of these names that no task of the project has; when all are taken, the last one with a
  /// number.
  [[nodiscard]] std::string free_name(const std::string& path,
                                      std::initializer_list<std::string> names) const;
  void add_needs(NeedsDraft needs);
  /// Globs of files whose changes count for every project.
  void add_affects(const std::vector<std::string>& globs);
  /// What all containers have in common, as JSON, where no project can say it.
  void set_container_options(std::string options) { container_options_ = std::move(options); }
  [[nodiscard]] bool has_container_options() const { return !container_options_.empty(); }
  /// A sentence for the head of the file; the same one only once.
  void remark(const std::string& sentence);
  /// `whose` would wait for `what`, which isn't there: one remark for all.
  void miss(const std::string& what, const std::string& whose);
  /// A remark on files, or parts of them, that were passed over: where there is nothing else, they are why.
  void tell_unread(const std::string& sentence) {
    remark(sentence);
    unread_ += (unread_.empty() ? "" : " ") + sentence;
  }
  /// A file that can't be understood: the others are taken over.
  void pass_over(Error why);
  [[nodiscard]] const std::string& unread() const { return unread_; }
  /// `what` of `whose` isn't in the file: one remark for all of the same `what`.
  void leave_out(const std::string& what, const std::string& whose);
  [[nodiscard]] bool is_left_out(const std::string& what, const std::string& whose) const;

  /// The folder is what a container of another project is built from.
  void see_built(const std::string& path) { built_.insert(path); }
  [[nodiscard]] bool is_built(const std::string& path) const { return built_.contains(path); }

  /// A file that this was read from, and that is no news.
  void see_read(const std::filesystem::path& file) { read_.insert(file.lexically_normal()); }
  [[nodiscard]] bool is_read(const std::filesystem::path& file) const {
    return read_.contains(file.lexically_normal());
  }

  [[nodiscard]] bool has(const std::string& path) const;
  [[nodiscard]] bool has_task(const std::string& path, const std::string& name) const;
  [[nodiscard]] const std::vector<ProjectDraft>& projects() const { return projects_; }

  /// Takes the entries out that would make a task need itself, weak ones first, each with a remark.
  void break_cycles();

  /// The text of the file, with comments.
  [[nodiscard]] std::string render() const;

 private:
  /// What a project's tasks need, as JSON: task and array.
  using Needs = std::vector<Member>;
  using NeedsByProject = std::vector<std::pair<std::string, Needs>>;

  void cut_cycles();
  [[nodiscard]] NeedsByProject needs_by_project() const;
  /// What projects say of tasks, as their patterns would have to say it.
  using SaidByTask = std::map<std::string, std::map<std::string, std::string>>;
  [[nodiscard]] Needs said_by_most(const std::string& pattern, const SaidByTask& said) const;
  void gather_alike(NeedsByProject& all) const;
  [[nodiscard]] std::set<std::string> leading_projects() const;
  void render_needs(std::string& out) const;
  void render_common(std::string& out) const;
  [[nodiscard]] std::map<std::string, std::vector<const ProjectDraft*>> plain_by_pattern() const;
  void render_projects(std::string& out) const;

  std::string base_;
  std::string root_;
  std::vector<ProjectDraft> projects_;
  std::map<std::string, std::size_t> project_at_;  ///< where in `projects_`
  std::set<ProjectTask> added_;
  std::vector<NeedsDraft> needs_;
  std::map<ProjectTask, std::size_t> needs_of_;  ///< where in `needs_`
  std::vector<TaskDraft> common_;
  std::vector<std::string> remarks_, missing_, waiting_;
  std::vector<Renamed> renamed_;
  std::vector<std::string> affects_;
  std::set<std::string> built_;
  std::set<std::filesystem::path> read_;
  std::string container_options_, unread_;
  std::vector<std::pair<std::string, std::vector<std::string>>> left_out_;
};

}  // namespace dream::init
