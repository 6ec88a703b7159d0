#include "pnpm_links.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

#include "json_file.hpp"

namespace dream::plugins {

namespace {

/// The value of a key that begins one of the first lines: `key: 'value' # why`, `key = value`; empty: there
/// is none. A lock file may have any number of lines, and says its version at once.
std::string value_in(const std::filesystem::path& file, std::string_view key, char sign) {
  constexpr int most_lines = 2000;
  constexpr std::string_view around = " \t\r'\"";
  if (!is_file(file)) return {};
  std::ifstream stream(file);
  std::string line;
  for (int count = 0; count < most_lines && std::getline(stream, line); ++count) {
    std::string_view rest = line;
    const std::string_view quote = rest.substr(0, rest.starts_with('"') || rest.starts_with('\'') ? 1 : 0);
    rest.remove_prefix(quote.size());
    if (!rest.starts_with(key) || !rest.substr(key.size()).starts_with(quote)) continue;
    rest.remove_prefix(key.size() + quote.size());
    const std::size_t found = rest.find_first_not_of(" \t");
    if (found == std::string_view::npos || rest[found] != sign) continue;
    rest = rest.substr(found + 1);
    rest = rest.substr(0, rest.find(" #"));
    const std::size_t begin = rest.find_first_not_of(around);
    if (begin == std::string_view::npos) return {};
    return std::string(rest.substr(begin, rest.find_last_not_of(around) + 1 - begin));
  }
  return {};
}

/// The first number in a text; 0: there is none.
int first_number(std::string_view text) {
  int number = 0;
  const std::size_t begin = std::min(text.find_first_of("0123456789"), text.size());
  std::from_chars(text.data() + begin, text.data() + text.size(), number);
  return number;
}

}  // namespace

bool ranges_mean_members(const std::filesystem::path& root, const std::string& package_manager) {
  constexpr int first_without = 9;       // major versions of pnpm
  constexpr int first_of_one_file = 11;  // which reads no such setting in .npmrc
  const std::string_view name = std::string_view(package_manager).substr(0, package_manager.find('@'));
  if (!is_file(root / "pnpm-workspace.yaml") || (!name.empty() && name != "pnpm")) return true;
  const int said = first_number(package_manager);
  std::string links = value_in(root / "pnpm-workspace.yaml", "linkWorkspacePackages", ':');
  if (links.empty() && said < first_of_one_file)
    links = value_in(root / ".npmrc", "link-workspace-packages", '=');
  if (!links.empty()) return links != "false";
  // Those of 9 and later are of the form 9.
  const int version =
      said > 0 ? said : first_number(value_in(root / "pnpm-lock.yaml", "lockfileVersion", ':'));
  return version < first_without;
}

}  // namespace dream::plugins
