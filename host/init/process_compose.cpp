#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/process.hpp"
#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "init/compose_layers.hpp"
#include "init/compose_merge.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/process_files.hpp"
#include "init/processes.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

enum class Waits : std::uint8_t { started, ready, ended, succeeded };

Waits until_of(const std::string& condition) {
  if (condition == "process_completed") return Waits::ended;
  if (condition == "process_completed_successfully") return Waits::succeeded;
  return condition == "process_healthy" || condition == "process_log_ready" ? Waits::ready : Waits::started;
}

std::optional<long long> seconds_at(const YAML::Node& map, const char* key) {
  return duration_ms(text_at(map, key) + "s");
}

/// In a command `$NAME` and every `${…}` stay for its shell: what .env says comes with `envFile`. `$$` is
/// `$`.
std::string command_line(std::string line) {
  for (std::size_t at = line.find("$$"); at != std::string::npos; at = line.find("$$", at + 1))
    line.erase(at, 1);
  return line;
}

/// A probe as dream's `ready` and `health` have it; empty: it can't be said.
std::string probe_json(const YAML::Node& probe) {
  if (const std::string line = text_at(member_at(probe, "exec"), "command"); !line.empty())
    return "\"exec\": " + json_string(command_line(line));
  const YAML::Node http = member_at(probe, "http_get");
  if (!http.IsMap() || text_at(http, "scheme") == "https") return {};
  std::string host = text_at(http, "host");
  if (host == "127.0.0.1" || host == "localhost") host.clear();
  std::string path = text_at(http, "path");
  if (path.empty()) path = "/";
  const std::string port = text_at(http, "port");
  const bool number = port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos &&
                      (port.empty() || (port.front() != '0' && std::stoi(port) <= 65535));
  const std::string words = host + path;  // a template is no part of a URL
  if (!number || words.find_first_of("{} \t#") != std::string::npos || !is_printable(words)) return {};
  return "\"http\": " + json_string(host.empty()
                                        ? ":" + (port.empty() ? "80" : port) + path
                                        : "http://" + host + (port.empty() ? "" : ":" + port) + path);
}

/// One process of the file.
class Process {
 public:
  Process(std::string name, const YAML::Node& node, std::string shell, const YAML::Node& common,
          ComposeVariables& variables, Draft& draft)
      : name_(std::move(name)),
        node_(node),
        shell_(std::move(shell)),
        common_(common),
        variables_(variables),
        draft_(draft) {}

  TaskDraft task(const ProcessFolder& folder, bool is_waited_for) {
    command(folder);
    const YAML::Node availability = member_at(node_, "availability");
    if (ends_all()) add("service", "true");
    for (const char* key : {"command", "working_dir"}) {
      if (text_at(node_, key).find("{{") != std::string::npos) draft_.leave_out("a template ({{…}})", name_);
    }
    ready(is_waited_for);
    if (const std::string health = probe_json(member_at(node_, "liveness_probe")); !health.empty()) {
      const YAML::Node probe = member_at(node_, "liveness_probe");
      std::string more;
      if (const auto every = seconds_at(probe, "period_seconds"); every && *every > 0)
        more += fmt::format(R"(, "every": {})", time_json(*every));
      add("health", "{ " + health + more + " }");
    }
    if (is_daemon())
      add("leftovers", "\"keep\"");
    else
      restart(availability);
    environment();
    shutdown();
    for (const char* key : {"is_tty", "is_interactive", "is_elevated", "replicas", "schedule", "namespace"}) {
      const std::string value = text_at(node_, key);
      if (!value.empty() && value != "false" && value != "1") draft_.leave_out(key, name_);
    }
    if (member_at(node_, "schedule").IsMap()) draft_.leave_out("schedule", name_);
    TaskDraft task{name_, std::move(members_)};
    if (const std::string text = text_at(node_, "description"); text.find("{{") == std::string::npos)
      describe(task, text);
    return task;
  }

  [[nodiscard]] bool has_ready() const { return has_ready_; }

  /// Its command ends when it has started what is to stay.
  [[nodiscard]] bool is_daemon() const { return is_true(member_at(node_, "is_daemon")); }

  /// Its end is the end of all.
  [[nodiscard]] bool ends_all() const {
    return !is_daemon() && is_true(member_at(member_at(node_, "availability"), "exit_on_end"));
  }
  [[nodiscard]] bool failure_ends_all() const {
    return ends_all() || text_at(member_at(node_, "availability"), "restart") == "exit_on_failure";
  }

 private:
  void add(const std::string& key, const std::string& value) { members_.emplace_back(key, value); }

  void command(const ProcessFolder& folder) {
    const std::string line = command_line(text_at(node_, "command"));
    const YAML::Node words = member_at(node_, "entrypoint");
    if (line.empty() && words.IsSequence() && words.size() > 0)
      return add("command", list_json(words_of(words)));
    if (line.empty()) draft_.remark(name_ + " has no command that can be read here: it does nothing.");
    add("command", line.empty() ? "\"true\"" : shell_command_json(folder.before + line, shell_));
  }

  void ready(bool is_waited_for) {
    std::string ready;
    if (const YAML::Node probe = member_at(node_, "readiness_probe"); probe.IsMap()) {
      ready = probe_json(probe);
      if (ready.empty()) draft_.leave_out("readiness_probe", name_);
    } else if (const std::string words = text_at(node_, "ready_log_line"); !words.empty()) {
      std::string pattern;
      for (const char c : words) pattern += c == '*' ? std::string("\\*") : std::string(1, c);
      ready = "\"log\": " + json_string(config::with_escaped_dollars(pattern));
    }
    has_ready_ = !ready.empty();
    if (has_ready_) add("ready", "{ " + ready + " }");
    if (!has_ready_ && is_waited_for)
      draft_.remark(
          fmt::format("{} has no probe here: what needs it starts as soon as it has started.", name_));
  }

  void restart(const YAML::Node& availability) {
    const std::string policy = text_at(availability, "restart");
    if (policy != "always" && policy != "on_failure") return;
    const std::string most = text_at(availability, "max_restarts");
    const bool number =
        !most.empty() && most.size() < 9 && most.find_first_not_of("0123456789") == std::string::npos;
    const auto pause = seconds_at(availability, "backoff_seconds");
    add("restart", fmt::format(R"({{ "on": "{0}", "max": {1}, "delay": {2}, "maxDelay": {2} }})",
                               policy == "always" ? "always" : "failure", number ? std::stol(most) : 0,
                               time_json(pause && *pause > 0 ? *pause : 1000)));
  }

  void environment() {
    MapMaker all;
    for (const YAML::Node& some : {common_, as_map(member_at(node_, "environment"))}) {
      for (const auto& one : some) {
        if (one.second.IsNull()) continue;  // "- NAME": it has the value that it has outside
        all.set(one.first.Scalar(),
                written_scalar({}, variables_.written(one.second.IsScalar() ? one.second.Scalar() : "")));
      }
    }
    const auto unknown = [](const std::string&) { return std::nullopt; };
    if (const std::string made = variables_json(all.made(), unknown).object; made != "{}") add("env", made);
  }

  void shutdown() {
    const YAML::Node shutdown = member_at(node_, "shutdown");
    std::vector<Member> stop;
    const std::string number = text_at(shutdown, "signal");
    int signal = 0;
    std::from_chars(number.data(), number.data() + number.size(), signal);
    if (signal > 0 && signal < 32 && signal_number(signal_name(signal)) == signal)
      stop.emplace_back("signal", json_string(signal_name(signal)));
    const auto grace = seconds_at(shutdown, "timeout_seconds");
    stop.emplace_back("grace", time_json(grace && *grace > 0 ? *grace : 10'000));
    if (is_true(member_at(shutdown, "parent_only"))) stop.emplace_back("to", "\"root\"");
    // A process would be asked by a signal before.
    if (!text_at(shutdown, "command").empty() && !is_daemon()) draft_.leave_out("shutdown.command", name_);
    add("stop", object_json(stop));
  }

  std::string name_;
  YAML::Node node_;
  std::string shell_;
  YAML::Node common_;
  ComposeVariables& variables_;
  Draft& draft_;
  std::vector<Member> members_;
  bool has_ready_ = false;
};

/// Each text of a node with the number of the replica in place of its template.
YAML::Node with_number(const YAML::Node& node, const std::string& number) {
  if (node.IsScalar()) {
    std::string text = node.Scalar();
    for (const std::string_view written : {"{{.PC_REPLICA_NUM}}", "{{ .PC_REPLICA_NUM }}"}) {
      for (std::size_t at = text.find(written); at != std::string::npos; at = text.find(written, at))
        text.replace(at, written.size(), number);
    }
    return text == node.Scalar() ? YAML::Clone(node) : YAML::Node(text);
  }
  YAML::Node list(node.Type());
  MapMaker map;
  for (const auto& one : node) {
    if (node.IsMap())
      map.set(one.first.Scalar(), with_number(one.second, number));
    else
      list.push_back(with_number(one, number));
  }
  return node.IsMap() ? map.made() : list;
}

/// How many of a process run; those that are too many for a file count as one.
std::size_t replicas_of(const YAML::Node& process) {
  constexpr std::size_t most = 100;
  const std::string written = text_at(process, "replicas");
  std::size_t count = 1;
  std::from_chars(written.data(), written.data() + written.size(), count);
  return count > most ? 1 : std::max<std::size_t>(count, 1);
}

/// All of a file.
class Processes {
 public:
  Processes(const YAML::Node& file, bool has_variables, ComposeVariables& variables, Draft& draft)
      : file_(file), has_variables_(has_variables), variables_(variables), draft_(draft) {}

  void add(const std::string& comment) {
    for (const auto& one : member_at(file_, "processes"))
      add_replicas(one.first.Scalar(), with_values(one.second, variables_));
    for (const std::string& name : names_) {
      for (const auto& [need, until] : waits_of(name)) {
        if (until == Waits::ready) waited_until_ready_.insert(need);
        if (until == Waits::ended || until == Waits::succeeded)
          (until == Waits::ended ? ended_ : late_).insert(need);
      }
    }
    std::string shell = text_at(member_at(file_, "shell"), "shell_command");
    if (shell.empty()) shell = "bash";
    for (const std::string& name : names_) {
      const YAML::Node& node = processes_.at(name);
      const ProcessFolder folder = folder_of_process(text_at(node, "working_dir"));
      Process process(name, node, shell, as_map(member_at(file_, "environment")), variables_, draft_);
      TaskDraft task = process.task(folder, waited_until_ready_.contains(name));
      const std::string project = draft_.at(folder.project);
      if (has_variables_) {
        const fs::path own = fs::path(".env").lexically_relative(folder.project);
        task.members.emplace_back("envFile", json_string(own.lexically_normal().string()));
      }
      if (process.has_ready()) ready_.insert(name);
      if (process.ends_all()) services_.insert(name);
      if (process.is_daemon()) daemons_.insert(name);
      if (!process.failure_ends_all()) may_fail_.insert(name);
      if (const std::string line = text_at(member_at(node, "shutdown"), "command");
          process.is_daemon() && !line.empty()) {
        TaskDraft stop{name + "-shutdown",
                       {{"command", shell_command_json(folder.before + command_line(line), shell)}}};
        for (const Member& one : task.members)
          if (one.first == "env" || one.first == "envFile") stop.members.push_back(one);
        stops_.emplace_back(name, std::pair(project, std::move(stop)));
      }
      tasks_[name] = {project,
                      draft_.add_task(project, "shell", comment, "process-compose", std::move(task))};
    }
    add_needs(comment);
  }

 private:
  /// As process-compose names them: "web-0", "web-1".
  void add_replicas(const std::string& name, const YAML::Node& node) {
    const std::size_t count = replicas_of(node);
    for (std::size_t number = 0; number < count; ++number) {
      const std::string digits = fmt::format("{:0{}}", number, std::to_string(count).size());
      const std::string own = count == 1 ? name : name + "-" + digits;
      YAML::Node made = count == 1 ? node : with_number(node, std::to_string(number));
      if (count > 1) {
        YAML::Node environment = as_map(member_at(made, "environment"));
        environment["PC_REPLICA_NUM"] = std::to_string(number);
        made["environment"] = environment;
        made["replicas"] = "1";
      }
      names_.push_back(own);
      processes_.emplace(own, made);
      meant_[name].push_back(own);
    }
  }

  /// What a process waits for; one that is named without its number is all of its replicas.
  [[nodiscard]] std::vector<std::pair<std::string, Waits>> waits_of(const std::string& name) const {
    std::vector<std::pair<std::string, Waits>> waits;
    for (const auto& need : member_at(processes_.at(name), "depends_on")) {
      const std::string& other = need.first.Scalar();
      const Waits until = until_of(text_at(need.second, "condition"));
      const auto all = meant_.find(other);
      if (processes_.contains(other))
        waits.emplace_back(other, until);
      else if (all == meant_.end())
        draft_.miss(other, name);
      else
        for (const std::string& one : all->second) waits.emplace_back(one, until);
    }
    return waits;
  }

  [[nodiscard]] EntryDraft entry(const std::string& name, Waits until) const {
    const auto& [project, task] = tasks_.at(name);
    EntryDraft made{project, task};
    if (until == Waits::ended) made.members.emplace_back("required", "false");
    if (until == Waits::ended || until == Waits::succeeded) return made;
    if (!services_.contains(name) && !daemons_.contains(name)) made.members.emplace_back("async", "true");
    if (ready_.contains(name) && until == Waits::started) made.members.emplace_back("waitFor", "\"started\"");
    return made;
  }

  [[nodiscard]] EntryDraft entry_of_all(const std::string& name) const {
    if (late_.contains(name)) return entry(name, Waits::succeeded);
    if (ended_.contains(name)) return entry(name, Waits::ended);
    EntryDraft made = entry(name, Waits::ready);
    if (may_fail_.contains(name) && !waited_until_ready_.contains(name))
      made.members.emplace_back("required", "false");
    return made;
  }

  void add_needs(const std::string& comment) {
    std::vector<EntryDraft> all;
    std::vector<std::string> disabled;
    for (const std::string& name : names_) {
      NeedsDraft own{tasks_[name].first, tasks_[name].second, {}, true};
      for (const auto& [need, until] : waits_of(name)) own.entries.push_back(entry(need, until));
      draft_.add_needs(std::move(own));
      if (is_true(member_at(processes_.at(name), "disabled")))
        disabled.push_back(tasks_[name].second);
      else
        all.push_back(entry_of_all(name));
    }
    if (all.empty()) return;
    std::ranges::reverse(stops_);
    for (auto& [name, stop] : stops_) {
      if (is_true(member_at(processes_.at(name), "disabled"))) continue;
      const std::string task =
          draft_.add_task(stop.first, "shell", comment, "process-compose", std::move(stop.second));
      all.push_back({stop.first, task, {{"finally", "true"}}});
    }
    const std::string up = draft_.add_gatherer(draft_.at("./"), "shell", comment, {"up", "process-compose"},
                                               std::move(all), true);
    draft_.remark(
        fmt::format("`dream {}` starts the processes of {}.", up, comment.substr(comment.find(' ') + 1)));
    if (!disabled.empty())
      draft_.remark(
          fmt::format("Not started by `dream {}`, as they are disabled: {}.", up, join_words(disabled)));
  }

  YAML::Node file_;
  bool has_variables_;
  ComposeVariables& variables_;
  Draft& draft_;
  std::vector<std::string> names_;
  std::set<std::string> waited_until_ready_, ready_, may_fail_, services_, daemons_;
  std::set<std::string> late_;   ///< somebody waits for their success
  std::set<std::string> ended_;  ///< somebody waits for their end
  /// The commands that end daemons, by the names of these: project and task.
  std::vector<std::pair<std::string, std::pair<std::string, TaskDraft>>> stops_;
  std::map<std::string, YAML::Node> processes_;                       ///< by the names in names_
  std::map<std::string, std::vector<std::string>> meant_;             ///< by the names in the file
  std::map<std::string, std::pair<std::string, std::string>> tasks_;  ///< project and name that each got
};

}  // namespace

Result<void> add_process_compose(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const std::string name = file.filename().string();
  try {
    const YAML::Node read = read_process_files(file);
    if (!member_at(read, "processes").IsMap())
      return Error{ErrorCode::configuration, "the file has no processes", printable(name),
                   "dream init knows files of process-compose by their `processes`"};
    const fs::path env = file.parent_path() / ".env";
    ComposeVariables variables(
        read_variables(env),
        draft.at("./") == "./" ? ComposeVariables::Kind::of_root : ComposeVariables::Kind::elsewhere, true);
    std::error_code ignored;
    Processes(read, fs::is_regular_file(env, ignored), variables, draft).add("from " + name);
  } catch (const YAML::Exception& problem) {
    return not_understood(name, problem.what());
  }
  return {};
}

}  // namespace dream::init
