#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace dream::select {

/// Which projects each project needs, all names normalised.
using Needs = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A project that was selected, or that depends on one that was.
struct Dependent {
  std::string project;
  std::string needs;  ///< the project that brought it: one that it needs directly; empty: it was selected
};

/// The selected projects, in their order, and then all that depend on them, directly or through others: the
/// nearest first, those as near by name. Each once; cycles do no harm. Pure. The cost grows with the number
/// of projects and edges.
[[nodiscard]] std::vector<Dependent> with_dependents(std::span<const std::string> selected,
                                                     const Needs& needs);

}  // namespace dream::select
