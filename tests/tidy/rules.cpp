#include "rules.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "scanner.hpp"

namespace dream::tidy {

namespace {

constexpr std::size_t most_lines_of_a_file = 400;
constexpr std::size_t most_lines_of_a_function = 70;
constexpr std::size_t most_lines_of_a_plain_type = 5;

using Folders = std::set<std::string, std::less<>>;

/// What each folder of host/ may include besides itself; `dream` is the plugin API, `shared` of plugins/.
const std::map<std::string, Folders, std::less<>>& arrows() {
  static const std::map<std::string, Folders, std::less<>> map{
      {"base", {}},
      {"plan", {"base"}},
      {"config", {"base", "plan"}},
      {"engine", {"base", "plan"}},
      {"init", {"base", "plan", "config", "shared"}},
      {"process", {"base"}},
      {"probe", {"base", "plan", "process", "shared"}},
      {"ports", {"base", "plan", "process", "probe"}},
      {"select", {"base", "plan", "process"}},
      {"plugin", {"base", "plan", "dream"}},
      {"output", {"base", "plan", "engine"}},
      {"prepare", {"base", "plan", "config", "plugin"}},
      {"record", {"base", "process", "plugin", "output"}},
      {"runtime", {"base", "plan", "engine", "process", "probe", "plugin", "prepare", "output"}},
      {"suggest", {"base", "plan", "config", "engine", "process", "probe", "output", "runtime"}},
      {"control", {"base", "plan", "engine", "process", "probe", "plugin", "output", "runtime"}},
      {"history", {"base", "plan", "engine", "plugin", "output", "control"}},
      {"conformance", {"base", "process", "plugin", "dream"}},
      {"cli",
       {"base", "plan", "config", "engine", "process", "plugin", "conformance", "control", "history",
        "output", "ports", "prepare", "record", "runtime", "select", "suggest", "dream"}},
  };
  return map;
}

/// The folders of plugins/ that several plugins share, and what each of them may include of these; a plugin
/// itself may include all.
const std::map<std::string, Folders, std::less<>>& shared_arrows() {
  static const std::map<std::string, Folders, std::less<>> map{
      {"shared", {}}, {"http", {"shared"}}, {"life", {"shared", "http"}}};
  return map;
}

/// What would give the engine a clock, a thread, a file or a log.
constexpr std::string_view outside_world[] = {"boost/",
                                              "spdlog/",
                                              "thread",
                                              "mutex",
                                              "future",
                                              "atomic",
                                              "fstream",
                                              "iostream",
                                              "cstdio",
                                              "unistd.h",
                                              "condition_variable",
                                              "sys/"};

constexpr std::string_view sleeping_words[] = {"sleep_for", "sleep_until",     "usleep",
                                               "nanosleep", "clock_nanosleep", "sleep"};

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

bool is_cpp_header(const File& file) {
  return file.path.ends_with(".hpp");
}

bool is_code(const File& file) {
  return ends_with_any(file.path, {".hpp", ".cpp", ".h", ".c"});
}

std::string at(const File& file, std::size_t line) {
  return file.path + ":" + std::to_string(line) + ": ";
}

/// The `number`th part of a path, from 0; empty when it has fewer.
std::string_view part(std::string_view path, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
  return path.substr(0, path.find('/'));
}

/// What drives an engine sees no more of the outside world than the engine does.
bool is_pump(std::string_view path) {
  return path.starts_with("host/runtime/pump.");
}

/// What a file may include of host/ and the plugin API; nullopt: everything.
std::optional<Folders> allowed_for(std::string_view path) {
  if (is_pump(path)) return Folders{"base", "plan", "engine", "runtime"};
  const std::string_view top = part(path, 0);
  const std::string_view folder = part(path, 1);
  // The tests beside the bad plugins load them with the host.
  const bool bad_plugins = top == "tests" && folder == "plugins" && !path.ends_with("_test.cpp");
  if (top == "plugin_api" || bad_plugins) return Folders{"dream"};
  if (top == "plugins") {
    const auto shared = shared_arrows().find(folder);
    Folders allowed{"dream", "shared", "http", "life"};
    if (shared != shared_arrows().end()) allowed = shared->second;
    allowed.insert({"dream", std::string(folder)});
    return allowed;
  }
  const bool unit_test = top == "tests" && folder == "unit";
  const auto arrow = arrows().find(unit_test ? part(path, 2) : folder);
  if ((top != "host" && !unit_test) || arrow == arrows().end()) return std::nullopt;
  Folders allowed = arrow->second;
  allowed.insert(arrow->first);
  return allowed;
}

}  // namespace

Findings wrong_arrows(const File& file) {
  Findings findings;
  if (!is_code(file)) return findings;
  const std::optional<Folders> allowed = allowed_for(file.path);
  const bool engine = file.path.starts_with("host/engine/") || is_pump(file.path);
  for (const Include& include : includes_of(file.text)) {
    const std::string_view folder = part(include.path, 0);
    const bool ours =
        folder != include.path && (arrows().contains(folder) || folder == "dream" ||
                                   (part(file.path, 0) != "tests" && shared_arrows().contains(folder)));
    if (allowed.has_value() && ours && !allowed->contains(folder)) {
      findings.push_back(at(file, include.line) + "must not include " + include.path);
    }
    if (engine && std::any_of(std::begin(outside_world), std::end(outside_world), [&](std::string_view name) {
          return name.ends_with('/') ? include.path.starts_with(name) : include.path == name;
        })) {
      findings.push_back(at(file, include.line) + "the engine sees nothing of the outside world, not " +
                         include.path);
    }
  }
  return findings;
}

Findings too_long_file(const File& file) {
  if (!is_code(file)) return {};
  const bool manual = file.path.ends_with(".h");
  const std::size_t lines = manual ? count_code_lines(file.text) : count_lines(file.text);
  if (lines <= most_lines_of_a_file) return {};
  return {at(file, lines) + "the file has " + std::to_string(lines) + " lines; " +
          std::to_string(most_lines_of_a_file) + " are enough"};
}

Findings too_long_functions(const File& file) {
  Findings findings;
  if (!is_code(file)) return findings;
  for (const Function& function : functions_of(file.text)) {
    if (function.lines <= most_lines_of_a_function) continue;
    findings.push_back(at(file, function.line) + "`" + function.head + "` has " +
                       std::to_string(function.lines) + " lines; " +
                       std::to_string(most_lines_of_a_function) + " are enough");
  }
  return findings;
}

Findings missing_pragma_once(const File& file) {
  if (!is_cpp_header(file)) return {};
  const bool found =
      file.text.starts_with("#pragma once\n") || file.text.find("\n#pragma once\n") != std::string::npos;
  return found ? Findings{} : Findings{at(file, 1) + "no #pragma once"};
}

Findings undocumented_types(const File& file) {
  Findings findings;
  if (!is_cpp_header(file) || file.path.starts_with("tests/")) return findings;
  for (const Type& type : types_of(file.text)) {
    if (type.documented || type.lines <= most_lines_of_a_plain_type) continue;
    findings.push_back(at(file, type.line) + type.name + " has no /// before it");
  }
  return findings;
}

Findings sleeping_tests(const File& file) {
  Findings findings;
  // To let time pass is what some measurements are about.
  if (!file.path.starts_with("tests/") || file.path.starts_with("tests/benchmarks/")) return findings;
  if (is_code(file)) {
    for (const std::string_view word : sleeping_words) {
      for (const std::size_t line : lines_with_word(file.text, word)) {
        findings.push_back(at(file, line) + "a test never waits by the clock: " + std::string(word));
      }
    }
  }
  if (file.path.ends_with(".py") && file.text.find("time.sleep") != std::string::npos) {
    findings.push_back(at(file, 1) + "a test never waits by the clock: time.sleep");
  }
  return findings;
}

Findings absolute_paths(const File& file, const std::string& checkout) {
  Findings findings;
  // Written in pieces: this file is checked too.
  for (const std::string& path : {checkout + "/", std::string("/") + "work/"}) {
    for (std::size_t found = file.text.find(path); found != std::string::npos;
         found = file.text.find(path, found + 1)) {
      // "a/work/b" is a path from somewhere else.
      const char before = found == 0 ? ' ' : file.text[found - 1];
      if (std::isalnum(static_cast<unsigned char>(before)) != 0 || before == '.' || before == '_') continue;
      const std::string_view text_before = std::string_view(file.text).substr(0, found);
      findings.push_back(at(file, count_lines(std::string(text_before) + "x")) +
                         "a path of one machine: " + path);
    }
  }
  return findings;
}

Findings check(const File& file, const std::string& checkout) {
  Findings all;
  for (const auto& rule : {wrong_arrows, too_long_file, too_long_functions, missing_pragma_once,
                           undocumented_types, sleeping_tests}) {
    const Findings found = rule(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  const Findings paths = absolute_paths(file, checkout);
  all.insert(all.end(), paths.begin(), paths.end());
  return all;
}

}  // namespace dream::tidy
