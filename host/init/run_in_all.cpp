#include <algorithm>
#include <functional>
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
                                                        "--workspace-concurrency",
                                                        "--skip-nx-cache",
                                                        "--skipNxCache",
                                                        "--output-style",
                                                        "--outputStyle",
                                                        "--nx-bail",
                                                        "--nxBail",
                                                        "--max-parallel",
                                                        "--maxParallel"};
  const std::string_view name = std::string_view(option).substr(0, option.find('='));
  const bool is_of_yarn = name.size() > 1 && name[0] == '-' && name[1] != '-' &&
                          name.find_first_not_of("Aaptvi", 1) == std::string_view::npos;  // -Apt
  return is_of_yarn || known.contains(name);
}

/// Whether the word behind such an option is its value: `--concurrency 2`.
bool has_value_behind(const std::string& option, const std::string& next) {
  static const std::set<std::string, std::less<>> known{
      "--ui",          "--log-order",   "--log-prefix",  "--output-logs",  "--concurrency",
      "--cache-dir",   "--env-mode",    "--reporter",    "--output-style", "--workspace-concurrency",
      "--outputStyle", "--maxParallel", "--max-parallel"};
  // Only nx counts with it.
  const bool is_number = next.find_first_not_of("0123456789") == std::string::npos;
  return known.contains(option) || (option == "--parallel" && is_number);
}

void take_harmless(Words& words) {
  for (auto word = words.begin(); word != words.end();) {
    if (!is_harmless(*word)) {
      ++word;
      continue;
    }
    const bool is_pair = word + 1 != words.end() && has_value_behind(*word, word[1]);
    word = words.erase(word, word + (is_pair ? 2 : 1));
  }
}

/// Takes an option away; whether it was there.
bool take_option(Words& words, std::initializer_list<std::string_view> options) {
  return std::erase_if(words, [&](const std::string& word) {
           return std::ranges::find(options, word) != options.end();
         }) > 0;
}

/// Whether yarn sees an option, which may be one of several letters: "-pvit".
bool has_option(const Words& words, std::string_view option, char letter) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word == option ||
           (word.starts_with('-') && is_word(word.substr(1), "") && word.find(letter) != std::string::npos);
  });
}

/// Every form of `--filter '*'`, which is all packages, as `--workspaces`.
std::string without_filter_of_all(std::string line) {
  for (const std::string_view form :
       {"--filter '*'", "--filter \"*\"", "--filter=*", "--filter='*'", "--filter=\"*\"", "-F '*'"}) {
    if (const std::size_t at = line.find(form); at != std::string::npos)
      line.replace(at, form.size(), "--workspaces");
  }
  return line;
}

/// Without `X=1`, `cross-env X=1` and the like in front.
Words without_assignments(Words words) {
  const auto is_in_front = [](const std::string& word) {
    const std::size_t equals = word.find('=');
    return word == "cross-env" || word == "env" ||
           (equals != std::string::npos && is_word(word.substr(0, equals), "_"));
  };
  words.erase(words.begin(), std::ranges::find_if_not(words, is_in_front));
  return words;
}

/// From the tool on: without `npx`, `pnpm exec` and the like.
Words from_tool(Words words) {
  static const std::set<std::string, std::less<>> starters{"npx", "bunx", "pnpm", "yarn", "npm"};
  if (words.empty() || !starters.contains(words.front())) return words;
  const auto tool = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
    return word != "exec" && word != "-w" && word != "--workspace-root" && word != "--";
  });
  if (tool != words.end() && (*tool == "turbo" || *tool == "lerna" || *tool == "nx"))
    words.erase(words.begin(), tool);
  return words;
}

/// The same of a line that does one thing.
Words words_from_tool(const std::string& written) {
  const std::string line = without_filter_of_all(written);
  if (line.find_first_of("&|;<>$`()\"'\\*") != std::string::npos) return {};
  return from_tool(words_in(line));
}

/// Of `-t build`, `--target=build`, only "build".
void unwrap_targets(Words& words) {
  take_option(words, {"-t", "--target", "--targets"});
  for (std::string& word : words) {
    for (const std::string_view option : {"-t=", "--target=", "--targets="}) {
      if (word.starts_with(option)) word.erase(0, option.size());
    }
  }
}

/// Takes the tool away, and what says that it runs a script in all packages; whether it does.
bool take_in_all(Words& words) {
  const std::string tool = words.front();
  words.erase(words.begin());
  const bool in_all =
      tool == "turbo" || tool == "lerna" || (tool == "nx" && take_option(words, {"run-many"})) ||
      (tool == "pnpm" && take_option(words, {"-r", "--recursive", "recursive", "--workspaces"})) ||
      (tool == "deno" && take_option(words, {"-r", "--recursive"}) && take_option(words, {"task"})) ||
      (tool == "bun" && take_option(words, {"--workspaces"})) ||
      (tool == "npm" && take_option(words, {"-ws", "--ws", "--workspaces"})) ||
      (tool == "yarn" && take_option(words, {"workspaces"}));
  if (tool == "yarn") take_option(words, {"foreach"});
  if (tool == "nx") unwrap_targets(words);
  return in_all;
}

}  // namespace

bool only_runs_in_all(const std::string& line, const std::string& script) {
  Words words = words_from_tool(line);
  if (words.size() < 2) return false;
  const bool in_all = take_in_all(words);
  take_harmless(words);
  if (words.size() == 2 && words.front() == "run") words.erase(words.begin());
  return in_all && words == Words{script};
}

bool runs_in_others(const std::string& line, const std::string& script) {
  return std::ranges::any_of(shell_commands(without_filter_of_all(line)), [&](const std::string& command) {
    Words words = from_tool(without_assignments(words_in(command)));
    if (words.size() < 2) return false;
    const bool by_filter = std::ranges::any_of(
        words, [](const std::string& word) { return word == "-F" || word.starts_with("--filter"); });
    return (take_in_all(words) || by_filter) && std::ranges::find(words, script) != words.end();
  });
}

std::string script_called_by(const std::string& line) {
  static const std::set<std::string, std::less<>> tools{"npm", "pnpm", "yarn", "bun"};
  const Words words = words_in(line);
  const bool has_run = words.size() == 3 && words[1] == "run";
  const bool is_call = has_run || (words.size() == 2 && words.front() != "npm");
  return is_call && tools.contains(words.front()) ? words.back() : std::string();
}

std::string goes_on_said_by(const std::string& line) {
  static const std::set<std::string, std::less<>> options{
      "--continue",      "--continue=always", "--continue=dependencies-successful",
      "--continue=true", "--no-bail",         "--bail=false"};
  const Words words = words_from_tool(line);
  if (words.empty()) return {};
  const auto said =
      std::ranges::find_if(words, [](const std::string& word) { return options.contains(word); });
  if (said != words.end()) return *said;
  const bool stops_nx = std::ranges::any_of(words, [](const std::string& word) {
    return (word.starts_with("--nxBail") || word.starts_with("--nx-bail")) && !word.ends_with("=false");
  });
  return words.front() == "npm" || (words.front() == "nx" && !stops_nx) ? words.front() : std::string();
}

bool runs_one_by_one(const std::string& line) {
  const Words words = words_from_tool(line);
  if (words.size() < 3) return false;
  const bool is_of_yarn = words[0] == "yarn" && words[1] == "workspaces";
  return words[0] == "npm" || (is_of_yarn && words[2] == "run") ||
         (is_of_yarn && words[2] == "foreach" && !has_option(words, "--parallel", 'p'));
}

bool starts_all_at_once(const std::string& line, bool has_order) {
  Words words = words_from_tool(line);
  if (words.empty()) return false;
  static const std::set<std::string, std::less<>> tools{"turbo", "lerna", "pnpm"};
  return words.front() == "bun" ? !has_order
                                : tools.contains(words.front()) && take_option(words, {"--parallel"});
}

std::string jobs_said_by(const std::string& line) {
  const Words words = words_in(line);
  for (auto word = words.begin(); word != words.end(); ++word) {
    for (const std::string_view option : {"--concurrency", "--workspace-concurrency", "--maxParallel"}) {
      std::string number;
      if (word->starts_with(std::string(option) + "=")) number = word->substr(option.size() + 1);
      if (*word == option && word + 1 != words.end()) number = word[1];
      const bool is_part = number.ends_with('%');
      if (is_part) number.pop_back();
      if (!number.empty() && number.find_first_not_of("0123456789") == std::string::npos)
        return number + (is_part ? "% of the processors" : "");
    }
  }
  return {};
}

std::string option_of_jobs(const std::string& jobs) {
  return "-j " + (jobs.find('%') == std::string::npos ? jobs : "N");
}

bool only_calls(const std::string& tool, const std::string& line) {
  const Words words = words_from_tool(line);
  return words.size() > 1 && words.front() == tool;
}

std::string run_in_order(const std::string& line, const std::function<bool(const std::string&)>& is_script) {
  const Words words = without_assignments(words_in(line));
  const auto has = [&](std::initializer_list<const char*> options) {
    return std::ranges::any_of(
        options, [&](const char* option) { return std::ranges::find(words, option) != words.end(); });
  };
  // To yarn `--parallel` only says that several may run at a time.
  if (words.size() < 2 || has({"--no-sort", "&&", ";"}) || (words[0] != "yarn" && has({"--parallel"})))
    return {};
  const bool in_order = (words[0] == "pnpm" && has({"-r", "--recursive"})) ||
                        (words[0] == "lerna" && words[1] == "run") ||
                        (words[0] == "yarn" && words[1] == "workspaces" &&
                         (has({"--topological-dev"}) || has_option(words, "--topological", 't')));
  const auto script = std::ranges::find_if(words, is_script);
  return in_order && script != words.end() ? *script : std::string();
}

std::string runs_in_changed(const std::string& line,
                            const std::function<bool(const std::string&)>& is_script) {
  Words words = words_from_tool(line);
  if (words.size() < 3) return {};
  const std::string tool = words.front();
  const bool by_change = (tool == "nx" && words[1] == "affected") ||
                         (tool == "turbo" && take_option(words, {"--affected"})) ||
                         (tool == "lerna" && take_option(words, {"--since"}));
  if (tool == "nx") unwrap_targets(words);
  const auto script = std::find_if(words.begin() + 1, words.end(), is_script);
  return by_change && script != words.end() ? *script : std::string();
}

}  // namespace dream::init
