#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "base/time.hpp"

/// What happens in a run on a clock that is turned by hand: the `timing` blocks of the documents. A block
/// begins with what is given, in lines such as
///
///     $ dream -C services/api dev
///     database  runs until it is asked to end, needs 40 ms
///     auth      runs until it is asked to end, ready after 300 ms
///     api       runs 900 ms, exits with 3
///     worker    runs 100 ms, exits with 1; then runs until it is asked to end
///     web       runs until it is asked to end, ready after 300 ms, hangs after 5000 ms
///     Ctrl-C    at 5000 ms
///
/// and after an empty line has what follows from it.
namespace dream::docs {

/// What the process of one attempt does.
struct Behaviour {
  std::optional<Duration> runs;  ///< by itself; none: until it is asked to end
  ExitStatus exits = ExitedWith{0};
  std::optional<Duration> ready;                ///< after its start, if somebody looks; none: it never is
  std::optional<Duration> hangs;                ///< after its start: no probe of its health passes any more
  std::optional<Duration> needs = Duration(0);  ///< to end, once it was asked; none: it doesn't listen
};

struct Scenario {
  std::string command_line;  ///< "dream …"
  /// By the names that the output gives them: of each attempt; the last, of all that follow.
  std::map<std::string, std::vector<Behaviour>> steps;
  std::multimap<Instant, int> signals;
};

/// The given part of a block. Throws what is wrong with it.
[[nodiscard]] Scenario parse_scenario(std::string_view text);

/// Plays it with the plan that dream makes of the command line in this folder: a table of the events and a
/// diagram. Throws what is wrong.
[[nodiscard]] std::string play(const Scenario& scenario, const std::filesystem::path& example);

/// The same in a workspace that has nothing but this dream.json.
[[nodiscard]] std::string play_alone(const Scenario& scenario, const std::string& configuration);

}  // namespace dream::docs
