#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

constexpr int first_port = 5000;
constexpr int between_ports = 100;

struct Line {
  std::string name;
  std::string command;
};

std::vector<Line> processes_of(const std::string& text) {
  std::vector<Line> processes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line[0] == '#') continue;
    std::string name = trimmed(line.substr(0, colon));
    std::string command = trimmed(line.substr(colon + 1));
    if (is_word(name, "-_") && !command.empty()) processes.push_back({std::move(name), std::move(command)});
  }
  return processes;
}

/// The program in the shell's place, so that it gets the signals and its exit code counts, as the Procfile
/// tools do it; not where the line is more than one program.
std::string replacing_the_shell(const std::string& command) {
  static const std::set<std::string, std::less<>> own_words{
      "cd",      "exec",  "export", "source", ".",      ":",     "eval",  "set", "unset",
      "ulimit",  "umask", "trap",   "wait",   "if",     "while", "until", "for", "case",
      "command", "read",  "shift",  "alias",  "return", "exit",  "!",     "{",   "[["};
  const std::string word = command.substr(0, command.find_first_of(" \t"));
  std::string without_copies = command;  // of a descriptor: "2>&1"
  for (std::size_t at = 0; (at = without_copies.find(">&", at)) != std::string::npos;)
    without_copies.erase(at, 2);
  const bool plain = without_copies.find_first_of(";&|()`\n#") == std::string::npos &&
                     !own_words.contains(word) && word.find('=') == std::string::npos;
  return plain ? "exec " + command : command;
}

std::optional<int> port_in(std::string_view text) {
  int port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc() && port > 0 && port <= 65535 ? std::optional(port) : std::nullopt;
}

/// The PORT that a script sets: `PORT=3006`, `export PORT="${PORT:-3000}"`.
std::optional<int> port_set_by(const std::string& script) {
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    bool is_set = false;
    for (const std::string_view part : {"export ", ": ", "PORT=", "\"", "${PORT:-", "${PORT:="}) {
      if (!rest.starts_with(part)) continue;
      is_set = is_set || part.starts_with("PORT=") || part.starts_with("${");
      rest.remove_prefix(part.size());
    }
    const auto port = port_in(rest.substr(0, rest.find_first_not_of("0123456789")));
    if (is_set && port) return port;
  }
  const std::size_t at = script.find("${PORT:-");
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = std::string_view(script).substr(at + 8);
  return port_in(rest.substr(0, rest.find_first_not_of("0123456789")));
}

/// What the file beside it says of PORT, else a `bin/dev` that starts Procfile.dev with one, else foreman's.
int first_port_of(const fs::path& file, const config::Variables& variables) {
  if (const auto own = variables.find("PORT"); own != variables.end()) {
    if (const auto port = port_in(own->second)) return *port;
  }
  if (file.filename() != "Procfile.dev") return first_port;
  const auto script = read_text(file.parent_path() / "bin" / "dev");
  return script && *script ? port_set_by(**script).value_or(first_port) : first_port;
}

}  // namespace

Result<void> add_procfile(const fs::path& file, const std::string& all, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const std::string name = file.filename().string();
  const std::vector<Line> processes = processes_of(**text);
  if (processes.empty()) return {};
  const auto variables = read_text(file.parent_path() / ".env");
  if (!variables) return variables.error();
  config::Variables values;
  if (*variables) {
    if (auto read = config::parse_env_file(".env", **variables)) values = std::move(read->variables);
  }
  const std::string comment = "from " + name;
  const std::string project = draft.at("./");
  int port = first_port_of(file, values);
  std::vector<EntryDraft> entries;
  std::string before;
  for (const Line& process : processes) {
    const bool is_before = process.name == "release";  // Heroku runs it once before the others
    TaskDraft task{process.name, {{"command", json_string(replacing_the_shell(process.command))}}};
    if (!is_before) task.members.emplace_back("service", "true");
    if (*variables) task.members.emplace_back("envFile", "\".env\"");
    if (is_before) {
      before = draft.add_task(project, "shell", comment, "procfile", std::move(task));
      continue;
    }
    task.members.emplace_back("env", fmt::format(R"({{ "PORT": "{}" }})", port));
    port = port + between_ports <= 65535 ? port + between_ports : first_port;
    entries.push_back({project, draft.add_task(project, "shell", comment, "procfile", std::move(task))});
  }
  if (entries.empty()) return {};
  const std::string gathers = draft.add_gatherer(
      project, "shell", comment, {all, "procfile", "procfile-" + all}, std::move(entries), false);
  draft.remark(fmt::format(
      "`dream {}` runs what {} names: when one ends, all end. Each has a PORT of its own, as foreman "
      "gives it.",
      gathers, name));
  if (!before.empty())
    draft.remark(fmt::format("Not started by `dream {}`: {}, which Heroku runs once before the others.",
                             gathers, before));
  return {};
}

}  // namespace dream::init
