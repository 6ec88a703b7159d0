#pragma once

#include <cstddef>
#include <vector>

namespace dream::simulation {

/// Walks through every sequence of choices, depth first. A run asks choose() wherever something could go one
/// way or another; next() turns to the first run that nobody has seen. Which choices there are may depend on
/// the ones before: a behaviour that a run never asks for makes no difference, and is not tried five times.
class Choices {
 public:
  /// 0 … alternatives - 1.
  std::size_t choose(std::size_t alternatives) {
    if (depth_ == path_.size()) path_.push_back({0, alternatives});
    return path_[depth_++].taken;
  }

  /// False when every run was seen.
  bool next() {
    depth_ = 0;
    while (!path_.empty() && path_.back().taken + 1 == path_.back().alternatives) path_.pop_back();
    if (path_.empty()) return false;
    ++path_.back().taken;
    return true;
  }

  /// The same run again.
  void again() { depth_ = 0; }

 private:
  struct Choice {
    std::size_t taken;
    std::size_t alternatives;
  };
  std::vector<Choice> path_;
  std::size_t depth_ = 0;
};

}  // namespace dream::simulation
