#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "init/make_words.hpp"

namespace dream::init {

/// The conditions of a Makefile, `ifdef` to `endif`, as far as they can be decided without make: by plain
/// variables and the environment.
class MakeConditions {
 public:
  explicit MakeConditions(const MakeVariables& variables) : variables_(variables) {}

  /// Whether a line is one of `ifeq`, `else`, `endif` and so on, which is then taken. `certain` gets those
  /// targets of an `endif`'s branches that there are in any case.
  [[nodiscard]] bool take(const std::string& line, std::vector<std::string>& certain);

  /// make doesn't read what stands here.
  [[nodiscard]] bool is_passed_over() const { return has(State::fails); }
  /// make reads what stands here, for sure.
  [[nodiscard]] bool is_certain() const { return !has(State::unknown) && !has(State::fails); }

  /// A target that stands where it isn't certain.
  void add(const std::string& target) { open_.back().targets.insert(target); }

  /// How many are open: a file ends those that it has begun.
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  void end_all_but(std::size_t depth);

 private:
  enum class State : std::uint8_t { holds, fails, unknown };
  struct Open {
    State state = State::fails;                     ///< of the branch that is read
    bool is_over = false;                           ///< no other branch can hold
    bool is_unknown = false;                        ///< of one of its branches
    std::size_t branches = 0;                       ///< that may hold, of those before this one
    std::set<std::string> targets = {};             ///< of this branch
    std::map<std::string, std::size_t> found = {};  ///< in how many of those before
  };

  [[nodiscard]] bool has(State state) const;
  void begin(State state);
  void next_branch(State state);
  static void close_branch(Open& open);
  void end(std::vector<std::string>& certain);
  [[nodiscard]] State decided(const std::string& word, const std::string& rest) const;

  const MakeVariables& variables_;
  std::vector<Open> open_;
};

}  // namespace dream::init
