#include "init/make_words.hpp"

#include <glob.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "init/files.hpp"

namespace dream::init {

namespace {

constexpr std::string_view wildcards = "*?[";

/// Links that lead in circles make more of them costly.
constexpr std::ptrdiff_t most_parts_with_wildcards = 2;

/// Where the bracket that opens at `open` is closed.
std::size_t closing(std::string_view text, std::size_t open) {
  const char close = text[open] == '(' ? ')' : '}';
  int levels = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (text[at] == text[open]) ++levels;
    if (text[at] == close && --levels == 0) return at;
  }
  return std::string_view::npos;
}

/// Stands for a value that only make knows.
constexpr const char* unknown_value = "$(shell ?)";

/// As make finds it here, unless it is one of its own.
std::optional<std::string> of_environment(const std::string& name) {
  static const std::set<std::string, std::less<>> of_make{
      "AR",           "ARFLAGS",       "AS",           "CC",           "CPP",
      "CURDIR",       "CXX",           "FC",           "GET",          "LD",
      "LEX",          "LINT",          "M2C",          "MAKE",         "MAKECMDGOALS",
      "MAKEFILES",    "MAKEFILE_LIST", "MAKEFLAGS",    "MAKEINFO",     "MAKELEVEL",
      "MAKE_COMMAND", "MAKE_HOST",     "MAKE_TERMERR", "MAKE_TERMOUT", "MAKE_VERSION",
      "MFLAGS",       "OBJC",          "PC",           "RM",           "SHELL",
      "SUFFIXES",     "TANGLE",        "TEX",          "WEAVE",        "YACC"};
  if (!is_word(name, "-_") || of_make.contains(name)) return std::nullopt;
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

}  // namespace

void MakeVariables::forget(const std::string& name) {
  values_[name] = unknown_value;
}

void MakeVariables::assign(std::string_view line, bool certain) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    std::vector<std::string> words = words_in(std::string(line));
    if (!words.empty() && words.front() == "override") words.erase(words.begin());
    if (words.size() != 2 || words.front() != "undefine") return;
    if (certain)
      values_[words.back()].clear();
    else
      forget(words.back());
    return;
  }
  std::string_view head = line.substr(0, equals);
  char how = '=';
  while (!head.empty() && std::string_view(":?+!").find(head.back()) != std::string_view::npos) {
    how = head.back();
    head.remove_suffix(1);
  }
  std::string name;
  for (const std::string& word : words_in(std::string(head))) {
    if (!name.empty() && name != "export" && name != "override") return;  // a target's own
    name = word;
  }
  if (!is_word(name, "-_.")) return;
  if (how == '!' || !certain)
    forget(name);
  else
    set(name, how, trimmed(line.substr(equals + 1)));
}

void MakeVariables::set(const std::string& name, char how, const std::string& value) {
  const bool is_known = values_.contains(name);
  std::string& now = values_[name];
  if (!is_known && (how == '?' || how == '+')) now = other(name).value_or(unknown_value);
  if (how == '?') {
    const bool is_there = is_known || now == unknown_value || std::getenv(name.c_str()) != nullptr;
    if (!is_there) now = value;
  } else if (how == '+') {
    now += (now.empty() ? "" : " ") + value;
  } else {
    const bool is_final = how == ':' && value.find("wildcard ") == std::string::npos;
    now = is_final ? expand(value).value_or(value) : value;
  }
}

/// make's own, and after an unread file all, only make knows.
std::optional<std::string> MakeVariables::other(const std::string& name) const {
  return doubts_others_ ? std::nullopt : of_environment(name);
}

std::optional<std::string> MakeVariables::expand(std::string_view text) const {
  std::string out;
  if (!expand_into(text, 0, Others::nobody, out)) return std::nullopt;
  return out;
}

std::optional<std::string> MakeVariables::value_of(std::string_view text) const {
  std::string out;
  if (!expand_into(text, 0, Others::environment, out)) return std::nullopt;
  return out;
}

bool MakeVariables::names_files(std::string_view text, int levels) const {
  constexpr int most_levels = 8;
  if (text.find_first_of("./") != std::string_view::npos) return true;
  if (levels == most_levels) return false;
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (!rest.starts_with('(') && !rest.starts_with('{')) continue;
    const auto value = values_.find(rest.substr(1, rest.find_first_of(" :)}", 1) - 1));
    if (value != values_.end() && value->second != unknown_value && names_files(value->second, levels + 1))
      return true;
  }
  return false;
}

std::optional<bool> MakeVariables::is_set(const std::string& name) const {
  if (const auto known = values_.find(name); known != values_.end()) {
    if (known->second == unknown_value) return std::nullopt;
    return !known->second.empty();
  }
  const std::optional<std::string> value = other(name);
  return value ? std::optional(!value->empty()) : std::nullopt;
}

bool MakeVariables::expand_into(std::string_view text, int levels, Others others, std::string& out) const {
  constexpr int most_levels = 8;
  constexpr std::size_t longest = 4096;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$') {
      out += text[at];
      continue;
    }
    if (++at == text.size() || (text[at] != '(' && text[at] != '{')) return false;
    const std::size_t close = closing(text, at);
    if (close == std::string_view::npos) return false;
    std::string_view name = text.substr(at + 1, close - at - 1);
    at = close;
    constexpr std::string_view of_files = "wildcard ";
    const auto value = values_.find(name);
    std::optional<std::string> outside;
    if (name == "shell uname" || name == "shell uname -s")
      name = "Linux";
    else if (name.starts_with(of_files) && others == Others::nobody)
      name.remove_prefix(of_files.size());
    else if (value != values_.end())
      name = value->second;
    else {
      if (others == Others::environment) outside = other(std::string(name));
      if (!outside) return false;
      name = *outside;
    }
    if (levels == most_levels || out.size() > longest || !expand_into(name, levels + 1, others, out))
      return false;
  }
  return true;
}

std::string without_calls(std::string words) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const char c = words[at];
    const bool is_in = depth > 0;
    if ((c == '(' || c == '{') && (is_in || (at > 0 && words[at - 1] == '$')))
      ++depth;
    else if (is_in && (c == ')' || c == '}'))
      --depth;
    if (is_in || depth > 0) words[at] = '$';
  }
  return words;
}

std::vector<std::filesystem::path> files_named(const std::string& words,
                                               const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const std::string& word : words_in(words)) {
    const fs::path path = fs::path(word).is_absolute() ? fs::path(word) : folder / word;
    const auto parts = std::ranges::count_if(fs::path(word), [](const fs::path& part) {
      return part.string().find_first_of(wildcards) != std::string::npos;
    });
    glob_t found{};
    // The folder's own name may have such characters: nothing is looked for without need.
    if (parts > 0 && parts <= most_parts_with_wildcards && glob(path.c_str(), 0, nullptr, &found) == 0)
      files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    else
      files.push_back(path);
    globfree(&found);
  }
  return files;
}

}  // namespace dream::init
