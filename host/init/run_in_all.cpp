#include <algorithm>
#include <set>
#include <string_view>

#include "init/packages.hpp"

namespace dream::init {

namespace {

using Words = std::vector<std::string>;

/// Options that don't choose packages, and don't change what a script does.
bool is_harmless(const std::string& option) {
  static const std::set<std::string, std::less<>> known{"--parallel",
                                                        "--stream",
                                                        "--aggregate-output",
                                                        "--if-present",
                                                        "--no-bail",
                                                        "--sort",
                                                        "--no-sort",
                                                        "--ui",
                                                        "--log-order",
                                                        "--log-prefix",
                                                        "--no-prefix",
                                                        "--output-logs",
                                                        "--concurrency",
                                                        "--continue",
                                                        "--force",
                                                        "--no-cache",
                                                        "--cache-dir",
                                                        "--no-daemon",
                                                        "--daemon",
                                                        "--summarize",
                                                        "--env-mode",
                                                        "--color",
                                                        "--no-color",
                                                        "--silent",
                                                        "--topological",
                                                        "--all",
                                                        "--topological-dev",
                                                        "--interlaced",
                                                        "--verbose",
                                                        "--reporter",
                                                        "--workspace-concurrency"};
  const std::string_view name = std::string_view(option).substr(0, option.find('='));
  const bool is_of_yarn = name.size() > 1 && name[1] != '-' &&
                          name.find_first_not_of("Aaptvi", 1) == std::string_view::npos;  // -Apt
  return is_of_yarn || known.contains(name);
}

/// Takes an option away; whether it was there.
bool take_option(Words& words, std::initializer_list<std::string_view> options) {
  return std::erase_if(words, [&](const std::string& word) {
           return std::ranges::find(options, word) != options.end();
         }) > 0;
}

}  // namespace

bool only_runs_in_all(const std::string& line, const std::string& script) {
  if (line.find_first_of("&|;<>$`()\"'\\*") != std::string::npos) return false;
  Words words = words_in(line);
  if (words.size() > 1 && (words[1] == "turbo" || words[1] == "lerna") &&
      (words[0] == "npx" || words[0] == "bunx" || words[0] == "pnpm" || words[0] == "yarn"))
    words.erase(words.begin());
  if (words.size() < 2) return false;
  const std::string tool = words.front();
  words.erase(words.begin());
  const bool in_all = tool == "turbo" || tool == "lerna" ||
                      (tool == "pnpm" && take_option(words, {"-r", "--recursive"})) ||
                      (tool == "npm" && take_option(words, {"-ws", "--ws", "--workspaces"})) ||
                      (tool == "yarn" && take_option(words, {"workspaces"}));
  if (tool == "yarn") take_option(words, {"foreach"});
  std::erase_if(words, is_harmless);
  if (words.size() == 2 && words.front() == "run") words.erase(words.begin());
  return in_all && words == Words{script};
}

}  // namespace dream::init
