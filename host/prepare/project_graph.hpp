#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "plugin/registry.hpp"
#include "prepare/workspace.hpp"

namespace dream::prepare {

/// The plugins of a workspace; called when the first one is asked.
using OpenRegistry = std::function<plugin::Registry&()>;
/// Takes a sentence that warns.
using Warn = std::function<void(std::string_view)>;

/// What is known of the projects of a workspace beyond what dream.json says of each: which there are, which
/// tasks they have, and which of them need which, by their manifests. Asks executors, each about a project at
/// most once, and only when it is asked itself.
class ProjectGraph final : public Manifests {
 public:
  /// `loaded` must outlive the graph.
  ProjectGraph(const LoadedWorkspace& loaded, OpenRegistry open, Warn warn)
      : loaded_(loaded), open_(std::move(open)), warn_(std::move(warn)) {}

  /// All projects by name: those that dream.json names, and the folders that its globs match (but for hidden
  /// ones and `node_modules`). Warns of folders that can't be projects, for their names can't be shown.
  [[nodiscard]] const std::vector<std::string>& projects();

  /// An Error where a glob of dream.json begins in a folder that can't be read. (Folders further down may be
  /// a container's own: projects() warns of those.)
  [[nodiscard]] Result<void> all_found();

  /// Entries of `recursive` that match no project.
  [[nodiscard]] std::vector<const RecursiveRule*> idle_rules();

  /// Whether dream.json gives the project's task a command, or its executor finds one; an Error where the
  /// executor can't look.
  [[nodiscard]] Result<bool> has_task(const std::string& project, const std::string& task);
  [[nodiscard]] bool lacks_task(const std::string& project, const std::string& task) override;

  /// An entry of a pattern that names a task of the same project, and no project has it that the pattern
  /// matches.
  struct IdleEntry {
    std::string pattern, task;
    std::string similar;  ///< a task that they have; empty: none
    SourceOffset where;
  };
  [[nodiscard]] std::vector<IdleEntry> idle_entries();

  /// A task that a project would need by its manifest, but that only development needs, or a peer, and the
  /// projects need one another in a circle.
  struct Unfollowed {
    std::string project, needed, task;
    auto operator<=>(const Unfollowed&) const = default;
  };

  /// As Manifests says, without those that are Unfollowed. An Error where the project's executor doesn't know
  /// manifests, or can't read one.
  [[nodiscard]] Result<std::vector<std::string>> needed(const std::string& project,
                                                        const std::string& task) override;

  /// What needed() has left out so far.
  [[nodiscard]] const std::set<Unfollowed>& unfollowed() const { return unfollowed_; }

  /// What each entry `"^"` leaves out. A manifest that can't be read is passed over.
  [[nodiscard]] std::map<SourceOffset, std::set<Unfollowed>> unfollowed_by_entry();

  /// The projects that each project needs: by dream.json for any task, and by its manifest, also where both
  /// are on one circle. A manifest that can't be read is an Error where dream.json says `"^"`, and else a
  /// warning.
  [[nodiscard]] Result<std::map<std::string, std::vector<std::string>, std::less<>>> needs();

 private:
  /// Circles of all that manifests name; and those that are left where the first are broken by what only
  /// development needs.
  enum class Among : std::uint8_t { all, lasting };
  struct Circle {
    std::optional<std::size_t> id;       ///< the same for all on one
    std::size_t number = 0, lowest = 0;  ///< while circles are looked for
    bool on_stack = false;
  };
  struct Node {
    std::vector<plugin::NeededProject> needed;
    std::array<Circle, 2> circles;  ///< by Among
    [[nodiscard]] Circle& circle(Among among) { return circles.at(static_cast<std::size_t>(among)); }
    [[nodiscard]] bool shares_circle(const Node& other, Among among) const {
      const auto at = static_cast<std::size_t>(among);
      return circles.at(at).id == other.circles.at(at).id;
    }
  };

  /// Of a task with settings in `projects`, without a command: whether its executor knows what to
  /// run. One that can't be asked is taken to: whoever plans the step is told why.
  [[nodiscard]] bool is_described(const std::string& project, const std::string& task);
  /// Calls `see` with the task and the entry.
  void see_entries(const std::string& project,
                   const std::function<void(const std::string&, const Dependency&)>& see) const;
  [[nodiscard]] Result<std::vector<std::string>> look_for_needed(const std::string& project,
                                                                 const std::string& task,
                                                                 std::set<Unfollowed>& unfollowed);
  /// `whole`: also along what is Unfollowed; else `spared` tells whether there is any.
  [[nodiscard]] std::vector<std::string> reached(const std::string& project, const std::string& task,
                                                 bool whole, bool& spared);
  [[nodiscard]] std::unordered_set<std::string> followed_from(const std::string& project) const;
  [[nodiscard]] Result<Node*> node_of(const std::string& project);
  [[nodiscard]] static bool lasts(const plugin::NeededProject& one, const Node& node, const Node& other);
  [[nodiscard]] static bool is_followed(const plugin::NeededProject& one, const Node& node,
                                        const Node& other);
  /// For those among what lasts, those among all must be known.
  [[nodiscard]] Result<void> find_circles(const std::string& from, Among among);
  [[nodiscard]] Result<plugin::LoadedPlugin*> executor_of(const std::string& project);
  [[nodiscard]] plugin::ProjectSpec spec_of(const std::string& project) const;

  const LoadedWorkspace& loaded_;
  OpenRegistry open_;
  Warn warn_;
  std::optional<std::vector<std::string>> projects_;
  std::optional<Error> unsearched_;
  std::map<std::string, Result<std::vector<std::string>>, std::less<>> found_tasks_;  ///< by project, sorted
  std::map<std::pair<std::string, std::string>, bool> described_;                     ///< by project and task
  std::map<std::string, Node, std::less<>> nodes_;
  std::set<Unfollowed> unfollowed_;
  std::size_t numbers_ = 0;
};

}  // namespace dream::prepare
