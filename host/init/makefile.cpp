#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "init/files.hpp"
#include "init/make_conditions.hpp"
#include "init/make_words.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The next line with those that continue it.
bool next_line(std::istringstream& lines, std::string& line) {
  if (!std::getline(lines, line)) return false;
  if (line.ends_with('\r')) line.pop_back();
  for (std::string more; line.ends_with('\\') && std::getline(lines, more);) {
    line.back() = ' ';
    line += more;
    if (line.ends_with('\r')) line.pop_back();
  }
  return true;
}

/// Stand for a colon and for a blank that are part of a name: "deploy\:prod", "a\ b".
constexpr char colon_of_name = '\x01';
constexpr char blank_of_name = '\x02';

std::string with_marks(std::string words) {
  for (const auto& [written, mark] : {std::pair("\\:", colon_of_name), std::pair("\\ ", blank_of_name)}) {
    for (std::size_t at = 0; (at = words.find(written, at)) != std::string::npos;)
      words.replace(at, 2, 1, mark);
  }
  return words;
}

std::string without_marks(std::string name) {
  std::ranges::replace(name, colon_of_name, ':');
  std::ranges::replace(name, blank_of_name, ' ');
  return name;
}

/// The variable that a line begins to define in several lines; empty: it doesn't.
std::string defined_by(const std::string& line) {
  std::vector<std::string> words = words_in(line);
  const auto word = std::ranges::find_if(
      words, [](const std::string& one) { return one != "override" && one != "export" && one != "private"; });
  return word != words.end() && *word == "define" && word + 1 != words.end() ? word[1] : std::string();
}

struct Target {
  std::vector<std::string> needs;
  std::set<std::string> known_needs;
  bool has_recipe = false;
  bool is_phony = false;
  std::string about = {};   ///< what stands behind `##`
  bool is_plain = true;     ///< what it needs are the names of targets
  bool is_named = false;    ///< is one of names()
  bool is_certain = false;  ///< whatever the conditions are
};

/// A Makefile and those that it includes, as far as they can be read without make.
class Makefile {
 public:
  Makefile(const fs::path& file, const std::string& text) : folder_(file.parent_path()), variables_(folder_) {
    read_file(file, text);
    for (const std::string& name : phony_) {
      Target& target = targets_[name];
      target.is_phony = true;
      const bool is_there = target.has_recipe || !target.needs.empty();
      // No file, though it has a dot: "format.backend".
      if (is_there && target.is_certain && is_word(name, "-_.:") &&
          std::string_view("._").find(name[0]) == std::string_view::npos &&
          !std::exchange(target.is_named, true))
        names_.push_back(name);
    }
  }

  /// What `include` names and isn't there, or only make can tell.
  [[nodiscard]] const std::vector<std::string>& not_read() const { return not_read_; }

  /// Targets of conditions that only make can decide.
  [[nodiscard]] std::vector<std::string> doubtful() const {
    std::vector<std::string> names;
    for (const std::string& name : doubtful_)
      if (!targets_.at(name).is_named) names.push_back(name);
    return names;
  }

  /// It makes targets while make reads it: `$(eval …)`.
  [[nodiscard]] bool has_evaluated() const { return has_evaluated_; }

  /// Words of rules whose names only make knows: "$(addprefix build-,$(ARCHS))".
  [[nodiscard]] const std::vector<std::string>& unknown_names() const { return unknown_names_; }

  /// Names that are words, as they were met: files mostly have a dot or a slash. Whether some are called
  /// phony says nothing of the others.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// Those that need it are made each time, and there is nothing else to it: "FORCE:".
  [[nodiscard]] bool is_only_needed(const std::string& name) const {
    const Target& target = targets_.at(name);
    return !target.has_recipe && target.needs.empty() && !has_more_ && (target.is_phony || !has_patterns_) &&
           needed_.contains(name);
  }

  /// What its line says that it is for, or that of `.PHONY`: `build: ## compiles it`.
  [[nodiscard]] const std::string& about(const std::string& name) const { return targets_.at(name).about; }

  /// Those that each target without a recipe stands for. It isn't here if it does more, or make does it
  /// otherwise than one after the other.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> gathered() const {
    std::map<std::string, std::vector<std::string>> all;
    const std::map<const Target*, std::size_t> sizes = sizes_below();
    for (const std::string& name : names_) {
      const Target& target = targets_.at(name);
      if (target.needs.empty() || target.has_recipe || !target.is_plain || has_more_ ||
          (has_patterns_ && !target.is_phony) || sizes.at(&target) > most_below)
        continue;
      // make runs each but once
      std::vector<const Target*> below{&target};
      for (std::size_t at = 0; at < below.size(); ++at)
        for (const Target* need : named_needs(*below[at])) below.push_back(need);
      std::ranges::sort(below);
      if (named_needs(target).size() == target.needs.size() &&
          std::ranges::adjacent_find(below) == below.end())
        all[name] = target.needs;
    }
    return all;
  }

 private:
  void read_file(const fs::path& file, const std::string& text) {
    constexpr std::size_t most_files = 1000;
    if (seen_.size() == most_files || !seen_.insert(file.lexically_normal()).second) return;
    const std::size_t depth = conditions_.depth();
    std::istringstream lines(text);
    int definitions = 0;
    for (std::string line; next_line(lines, line);) {
      const std::string defined = line.starts_with(recipe_prefix_) ? std::string() : defined_by(line);
      if (!defined.empty()) {
        ++definitions;
        variables_.forget(defined);
      } else if (definitions > 0) {
        if (trimmed(line.substr(0, line.find('#'))) == "endef") --definitions;
      } else {
        read(line);
      }
    }
    conditions_.end_all_but(depth);
  }

  /// make counts the paths from where it runs, not from the file that includes.
  void include(const std::string& words, bool may_miss) {
    current_.clear();
    const auto names = variables_.expand(words);
    if (!names) {
      variables_.doubt_others();
      return miss(words, may_miss);
    }
    for (const fs::path& file : files_named(*names, folder_)) {
      const auto text = read_text(file);
      if (text && *text)
        read_file(file, **text);
      else
        miss(file.lexically_proximate(folder_).string(), may_miss);
    }
  }

  void miss(const std::string& what, bool may_miss) {
    has_more_ = true;
    if (!may_miss) variables_.doubt_others();
    if (!may_miss && conditions_.is_certain()) not_read_.push_back(what);
  }

  void read(const std::string& line) {
    if (line.starts_with(recipe_prefix_)) {
      if (conditions_.is_passed_over()) return;
      for (Target* target : current_) target->has_recipe = true;
      current_.clear();  // all of them have one
      return;
    }
    std::string words = trimmed(line.substr(0, line.find('#')));
    std::vector<std::string> certain;
    const bool is_condition = conditions_.take(words, certain);
    for (const std::string& name : certain) name_target(name, targets_[name]);
    if (is_condition || conditions_.is_passed_over()) return;
    const std::string first = words.substr(0, words.find_first_of(" \t("));
    if (first == "include" || first == "-include" || first == "sinclude")
      return include(trimmed(words.substr(first.size())), first != "include");
    if (first == "vpath") return;
    has_evaluated_ = has_evaluated_ || words.find("$(eval") != std::string::npos;
    has_more_ = has_more_ || has_evaluated_;
    if (has_evaluated_) variables_.doubt_others();
    if (first.starts_with(".RECIPEPREFIX") && words.find('=') != std::string::npos) {
      const std::string prefix = trimmed(words.substr(words.find('=') + 1));
      recipe_prefix_ = prefix.empty() ? '\t' : prefix[0];
    }
    variables_.assign(words, conditions_.is_certain());
    const std::string written = with_marks(std::move(words));
    words = without_calls(written);
    const std::size_t colon = words.find(':');
    // An assignment (`:=`, `::=`, `A = b:c`), a word of make's own.
    if (colon == std::string::npos || words.find('=') < colon || words.substr(colon).starts_with(":=") ||
        words.substr(colon).starts_with("::="))
      return;
    if (words.substr(colon).starts_with("://")) return;
    const std::size_t about = std::min(line.find("##"), line.size());
    const bool is_phony = trimmed(words.substr(0, colon)) == ".PHONY";
    rule(with_names(written.substr(0, colon), words.substr(0, colon), false),
         is_phony ? with_names(written.substr(colon + 1), words.substr(colon + 1), true)
                  : words.substr(colon + 1),
         line.substr(std::min(line.find_first_not_of("# ", about), line.size())));
  }

  /// The names that variables stand for; `without`: the same without calls. Most that only make knows are
  /// those of files, and no tasks.
  std::string with_names(const std::string& written, const std::string& without, bool are_phony) {
    std::string names;
    for (std::size_t at = without.find_first_not_of(" \t"); at != std::string::npos;) {
      const std::size_t end = std::min(without.find_first_of(" \t", at), without.size());
      const std::string word = written.substr(at, end - at);
      const auto name = word.find('$') == std::string::npos ? word : variables_.expand(word);
      names += name.value_or(without.substr(at, end - at)) + " ";
      if (!name && (are_phony || !variables_.names_files(word)) &&
          std::ranges::find(unknown_names_, without_marks(word)) == unknown_names_.end())
        unknown_names_.push_back(without_marks(word));
      at = without.find_first_not_of(" \t", end);
    }
    return names;
  }

  void rule(const std::string& heads, const std::string& rest, const std::string& about) {
    current_.clear();
    for (const std::string& word : words_in(heads)) {
      const std::string name = without_marks(word);
      has_patterns_ = has_patterns_ || name.find('%') != std::string::npos;
      if (name == ".PHONY") {
        std::vector<std::string> all = words_in(rest);
        for (std::string& one : all) one = without_marks(std::move(one));
        phony_.insert(phony_.end(), all.begin(), all.end());
        if (all.size() == 1 && !about.empty()) targets_[all.front()].about = about;
      }
      Target& target = targets_[name];
      if (conditions_.is_certain())
        name_target(name, target);
      else
        doubt(name);
      current_.push_back(&target);
      if (!about.empty()) target.about = about;
      for (std::string& need : words_in(rest.substr(0, rest.find(';')))) {
        need = without_marks(std::move(need));
        if (target.known_needs.insert(need).second) target.needs.push_back(need);
        if (name != ".PHONY") needed_.insert(need);
        target.is_plain = target.is_plain && is_word(need, "-_");
      }
      target.is_plain = target.is_plain && conditions_.is_certain();
      target.has_recipe = target.has_recipe || rest.find(';') != std::string::npos;
    }
  }

  /// What begins with "_" is for the others only, and so is the folder of installed packages.
  [[nodiscard]] static bool is_for_people(const std::string& name) {
    return is_word(name, "-_:") && name[0] != '_' && name != "node_modules";
  }

  void name_target(const std::string& name, Target& target) {
    target.is_certain = true;
    if (is_for_people(name) && !std::exchange(target.is_named, true)) names_.push_back(name);
  }

  void doubt(const std::string& name) {
    conditions_.add(name);
    if (is_for_people(name)) doubtful_.insert(name);
  }

  [[nodiscard]] std::vector<const Target*> named_needs(const Target& target) const {
    std::vector<const Target*> named;
    for (const std::string& need : target.needs) {
      const auto found = targets_.find(need);
      if (found != targets_.end() && found->second.is_named) named.push_back(&found->second);
    }
    return named;
  }

  /// For each target the number of those below it and itself, one that is come to twice counted twice; too
  /// many where it needs itself.
  [[nodiscard]] std::map<const Target*, std::size_t> sizes_below() const {
    std::map<const Target*, std::size_t> sizes;
    std::map<const Target*, std::size_t> open;  // how many needs have no size yet
    std::map<const Target*, std::vector<const Target*>> needed_by;
    std::vector<const Target*> counted;
    for (const auto& [name, target] : targets_) {
      const std::vector<const Target*> needs = named_needs(target);
      for (const Target* need : needs) needed_by[need].push_back(&target);
      sizes[&target] = needs.empty() ? 1 : most_below + 1;
      open[&target] = needs.size();
      if (needs.empty()) counted.push_back(&target);
    }
    while (!counted.empty()) {
      const Target* next = counted.back();
      counted.pop_back();
      for (const Target* above : needed_by[next]) {
        if (--open[above] > 0) continue;
        std::size_t size = 1;
        for (const Target* need : named_needs(*above)) size = std::min(size + sizes[need], most_below + 1);
        sizes[above] = size;
        counted.push_back(above);
      }
    }
    return sizes;
  }

  /// Of a target that stands for others: more of them are left to make.
  static constexpr std::size_t most_below = 1000;

  fs::path folder_;  ///< that make runs in
  MakeVariables variables_;
  std::set<fs::path> seen_;
  std::vector<std::string> not_read_, unknown_names_;
  std::map<std::string, Target> targets_;
  std::set<std::string> needed_;  ///< by any of them
  std::vector<std::string> names_;
  std::vector<std::string> phony_;
  std::vector<Target*> current_;
  MakeConditions conditions_{variables_};
  std::set<std::string> doubtful_;
  char recipe_prefix_ = '\t';
  bool has_evaluated_ = false;
  bool has_more_ = false;  ///< other files may give a target a recipe
  bool has_patterns_ = false;
};

}  // namespace

Result<void> add_makefile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const std::string file_name = file.filename().string();
  const std::string project = draft.at("./");
  const Makefile makefile(file, **text);
  for (const std::string& what : makefile.not_read()) {
    draft.tell_unread(
        fmt::format("{} includes {}, which can't be read here: its targets are missing.", file_name, what));
  }
  if (const std::vector<std::string> names = makefile.doubtful(); !names.empty())
    draft.remark(fmt::format("Only make can tell whether {} has these, which stand in conditions: {}.",
                             file_name, join_words(names)));
  if (makefile.has_evaluated())
    draft.tell_unread(fmt::format(
        "{} has $(eval), which only make can follow: targets that it makes are missing.", file_name));
  std::vector<std::string> unknown;
  for (const std::string& word : makefile.unknown_names()) unknown.push_back("`" + printable(word) + "`");
  if (!unknown.empty())
    draft.tell_unread(fmt::format("Only make knows the names of {} in {}: these targets are missing.",
                                  first_of(unknown), file_name));
  const auto gathered = makefile.gathered();
  std::map<std::string, std::string> tasks;  // the names that they got
  for (const std::string& name : makefile.names()) {
    if (makefile.is_only_needed(name)) continue;
    std::vector<std::string> words{"make"};
    if (file_name != "GNUmakefile" && file_name != "makefile" && file_name != "Makefile")
      words.insert(words.end(), {"-f", file_name});
    if (name.starts_with('-')) words.emplace_back("--");
    words.push_back(name);
    TaskDraft task{name, {{"command", gathered.contains(name) ? "null" : list_json(words)}}};
    describe(task, makefile.about(name));
    tasks[name] = draft.add_task(project, "shell", "from " + file_name, "make", std::move(task));
  }
  for (const auto& [name, all] : gathered) {
    NeedsDraft needs{project, tasks.at(name), {}};
    for (const std::string& need : all)
      if (tasks.contains(need)) needs.entries.push_back({project, tasks.at(need)});
    draft.add_needs(std::move(needs));
  }
  return {};
}

}  // namespace dream::init
