#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>

#include "base/text.hpp"
#include "init/files.hpp"
#include "init/procfile_settings.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

struct Line {
  std::string name;
  std::string command;
};

/// `file` is told of with those names that foreman and the like don't take for processes: of other letters,
/// or not at the begin of the line.
std::vector<Line> processes_of(const std::string& file, const std::string& text, Draft& draft) {
  std::vector<Line> processes;
  std::vector<std::string> passed_over;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || trimmed(line).starts_with('#')) continue;
    std::string name = line.substr(0, colon);
    std::string command = trimmed(line.substr(colon + 1));
    if (command.empty()) continue;
    if (is_word(name, "-_"))
      processes.push_back({std::move(name), std::move(command)});
    else
      passed_over.push_back(printable(trimmed(name)));
  }
  if (!passed_over.empty())
    draft.remark(
        fmt::format("No process of {}, as foreman wants a name of letters, digits, - and _ at the begin of "
                    "the line: {}.",
                    file, join_words(passed_over)));
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

constexpr const char* of_heroku = "release";  ///< run once before the others

TaskDraft task_of(const Line& process, const ProcfileSettings& settings) {
  TaskDraft task{process.name, {{"command", json_string(replacing_the_shell(process.command))}}};
  if (process.name != of_heroku && !settings.names("OVERMIND_CAN_DIE", process.name))
    task.members.emplace_back("service", "true");
  if (settings.names("OVERMIND_AUTO_RESTART", process.name))
    task.members.emplace_back("restart", R"({ "on": "always", "max": 0 })");
  if (const std::vector<std::string>& files = settings.env_files(); !files.empty())
    task.members.emplace_back("envFile", files.size() == 1 ? json_string(files.front()) : list_json(files));
  return task;
}

}  // namespace

Result<void> add_procfile(const fs::path& file, const std::string& all, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  draft.see_read(file);
  const std::string name = file.filename().string();
  const std::vector<Line> processes = processes_of(name, **text, draft);
  if (processes.empty()) return {};
  ProcfileSettings settings;
  if (Result<void> read = settings.read(file); !read) return read;
  const std::string comment = "from " + name;
  const std::string project = draft.at("./");
  int port = settings.first_port();
  const int step = settings.between_ports();
  const bool gives_ports = settings.gives_ports();
  std::vector<EntryDraft> entries;
  std::string before;
  std::vector<std::string> may_end;
  std::vector<std::string> ignored, many;
  for (const Line& process : processes) {
    const bool is_before = process.name == of_heroku;
    const bool ends_alone = settings.names("OVERMIND_CAN_DIE", process.name);
    TaskDraft task = task_of(process, settings);
    const bool is_taken = draft.has_task(project, "procfile-" + process.name);  // by another Procfile
    const std::string kind = is_taken ? all : "procfile";
    if (is_before) {
      before = draft.add_task(project, "shell", comment, kind, std::move(task));
      continue;
    }
    if (gives_ports) task.members.emplace_back("env", fmt::format(R"({{ "PORT": "{}" }})", port));
    port = port + step <= 65535 ? port + step : ProcfileSettings::usual_port;
    EntryDraft entry{project, draft.add_task(project, "shell", comment, kind, std::move(task))};
    const int count = settings.count_of(process.name);
    if (count > 1) many.push_back(fmt::format("{} ({})", entry.task, count));
    if (count < 1 || settings.names("OVERMIND_IGNORED_PROCESSES", process.name)) {
      ignored.push_back(entry.task);
      continue;
    }
    if (ends_alone) {
      entry.members = {{"async", "true"}, {"required", "false"}};
      may_end.push_back(entry.task);
    }
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) return {};
  const std::string gathers = draft.add_gatherer(
      project, "shell", comment, {all, "procfile", "procfile-" + all}, std::move(entries), false);
  draft.remark(fmt::format("`dream {}` runs what {} names: when one{} ends, all end.{}", gathers, name,
                           may_end.empty() ? "" : " but " + join_words(may_end),
                           gives_ports ? " Each has a PORT of its own, as foreman gives it." : ""));
  settings.tell_rest(draft);
  if (!many.empty())
    draft.remark(fmt::format("Once, not as often as the formation says: {}.", join_words(many)));
  if (!ignored.empty())
    draft.remark(
        fmt::format("Not started by `dream {}`, as the settings of foreman or overmind leave them out: {}.",
                    gathers, join_words(ignored)));
  if (!before.empty())
    draft.remark(fmt::format("Not started by `dream {}`: {}, which Heroku runs once before the others.",
                             gathers, before));
  return {};
}

}  // namespace dream::init
