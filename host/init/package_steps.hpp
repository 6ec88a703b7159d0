#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "init/package_rules.hpp"
#include "init/packages.hpp"

namespace dream::init {

/// The tasks of packages and what each needs, as a run of dream will see it.
class PackageSteps {
 public:
  PackageSteps(const std::vector<Package>& packages, const PackagesByName& by_name,
               const std::vector<NeedsDraft>& needs);

  /// Whether a task needs itself, directly or through others.
  [[nodiscard]] bool has_cycle() const { return dream::init::has_cycle(needs_); }

 private:
  using Step = ProjectTask;

  /// The package of the workspace that another one means by a name; null: it comes from elsewhere.
  [[nodiscard]] const Package* used(const Package& package, const std::string& name) const;
  void find_circles();
  [[nodiscard]] bool is_followed(const Package& from, const Package& to, Package::Use use) const;
  void add_needed(const Package& package, const std::string& task, std::set<const Package*>& seen,
                  std::vector<Step>& steps) const;

  const std::vector<Package>& packages_;
  const PackagesByName& by_name_;
  std::map<const Package*, std::size_t> circles_;  ///< the same for all that use one another in a circle
  std::map<Step, std::vector<Step>> needs_;
};

}  // namespace dream::init
