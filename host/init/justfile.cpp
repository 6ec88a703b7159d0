#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// What stands in the first quotes of a line; empty: none.
std::string quoted_in(const std::string& line) {
  const std::size_t open = line.find_first_of("'\"");
  if (open == std::string::npos) return {};
  return line.substr(open + 1, line.find(line[open], open + 1) - open - 1);
}

/// just shows the last line of a comment; where that one goes on with a sentence, this is the whole sentence.
std::string continued(const std::string& before, const std::string& line) {
  constexpr std::size_t long_enough = 50;  // to be wrapped
  const bool is_open =
      !before.empty() && std::string_view(".:!?").find(before.back()) == std::string_view::npos;
  const bool is_small = !line.empty() && line[0] >= 'a' && line[0] <= 'z';
  if (!is_open || (!is_small && before.size() < long_enough)) return line;
  return before + "\n" + line;
}

/// Of several lines, the first sentence.
std::string shown(std::string about) {
  if (about.find('\n') == std::string::npos) return about;
  std::ranges::replace(about, '\n', ' ');
  return about.substr(0, about.find(". ")) + (about.find(". ") == std::string::npos ? "" : ".");
}

/// The attributes in front of a recipe: `[private, group('x')]`.
struct Attributes {
  bool is_private = false;
  bool names_systems = false;
  bool is_for_linux = false;

  void read(const std::string& line) {
    std::string bare;
    char quote = '\0';
    for (const char c : line) {
      const bool is_quote = c == '\'' || c == '"';
      if (quote == '\0') bare += is_quote || is_word({&c, 1}, "-_") ? c : ' ';
      if (is_quote && (quote == '\0' || quote == c)) quote = quote == '\0' ? c : '\0';
    }
    static const std::set<std::string> others{"windows", "macos",  "openbsd",
                                              "freebsd", "netbsd", "dragonfly"};
    for (const std::string& word : words_in(bare)) {
      is_private = is_private || word == "private";
      is_for_linux = is_for_linux || word == "linux" || word == "unix";
      names_systems = names_systems || is_for_linux || others.contains(word);
    }
  }

  [[nodiscard]] bool is_callable() const { return !is_private && (!names_systems || is_for_linux); }
};

/// What stands open behind a line of `'''` and `"""`, where `open` stands open before it; empty: none. What
/// begins with a blank, outside of them, is a recipe's line, which just doesn't read.
std::string_view open_quotes(std::string_view line, std::string_view open) {
  constexpr std::string_view longest[] = {"'''", R"(""")", "```"};
  if (open.empty() && (line.starts_with(' ') || line.starts_with('\t'))) return {};
  for (std::size_t at = 0; at < line.size(); ++at) {
    const std::string_view rest = line.substr(at);
    if (!open.empty()) {
      if (rest.starts_with(open)) at += std::exchange(open, {}).size() - 1;
      continue;
    }
    if (rest.starts_with('#')) return {};
    const auto* found = std::ranges::find_if(longest, [&](auto quotes) { return rest.starts_with(quotes); });
    if (found != std::end(longest)) {
      open = *found;
      at += open.size() - 1;
    } else if (rest.front() == '\'' || rest.front() == '"') {  // a text of one line
      at = std::min(line.find(rest.front(), at + 1), line.size());
    }
  }
  return open;
}

/// A justfile with those that it imports, and its modules.
class Justfiles {
 public:
  Justfiles(const fs::path& first, Draft& draft) : first_(first), files_(first), draft_(draft) {}

  /// `before`: of which module it is, "db::".
  Result<void> add(const fs::path& file, const std::string& before) {
    const auto text = read_text(file);
    if (!text) return text.error();
    const fs::path folder = file.parent_path();
    std::istringstream lines(text->value_or(""));
    Attributes attributes;
    std::string about;      // the comment right above a recipe
    std::string_view open;  // the quotes of a text of several lines
    for (std::string line; std::getline(lines, line);) {
      if (!std::exchange(open, open_quotes(line, open)).empty()) continue;
      if (line.starts_with("[")) {
        attributes.read(line);
        if (line.find("doc(") != std::string::npos) about = quoted_in(line);
        continue;
      }
      if (line.starts_with("#") || trimmed(line).empty()) {
        about = line.starts_with("#!") || !line.starts_with("#") ? std::string()
                                                                 : continued(about, trimmed(line.substr(1)));
        continue;
      }
      if (line[0] == ' ' || line[0] == '\t') continue;
      for (std::string more; line.ends_with('\\') && std::getline(lines, more);) {
        line.back() = ' ';
        line += more;
      }
      std::istringstream words(line);
      std::string first;
      std::string second;
      words >> first >> second;
      if (first == "import" || first == "import?")
        other(folder / quoted_in(line), before, before + "import " + quoted_in(line), first.ends_with('?'));
      else if ((first == "mod" || first == "mod?") && line.find(':') == std::string::npos &&
               !attributes.is_private)
        other(module_file(folder, second, quoted_in(line)), fmt::format("{}{}::", before, second),
              fmt::format("{}mod {}", before, second), first.ends_with('?'));
      else if (attributes.is_callable())
        recipe(line, before, about);
      attributes = {};
      about.clear();
    }
    return {};
  }

 private:
  void recipe(const std::string& line, const std::string& before, const std::string& about) {
    const std::size_t colon = line.find(':');
    const std::string whole = trimmed(line.substr(0, colon));
    const std::string head = whole.starts_with('@') ? whole.substr(1) : whole;
    const std::string name = head.substr(0, head.find_first_of(" \t"));
    const bool is_recipe = colon != std::string::npos && line.substr(colon, 2) != ":=" && name != "set" &&
                           name != "alias" && name != "export";
    if (!is_recipe || !is_word(name, "-_") || name[0] == '_' || !known_.insert(before + name).second) return;
    TaskDraft task{before + name, {{"command", list_json({"just", before + name})}}};
    describe(task, shown(about));
    draft_.add_task(draft_.at("./"), "shell", "from " + first_.filename().string(), "just", std::move(task));
  }

  void other(const fs::path& file, const std::string& before, const std::string& what, bool may_miss) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) {
      if (!may_miss) draft_.leave_out("what can't be read here", what);
      return;
    }
    if (!files_.enter(file)) return;
    if (!add(file.lexically_normal(), before)) draft_.leave_out("what can't be read here", what);
    files_.leave();
  }

  static fs::path module_file(const fs::path& folder, const std::string& name, const std::string& written) {
    fs::path place = written.empty() ? folder / name : folder / written;
    std::error_code ignored;
    for (const fs::path& file : {written.empty() ? folder / (name + ".just") : place, place / "mod.just",
                                 place / "justfile", place / "Justfile", place / ".justfile"}) {
      if (fs::is_regular_file(file, ignored)) return file;
    }
    return place;
  }

  fs::path first_;
  IncludedFiles files_;
  Draft& draft_;
  std::set<std::string> known_;
};

}  // namespace

bool is_justfile(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return name == "justfile" || name == ".justfile";
}

fs::path justfile_in(const fs::path& folder) {
  std::set<fs::path> found;
  std::error_code failure;
  for (fs::directory_iterator one(folder, failure), end; !failure && one != end; one.increment(failure))
    if (is_justfile(one->path().filename().string())) found.insert(one->path());
  return found.empty() ? fs::path() : *found.rbegin();
}

Result<void> add_justfile(const fs::path& file, Draft& draft) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  return Justfiles(file, draft).add(file, "");
}

}  // namespace dream::init
