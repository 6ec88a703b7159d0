#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/diagnostics.hpp"
#include "config/json.hpp"
#include "config/place.hpp"

namespace dream::config {

/// Looks for executors that are not known by name; asked at most once, and only when an unknown name is met,
/// since it costs a look at every folder of plugins.
using FindExecutors = std::function<std::vector<std::string>()>;

/// Turns JSON values into values of the workspace and reports every one that isn't what it should be. A
/// wrong value is reported and left out; reading goes on.
class Reader {
 public:
  /// `root` is the workspace's. `known_executors` need no entry in `executors`, nor do those that `others`
  /// finds. Everything must outlive the reader.
  Reader(const Tree& tree, const std::filesystem::path& root, std::span<const std::string> known_executors,
         FindExecutors others, ProblemList& problems);

  [[nodiscard]] const Tree& tree() const { return tree_; }
  /// May more problems be reported? Asked before the work of finding a hint.
  [[nodiscard]] bool has_room() { return problems_.has_room(); }

  void report(const Place& place, std::string message, std::string hint = {},
              Severity severity = Severity::error);
  /// "expected <what>, found <the value>".
  void report_type(const Place& place, std::string_view expected, const Json& found, std::string hint = {});
  void report_unknown_key(const Place& place, std::span<const std::string> known);

  [[nodiscard]] bool is_object(const Place& place, const Json& value);
  [[nodiscard]] bool is_array(const Place& place, const Json& value, std::string_view of_what);
  [[nodiscard]] std::optional<bool> boolean(const Place& place, const Json& value);
  /// A text for parse_duration(), or a whole number of milliseconds. `minimum` is in milliseconds.
  [[nodiscard]] std::optional<Duration> duration(const Place& place, const Json& value,
                                                 std::int64_t minimum = 0);
  /// `what` it is: "an exit code", for messages. 7.0 and 2e3 are whole numbers, too.
  [[nodiscard]] std::optional<std::int64_t> whole_number(const Place& place, const Json& value,
                                                         std::string_view what, std::int64_t minimum,
                                                         std::int64_t maximum, std::string hint = {});
  /// A string that isn't empty and holds no NUL. `what` it is: "a path", for messages.
  [[nodiscard]] std::optional<std::string> text(const Place& place, const Json& value, std::string_view what);
  /// Strings without NUL; empty ones are allowed.
  [[nodiscard]] std::vector<std::string> argument_vector(const Place& place, const Json& value);
  /// One string or an array of them, none empty.
  [[nodiscard]] std::vector<std::string> one_or_more(const Place& place, const Json& value,
                                                     std::string_view what);

  /// The normalised name of a project.
  [[nodiscard]] std::optional<std::string> project(const Place& place, std::string_view written);
  /// Whether the folder of a project is there. Asked only of names that aren't clear by themselves.
  [[nodiscard]] bool has_folder(std::string_view project) const;
  [[nodiscard]] std::optional<std::string> task(const Place& place, const Json& value);
  /// The key of a place, as the name of a task.
  [[nodiscard]] bool is_task_name(const Place& place, std::string_view name);
  /// An executor that exists.
  [[nodiscard]] std::optional<std::string> executor(const Place& place, const Json& value);
  [[nodiscard]] bool is_known_executor(std::string_view name);
  [[nodiscard]] std::string nearest_executor(std::string_view name);
  /// The pointer of an object, whose content is the plugin's business.
  [[nodiscard]] std::optional<std::string> options(const Place& place, const Json& value);
  [[nodiscard]] int signal(const Place& place, const Json& value);

 private:
  [[nodiscard]] bool has_no_nul(const Place& place, std::string_view text);
  /// Names stand before every line of output.
  [[nodiscard]] bool can_be_shown(const Place& place, std::string_view name);

  const Tree& tree_;
  const std::filesystem::path& root_;
  ProblemList& problems_;
  FindExecutors find_others_;  ///< none once it was asked
  std::vector<std::string> executors_;
  std::set<std::string, std::less<>> executor_names_;  ///< the same
};

/// A key that an object of the configuration may have, and how its value is read.
template <class Target>
struct Field {
  std::string_view name;
  void (*read)(Reader&, const Place&, const Json&, Target&);
};

/// Reads the members of an object by a table of its fields; any other key is reported.
template <class Target, std::size_t count>
void read_object(Reader& reader, const Place& place, const Json& value,
                 const std::array<Field<Target>, count>& fields, Target& target) {
  if (!reader.is_object(place, value)) return;
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    const std::string_view key = at.key();
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<Target>& field) { return field.name == key; });
    if (known != fields.end()) {
      known->read(reader, at, member.value, target);
    } else if (reader.has_room()) {
      std::vector<std::string> names;
      names.reserve(count);
      for (const Field<Target>& field : fields) names.emplace_back(field.name);
      reader.report_unknown_key(at, names);
    }
  }
}

}  // namespace dream::config
