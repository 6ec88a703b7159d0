#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

/// A dream.json in the making.
namespace dream::init {

/// A key and its value as JSON text on one line.
using Member = std::pair<std::string, std::string>;

/// A task of a project.
struct TaskDraft {
  std::string name;
  std::vector<Member> members;
};

/// A project; its executor is always written.
struct ProjectDraft {
  std::string path;  ///< "./services/api"
  std::string executor;
  std::string comment;  ///< where it was found
  std::vector<Member> members;
  std::vector<TaskDraft> tasks;
  std::vector<std::string> found;  ///< tasks that the executor finds by itself
};

/// What a task needs.
struct NeedsDraft {
  std::string project;
  std::string task;
  std::vector<std::string> entries;  ///< each as JSON text
};

/// What is found in a repository, in the order found.
class Draft {
 public:
  /// `base`: the folder that the sources count their paths from, "./deploy".
  explicit Draft(std::string base = "./") : base_(std::move(base)) {}

  /// A folder of a source, "./" or "./api", as a project of the workspace.
  [[nodiscard]] std::string at(const std::string& folder) const;

  /// The project of this path; when it is new, with this executor and comment.
  ProjectDraft& project(const std::string& path, const std::string& executor, const std::string& comment);
  /// A task that runs with `executor`. The first of a name stays; a later one is told in a remark, and the
  /// answer is false.
  bool add_task(const std::string& path, const std::string& executor, const std::string& comment,
                TaskDraft task);
  /// The first of these names that no task of the project has; empty: all are taken.
  [[nodiscard]] std::string free_name(const std::string& path,
                                      std::initializer_list<const char*> names) const;
  void add_needs(NeedsDraft needs) { needs_.push_back(std::move(needs)); }
  /// A sentence for the head of the file.
  void remark(std::string sentence) { remarks_.push_back(std::move(sentence)); }

  [[nodiscard]] bool has(const std::string& path) const;
  [[nodiscard]] const std::vector<ProjectDraft>& projects() const { return projects_; }

  /// The text of the file, with comments.
  [[nodiscard]] std::string render() const;

 private:
  void render_needs(std::string& out) const;
  void render_projects(std::string& out) const;

  std::string base_;
  std::vector<ProjectDraft> projects_;
  std::vector<NeedsDraft> needs_;
  std::vector<std::string> remarks_;
};

}  // namespace dream::init
