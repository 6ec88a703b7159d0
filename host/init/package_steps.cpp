#include "init/package_steps.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

namespace dream::init {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

/// By vertex: the same for all that lead to one another.
std::vector<std::size_t> components_of(const Graph& graph) {
  std::vector<std::size_t> components(boost::num_vertices(graph));
  boost::strong_components(
      graph, boost::make_iterator_property_map(components.begin(), boost::get(boost::vertex_index, graph)));
  return components;
}

}  // namespace

PackageSteps::PackageSteps(const std::vector<Package>& packages, const PackagesByName& by_name,
                           const std::vector<NeedsDraft>& needs)
    : packages_(packages), by_name_(by_name) {
  circles_ = circles_among(false);
  lasting_circles_ = circles_among(true);
  std::map<std::string, const Package*> by_path;
  for (const Package& package : packages_) by_path.emplace(package.path, &package);
  for (const NeedsDraft& one : needs) {
    std::vector<Need>& found = needs_[{one.project, one.task}];
    const auto package = by_path.find(one.project);
    for (const EntryDraft& entry : one.entries) {
      if (!entry.project.empty()) {
        found.push_back({{entry.project, entry.task}, false});
      } else if (package != by_path.end()) {
        std::set<const Package*> seen{package->second};
        add_needed(*package->second, entry.task, seen, found);
      }
    }
  }
}

const Package* PackageSteps::used(const Package& package, const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && package.means(name, *found->second) ? found->second : nullptr;
}

PackageSteps::Circles PackageSteps::circles_among(bool lasting) const {
  Circles circles;
  for (const auto& [name, package] : by_name_) circles.emplace(package, circles.size());
  for (const Package& package : packages_) circles.emplace(&package, circles.size());
  Graph graph(circles.size());
  for (const Package& package : packages_) {
    for (const auto& [name, use] : package.uses) {
      const Package* other = used(package, name);
      if (other != nullptr && (!lasting || lasts(package, *other, use)))
        boost::add_edge(circles[&package], circles[other], graph);
    }
  }
  const std::vector<std::size_t> components = components_of(graph);
  for (auto& [package, number] : circles) number = components[number];
  return circles;
}

bool PackageSteps::lasts(const Package& from, const Package& to, Package::Use use) const {
  return use != Package::Use::development || circles_.at(&from) != circles_.at(&to);
}

bool PackageSteps::is_followed(const Package& from, const Package& to, Package::Use use) const {
  return lasts(from, to, use) &&
         (use != Package::Use::peer || lasting_circles_.at(&from) != lasting_circles_.at(&to));
}

/// Behind a package that lacks the task come those it uses.
void PackageSteps::add_needed(const Package& package, const std::string& task, std::set<const Package*>& seen,
                              std::vector<Need>& needs) const {
  for (const auto& [name, use] : package.uses) {
    const Package* other = used(package, name);
    if (other == nullptr || !is_followed(package, *other, use) || !seen.insert(other).second) continue;
    if (other->has(task))
      needs.push_back({{other->path, task}, true});
    else
      add_needed(*other, task, seen, needs);
  }
}

std::set<std::string> PackageSteps::named_in_cycles() const {
  std::map<ProjectTask, std::size_t> numbers;
  for (const auto& [step, needs] : needs_) {
    numbers.emplace(step, numbers.size());
    for (const Need& need : needs) numbers.emplace(need.step, numbers.size());
  }
  Graph graph(numbers.size());
  for (const auto& [step, needs] : needs_)
    for (const Need& need : needs) boost::add_edge(numbers.at(step), numbers.at(need.step), graph);
  const std::vector<std::size_t> components = components_of(graph);
  std::set<std::string> tasks;
  for (const auto& [step, needs] : needs_)
    for (const Need& need : needs)
      if (need.by_manifest && components[numbers.at(step)] == components[numbers.at(need.step)])
        tasks.insert(need.step.second);
  return tasks;
}

std::set<ProjectTask> PackageSteps::needed_by(const std::vector<EntryDraft>& entries) const {
  std::set<ProjectTask> found;
  std::vector<ProjectTask> open;
  open.reserve(entries.size());
  for (const EntryDraft& entry : entries) open.emplace_back(entry.project, entry.task);
  while (!open.empty()) {
    const auto needs = needs_.find(open.back());
    open.pop_back();
    if (needs == needs_.end()) continue;
    for (const Need& need : needs->second)
      if (found.insert(need.step).second) open.push_back(need.step);
  }
  return found;
}

}  // namespace dream::init
