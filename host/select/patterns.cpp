#include "select/patterns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <unordered_set>

#include "base/text.hpp"
#include "plan/workspace.hpp"

namespace dream::select {

namespace {

constexpr std::size_t most_names = 8;

using Names = std::vector<std::string>;

/// The projects that are there, by name.
Names listed(std::span<const std::string> projects) {
  Names names(projects.begin(), projects.end());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// "there are ./a, ./b and 7 more".
std::string list_words(const Names& names) {
  if (names.empty()) return "the workspace has no projects";
  Names words;
  for (const std::string& name : names) {
    if (words.size() == most_names && names.size() > most_names + 1) {
      words.push_back(fmt::format("{} more", names.size() - most_names));
      break;
    }
    words.push_back(printable(name));
  }
  return "there are " + join_words(words);
}

/// The project that a pattern without a match most likely meant: one whose folder has this name, as who names
/// a package forgets the way to it; else one that is written nearly the same.
std::string meant_by(const std::string& pattern, const Names& names) {
  const std::string_view folder = std::string_view(pattern).substr(pattern.rfind('/'));
  const auto last = std::ranges::find_if(
      names, [&](const std::string& name) { return folder.size() > 1 && name.ends_with(folder); });
  return last != names.end() ? *last : nearest_name(pattern, names);
}

Error no_match(const std::string& written, const std::string& pattern, const Names& names) {
  const std::string instead = instead_of_wildcards(pattern);
  const std::string meant = instead.empty() ? meant_by(pattern, names) : "";
  std::string hint = list_words(names);
  if (!instead.empty()) hint = instead + "; " + hint;
  if (!meant.empty()) hint = fmt::format("did you mean {}? {}", in_quotes(meant), hint);
  return {ErrorCode::usage,
          fmt::format("-p {} is no project, and matches none", in_quotes(written)),
          {},
          std::move(hint)};
}

/// What one pattern matches, of `names` in their order.
Result<Names> matches_of(const std::string& written, const std::string& path, const Names& names) {
  const std::string pattern = normalise_project(path);
  if (pattern.empty()) {
    return Error{ErrorCode::usage,
                 fmt::format("-p {} is no folder of the workspace", in_quotes(written)),
                 {},
                 "it is a path or a pattern from the folder of dream.json, as in './packages/*'"};
  }
  if (std::ranges::binary_search(names, pattern)) return Names{pattern};
  Names matches;
  if (pattern.find_first_of("*?") != std::string::npos) {
    std::ranges::copy_if(names, std::back_inserter(matches),
                         [&](const std::string& name) { return glob_matches(pattern, name); });
  }
  if (matches.empty()) return no_match(written, pattern, names);
  return matches;
}

}  // namespace

Result<std::vector<std::string>> select_by_pattern(std::span<const std::string> patterns,
                                                   std::span<const std::string> projects) {
  const Names names = listed(projects);
  Names taken;
  std::unordered_set<std::string> away;
  bool any_taken = false;
  for (const std::string& written : patterns) {
    const bool takes_away = written.starts_with('!');
    Result<Names> matches = matches_of(written, written.substr(takes_away ? 1 : 0), names);
    if (!matches) return matches.error();
    if (takes_away) {
      away.insert(matches->begin(), matches->end());
    } else {
      any_taken = true;
      taken.insert(taken.end(), matches->begin(), matches->end());
    }
  }
  if (!any_taken) taken = names;
  Names selected;
  for (std::string& name : taken) {
    // What is there already is taken away from now on.
    if (away.insert(name).second) selected.push_back(std::move(name));
  }
  if (selected.empty()) {
    return Error{ErrorCode::usage,
                 "-p leaves no project: all that are named are taken away again",
                 {},
                 list_words(names)};
  }
  return selected;
}

}  // namespace dream::select
