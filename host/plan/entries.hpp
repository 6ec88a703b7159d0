#pragma once

#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "plan/plan.hpp"

namespace dream::plan {

/// For maps by step.
struct HashOfStepId {
  std::size_t operator()(const StepId& id) const noexcept {
    const std::hash<std::string> hash;
    return hash(id.project) * 31 + hash(id.task);
  }
};

/// The step that an entry of `of` names. Not of one that is `"^"`.
[[nodiscard]] inline StepId named_by(const Dependency& entry, const StepId& of) {
  return {entry.project.empty() ? of.project : entry.project, entry.task.empty() ? of.task : entry.task};
}

/// The dependencies of one step: those of dream.json, or others in their place.
class Entries {
 public:
  Entries() = default;
  explicit Entries(std::span<const Dependency> of_workspace) : all_(of_workspace) {}
  explicit Entries(std::vector<Dependency> own) : own_(std::move(own)), all_(own_) {}
  Entries(Entries&&) noexcept = default;  // the span stays: what a vector holds is moved with it
  Entries& operator=(Entries&&) noexcept = default;
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;
  ~Entries() = default;

  [[nodiscard]] std::span<const Dependency> all() const { return all_; }

 private:
  std::vector<Dependency> own_;
  std::span<const Dependency> all_;
};

/// Which dependencies of a step a plan follows.
enum class Followed : std::uint8_t {
  none,
  by_manifest,  ///< those that are `"^"`
  all,
};

/// Whether an entry of `recursive` says so.
[[nodiscard]] bool is_recursive(const Workspace& workspace, const StepId& id);

/// What a step depends on, in order: by the key of its project, else by every glob that matches it; `"^"` is
/// replaced by what the manifests name, and a task that a glob names and the project lacks by what that would
/// depend on. The error is that of `manifests`, with the entry.
[[nodiscard]] boost::system::result<Entries, PlanError> entries_of(const Workspace& workspace,
                                                                   const StepId& id, Followed followed,
                                                                   Manifests* manifests);

/// Makes one group of all that `is_background` doesn't hold for; the others stand before it, and what runs at
/// the end after it. An error: a group of its own among them.
[[nodiscard]] boost::system::result<Entries, PlanError> as_one_group(
    const Entries& entries, const StepId& id, const std::function<bool(const Dependency&)>& is_background);

}  // namespace dream::plan
