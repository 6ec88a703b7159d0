#include "init/package_steps.hpp"

#include <algorithm>

namespace dream::init {

PackageSteps::PackageSteps(const std::vector<Package>& packages, const PackagesByName& by_name,
                           const std::vector<NeedsDraft>& needs)
    : packages_(packages), by_name_(by_name) {
  find_reached();
  for (const NeedsDraft& one : needs) {
    std::vector<Step>& steps = needs_[{one.project, one.task}];
    const auto package = std::ranges::find(packages_, one.project, &Package::path);
    for (const EntryDraft& entry : one.entries) {
      if (!entry.project.empty()) {
        steps.emplace_back(entry.project, entry.task);
      } else if (package != packages_.end()) {
        std::set<const Package*> seen{&*package};
        add_needed(*package, entry.task, seen, steps);
      }
    }
  }
}

void PackageSteps::find_reached() {
  for (const Package& from : packages_) {
    std::set<const Package*>& reached = reached_[&from];
    std::vector<const Package*> open{&from};
    while (!open.empty()) {
      const Package* package = open.back();
      open.pop_back();
      for (const auto& [name, use] : package->uses) {
        const auto used = by_name_.find(name);
        if (used != by_name_.end() && package->means(name, *used->second) &&
            reached.insert(used->second).second)
          open.push_back(used->second);
      }
    }
  }
}

bool PackageSteps::is_followed(const Package& from, const Package& to, Package::Use use) const {
  const auto reaches = [&](const Package& one, const Package& other) {
    const auto found = reached_.find(&one);
    return found != reached_.end() && found->second.contains(&other);
  };
  return use != Package::Use::development || !reaches(from, to) || !reaches(to, from);
}

/// Behind a package that lacks the task come those it uses.
void PackageSteps::add_needed(const Package& package, const std::string& task, std::set<const Package*>& seen,
                              std::vector<Step>& steps) const {
  for (const auto& [name, use] : package.uses) {
    const auto used = by_name_.find(name);
    if (used == by_name_.end() || !package.means(name, *used->second) ||
        !is_followed(package, *used->second, use) || !seen.insert(used->second).second)
      continue;
    if (used->second->scripts.contains(task))
      steps.emplace_back(used->second->path, task);
    else
      add_needed(*used->second, task, seen, steps);
  }
}

}  // namespace dream::init
