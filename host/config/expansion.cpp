#include "config/expansion.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "config/area.hpp"
#include "config/env_file.hpp"
#include "config/place.hpp"

namespace dream::config {

namespace {

/// All that is put in place of variables together.
constexpr std::size_t most_bytes = std::size_t{16} << 20U;

/// The variables there are: those of the environment, and of the `.env` once one is asked for that the
/// environment lacks.
class VariableSource {
 public:
  VariableSource(const std::filesystem::path& root, const Outside& outside, bool has_dot_env)
      : file_(root / ".env"), outside_(outside), is_read_(!has_dot_env || !outside.files) {}

  std::optional<std::string_view> value_of(const std::string& name) {
    const auto [known, is_new] = known_.try_emplace(name);
    if (!is_new) return known->second;
    known->second = outside_.environment(name);
    if (known->second) return known->second;
    if (!std::exchange(is_read_, true)) read();
    const auto found = variables_.variables.find(name);
    if (found != variables_.variables.end()) known->second = found->second;
    return known->second;
  }

  /// Why the `.env` isn't obeyed, once.
  [[nodiscard]] std::optional<Error> take_error() { return std::exchange(error_, std::nullopt); }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return variables_.warnings; }
  [[nodiscard]] bool was_asked() const { return was_asked_; }

 private:
  void read() {
    was_asked_ = true;
    struct stat entry {};
    // A folder of this name is somebody else's, such as a virtual environment of Python; a link to nothing is
    // nothing.
    if (::stat(file_.c_str(), &entry) != 0 ? errno == ENOENT : S_ISDIR(entry.st_mode)) return;
    Result<std::string> text = read_env_file(file_, *outside_.files, outside_.pipe_time);
    if (!text) {
      error_ = text.error();
      return;
    }
    Result<EnvFile> read =
        parse_env_file(file_.string(), std::move(*text), outside_.environment, {}, BrokenLines::left_out);
    if (read) variables_ = std::move(*read);
  }

  std::filesystem::path file_;
  const Outside& outside_;
  bool is_read_;
  bool was_asked_ = false;
  EnvFile variables_;
  std::optional<Error> error_;
  std::unordered_map<std::string, std::optional<std::string_view>> known_;
};

class TreeExpansion {
 public:
  TreeExpansion(Tree& tree, VariableSource& source, ProblemList& problems)
      : tree_(tree), source_(source), problems_(problems) {}

  void walk(const Place& place, Json& value, Area area) {
    if (value.IsString()) {
      if (area == Area::values || area == Area::options) expand_string(place, value, area);
    } else if (value.IsArray()) {
      std::size_t index = 0;
      for (Json& element : value.GetArray()) {
        const Place at(place, element, index++);
        if (area == Area::command && element.IsString())
          expand_string(at, element, area);
        else
          walk(at, element, area);
      }
    } else if (value.IsObject()) {
      for (Member& member : members_of(value)) {
        const Area below = area_below(area, text_of(member.name));
        if (below != Area::other) walk(Place(place, member.name), member.value, below);
      }
    }
  }

  Expansions take() {
    for (const std::string& warning : source_.warnings())
      problems_.add({Severity::warning, {}, {}, warning, {}});
    for (Repeated& unset : unset_) problems_.add(unset.take());
    for (Repeated* dollar : {&dollars_, &dollars_in_commands_})
      if (dollar->count > 0) expansions_.remarks.push_back(dollar->take());
    expansions_.asks_dot_env = source_.was_asked();
    return std::move(expansions_);
  }

 private:
  void expand_string(const Place& place, Json& value, Area area) {
    const std::string_view text = text_of(value);
    const Dollars dollars = area == Area::command ? Dollars::in_command : Dollars::doubled;
    const bool has_escape =
        text.find(dollars == Dollars::in_command ? "$${" : "$$") != std::string_view::npos;
    if (!has_escape && text.find("${") == std::string_view::npos) return;
    const auto lookup = [this](const std::string& name) {
      const auto found = source_.value_of(name);
      if (found) expansions_.secrets.see(name, *found);
      return found;
    };
    const Result<Expanded> expanded = expand(text, lookup, most_bytes - made_, dollars);
    if (auto unreadable = source_.take_error()) {
      is_unread_ = true;
      report(place, Severity::error,
             fmt::format("for its variables {} is needed: {}", unreadable->where, unreadable->message),
             unreadable->hint.empty() ? R"("dotEnv": false does without it)" : unreadable->hint);
    }
    if (!expanded) return report(place, Severity::error, expanded.error().message, expanded.error().hint);
    made_ += expanded->text.size();
    for (const std::string& name : std::set(expanded->unset.begin(), expanded->unset.end())) {
      if (is_unread_ || unset_.size() > ProblemList::limit) break;
      const auto [known, is_new] = unset_at_.try_emplace(name, unset_.size());
      if (is_new)
        unset_.push_back(
            {{Severity::warning, place.offset(tree_), place.shown_pointer(),
              fmt::format("{} is not set, and counts as empty", in_quotes(name)),
              fmt::format("set it, or write ${{{}:-…}}; $${{{}}} is the text itself", name, name)}});
      ++unset_[known->second].count;
    }
    if (area == Area::options && find_invalid_utf8(expanded->text) != std::string::npos)
      return report(place, Severity::error, "a variable in it is not valid UTF-8", "options are a text");
    if (has_escape) remark_on_dollars(place, area);
    tree_.replace(value, expanded->text);
  }

  /// A file that a tool has written has hundreds of them: the first one stands for all of its kind.
  void remark_on_dollars(const Place& place, Area area) {
    const bool in_command = area == Area::command;
    Repeated& dollar = in_command ? dollars_in_commands_ : dollars_;
    if (dollar.count++ > 0) return;
    dollar.first = {
        Severity::note, place.offset(tree_), place.shown_pointer(),
        fmt::format(R"("{}" stands for "{}" here)", in_command ? "$${" : "$$", in_command ? "${" : "$"),
        "variables are expanded: each dollar that is one is written twice"};
  }

  void report(const Place& place, Severity severity, std::string message, std::string hint) {
    if (!problems_.has_room()) return;
    problems_.add(
        {severity, place.offset(tree_), place.shown_pointer(), std::move(message), std::move(hint)});
  }

  Tree& tree_;
  VariableSource& source_;
  ProblemList& problems_;
  Expansions expansions_;
  /// The first one stands for all of its kind.
  struct Repeated {
    Problem first;
    std::size_t count = 0;

    [[nodiscard]] Problem take() {
      if (count > 1) first.message += fmt::format("; and {} more like it", count - 1);
      return std::move(first);
    }
  };
  Repeated dollars_, dollars_in_commands_;  ///< those that are written twice in strings
  std::vector<Repeated> unset_;             ///< one of each name that nobody has set
  std::map<std::string, std::size_t> unset_at_;
  bool is_unread_ = false;  ///< what may set the others
  std::size_t made_ = 0;
};

}  // namespace

Expansions expand_variables(Tree& tree, const std::filesystem::path& root, const Outside& outside,
                            ProblemList& problems) {
  if (!tree.may_have_variables() || !tree.root().IsObject()) return {};
  const Member* dot_env = tree.find(tree.root(), "dotEnv");
  VariableSource source(root, outside, dot_env == nullptr || !dot_env->value.IsFalse());
  TreeExpansion expansion(tree, source, problems);
  expansion.walk(Place(tree.root()), tree.root(), Area::top);
  return expansion.take();
}

}  // namespace dream::config
