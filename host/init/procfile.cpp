#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "config/env_file.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/processes.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

constexpr int usual_port = 5000;
constexpr int usual_step = 100;

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

/// The port behind `-p` of a line that starts a runner: `exec foreman start -f Procfile.dev -p 3000`.
std::optional<int> port_given_by(const std::string& script) {
  std::istringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = words_in(line);
    const auto runner = std::ranges::find_if(words, [](const std::string& word) {
      const std::string name = word.substr(word.rfind('/') + 1);
      return name == "foreman" || name == "overmind" || name == "hivemind" || name == "honcho";
    });
    for (auto word = runner; word != words.end(); ++word) {
      if (word->starts_with("--port=")) return port_in(std::string_view(*word).substr(7));
      if ((*word == "-p" || *word == "--port") && word + 1 != words.end()) return port_in(word[1]);
    }
  }
  return std::nullopt;
}

/// What foreman and overmind are told beside the Procfile.
class Settings {
 public:
  /// `.foreman`, `.overmind.env` and `.env`, which wins over the second.
  Result<void> read(const fs::path& folder) {
    if (Result<void> done = read_foreman(folder / ".foreman"); !done) return done;
    for (const char* name : {".overmind.env", ".env"}) {
      const auto text = read_text(folder / name);
      if (!text) return text.error();
      has_env_ = text->has_value();
      if (!*text) continue;
      auto read = config::parse_env_file(
          name, **text, [](const std::string&) { return std::nullopt; }, values_);
      if (read)
        values_ = std::move(read->variables);
      else
        unread_ = to_string(read.error());
      has_env_ = read.has_value();
    }
    return {};
  }

  [[nodiscard]] bool has_env() const { return has_env_; }
  /// Why a file that is there is left out; empty: none is.
  [[nodiscard]] const std::string& unread() const { return unread_; }

  /// What the files say of PORT, else a `bin/dev` that starts Procfile.dev with one, else foreman's.
  [[nodiscard]] int first_port(const fs::path& file) const {
    for (const std::string& said : {value("OVERMIND_PORT"), port_of_foreman_, value("PORT")})
      if (const auto port = port_in(said)) return *port;
    if (file.filename() != "Procfile.dev") return usual_port;
    const auto script = read_text(file.parent_path() / "bin" / "dev");
    if (!script || !*script) return usual_port;
    if (const auto port = port_given_by(**script)) return *port;
    return port_set_by(**script).value_or(usual_port);
  }

  [[nodiscard]] bool gives_ports() const {
    const std::string none = value("OVERMIND_NO_PORT");
    return none.empty() || none == "0" || none == "false";
  }

  [[nodiscard]] int between_ports() const {
    return port_in(value("OVERMIND_PORT_STEP")).value_or(usual_step);
  }

  /// Whether a setting of overmind names the process.
  [[nodiscard]] bool names(const char* setting, const std::string& process) const {
    std::string all = value(setting);
    std::ranges::replace(all, ',', ' ');
    const std::vector<std::string> words = words_in(all);
    return std::ranges::find(words, process) != words.end() || std::ranges::find(words, "all") != words.end();
  }

  /// What they say else, and dream.json doesn't.
  void tell_rest(Draft& draft) const {
    for (const std::string& key : rest_of_foreman_) draft.leave_out(key, ".foreman");
    for (const char* name : {"OVERMIND_FORMATION", "OVERMIND_PROCFILE", "OVERMIND_STOP_SIGNALS"})
      if (!value(name).empty()) draft.leave_out(name, "overmind");
  }

 private:
  Result<void> read_foreman(const fs::path& file) {
    const auto text = read_text(file);
    if (!text) return text.error();
    if (!*text) return {};
    try {
      const YAML::Node options = read_yaml(**text);
      port_of_foreman_ = text_at(options, "port");
      for (const char* key : {"procfile", "env", "formation", "concurrency", "root", "timeout"})
        if (!member_at(options, key).IsNull()) rest_of_foreman_.emplace_back(key);
    } catch (const YAML::Exception& problem) {
      unread_ = to_string(not_understood(file.filename().string(), problem.what()));
    }
    return {};
  }

  [[nodiscard]] std::string value(const char* name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }

  config::Variables values_;
  std::string port_of_foreman_;
  std::vector<std::string> rest_of_foreman_;
  bool has_env_ = false;
  std::string unread_;
};

}  // namespace

Result<void> add_procfile(const fs::path& file, const std::string& all, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  draft.see_read(file);
  const std::string name = file.filename().string();
  const std::vector<Line> processes = processes_of(name, **text, draft);
  if (processes.empty()) return {};
  Settings settings;
  if (Result<void> read = settings.read(file.parent_path()); !read) return read;
  const std::string comment = "from " + name;
  const std::string project = draft.at("./");
  int port = settings.first_port(file);
  const int step = settings.between_ports();
  const bool gives_ports = settings.gives_ports();
  std::vector<EntryDraft> entries;
  std::string before;
  std::vector<std::string> may_end;
  std::vector<std::string> ignored;
  for (const Line& process : processes) {
    const bool is_before = process.name == "release";  // Heroku runs it once before the others
    const bool ends_alone = settings.names("OVERMIND_CAN_DIE", process.name);
    TaskDraft task{process.name, {{"command", json_string(replacing_the_shell(process.command))}}};
    if (!is_before && !ends_alone) task.members.emplace_back("service", "true");
    if (settings.names("OVERMIND_AUTO_RESTART", process.name))
      task.members.emplace_back("restart", R"({ "on": "always", "max": 0 })");
    if (settings.has_env()) task.members.emplace_back("envFile", "\".env\"");
    if (is_before) {
      before = draft.add_task(project, "shell", comment, "procfile", std::move(task));
      continue;
    }
    if (gives_ports) task.members.emplace_back("env", fmt::format(R"({{ "PORT": "{}" }})", port));
    port = port + step <= 65535 ? port + step : usual_port;
    EntryDraft entry{project, draft.add_task(project, "shell", comment, "procfile", std::move(task))};
    if (settings.names("OVERMIND_IGNORED_PROCESSES", process.name)) {
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
  if (!settings.unread().empty()) draft.remark("Not read: " + settings.unread() + ".");
  if (!settings.has_env() && settings.unread().empty())
    tell_env_example(file.parent_path(), "foreman", draft);
  if (!ignored.empty())
    draft.remark(fmt::format("Not started by `dream {}`, as overmind ignores them: {}.", gathers,
                             join_words(ignored)));
  if (!before.empty())
    draft.remark(fmt::format("Not started by `dream {}`: {}, which Heroku runs once before the others.",
                             gathers, before));
  return {};
}

}  // namespace dream::init
