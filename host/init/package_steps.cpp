#include "init/package_steps.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace dream::init {

PackageSteps::PackageSteps(const std::vector<Package>& packages, const PackagesByName& by_name,
                           const std::vector<NeedsDraft>& needs)
    : packages_(packages), by_name_(by_name) {
  find_circles();
  std::map<std::string, const Package*> by_path;
  for (const Package& package : packages_) by_path.emplace(package.path, &package);
  for (const NeedsDraft& one : needs) {
    std::vector<Step>& steps = needs_[{one.project, one.task}];
    const auto package = by_path.find(one.project);
    for (const EntryDraft& entry : one.entries) {
      if (!entry.project.empty()) {
        steps.emplace_back(entry.project, entry.task);
      } else if (package != by_path.end()) {
        std::set<const Package*> seen{package->second};
        add_needed(*package->second, entry.task, seen, steps);
      }
    }
  }
}

const Package* PackageSteps::used(const Package& package, const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && package.means(name, *found->second) ? found->second : nullptr;
}

void PackageSteps::find_circles() {
  for (const auto& [name, package] : by_name_) circles_.emplace(package, circles_.size());
  for (const Package& package : packages_) circles_.emplace(&package, circles_.size());
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> graph(circles_.size());
  for (const Package& package : packages_) {
    for (const auto& [name, use] : package.uses)
      if (const Package* other = used(package, name); other != nullptr)
        boost::add_edge(circles_[&package], circles_[other], graph);
  }
  std::vector<std::size_t> circle_of(circles_.size());
  boost::strong_components(
      graph, boost::make_iterator_property_map(circle_of.begin(), boost::get(boost::vertex_index, graph)));
  for (auto& [package, number] : circles_) number = circle_of[number];
}

bool PackageSteps::is_followed(const Package& from, const Package& to, Package::Use use) const {
  return use != Package::Use::development || circles_.at(&from) != circles_.at(&to);
}

/// Behind a package that lacks the task come those it uses.
void PackageSteps::add_needed(const Package& package, const std::string& task, std::set<const Package*>& seen,
                              std::vector<Step>& steps) const {
  for (const auto& [name, use] : package.uses) {
    const Package* other = used(package, name);
    if (other == nullptr || !is_followed(package, *other, use) || !seen.insert(other).second) continue;
    if (other->has(task))
      steps.emplace_back(other->path, task);
    else
      add_needed(*other, task, seen, steps);
  }
}

}  // namespace dream::init
