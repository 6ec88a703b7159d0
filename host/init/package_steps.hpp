#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "init/package_rules.hpp"
#include "init/packages.hpp"

namespace dream::init {

/// The tasks of packages and what each needs, as a run of dream will see it. Which manifests count is the
/// rule of prepare::ProjectGraph.
class PackageSteps {
 public:
  PackageSteps(const std::vector<Package>& packages, const PackagesByName& by_name,
               const std::vector<NeedsDraft>& needs);

  /// The tasks that some `"^"` means for which a task would need itself, directly or through others.
  [[nodiscard]] std::set<std::string> named_in_cycles() const;

  /// What stands behind these, not they themselves.
  [[nodiscard]] std::set<ProjectTask> needed_by(const std::vector<EntryDraft>& entries) const;

 private:
  struct Need {
    ProjectTask step;
    bool by_manifest;
  };
  using Circles =
      std::map<const Package*, std::size_t>;  ///< the same for all that use one another in a circle

  /// The package of the workspace that another one means by a name; null: it comes from elsewhere.
  [[nodiscard]] const Package* used(const Package& package, const std::string& name) const;
  /// Those of all that packages use, or only of what lasts when the circles of development are broken.
  [[nodiscard]] Circles circles_among(bool lasting) const;
  [[nodiscard]] bool lasts(const Package& from, const Package& to, Package::Use use) const;
  [[nodiscard]] bool is_followed(const Package& from, const Package& to, Package::Use use) const;
  void add_needed(const Package& package, const std::string& task, std::set<const Package*>& seen,
                  std::vector<Need>& needs) const;

  const std::vector<Package>& packages_;
  const PackagesByName& by_name_;
  Circles circles_, lasting_circles_;
  std::map<ProjectTask, std::vector<Need>> needs_;
};

}  // namespace dream::init
