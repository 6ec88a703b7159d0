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
#include "init/process_task.hpp"
#include "init/processes.hpp"
#include "init/sources.hpp"
#include "init/waits.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

enum class Wait : std::uint8_t { started, ready, ended, succeeded };

bool is_end(Wait until) {
  return until == Wait::ended || until == Wait::succeeded;
}

Wait until_of(const std::string& condition) {
  if (condition == "process_completed") return Wait::ended;
  if (condition == "process_completed_successfully") return Wait::succeeded;
  return condition == "process_healthy" || condition == "process_log_ready" ? Wait::ready : Wait::started;
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
  /// `root`: the folder of the file.
  Processes(const YAML::Node& file, fs::path root, bool has_variables, ComposeVariables& variables,
            Draft& draft)
      : file_(file),
        root_(std::move(root)),
        has_variables_(has_variables),
        variables_(variables),
        draft_(draft) {}

  void add(const std::string& comment) {
    read_processes();
    for (const std::string& name : names_) {
      for (const auto& [need, until] : waits_of(name)) {
        if (until == Wait::ready) waited_until_ready_.insert(need);
        if (is_end(until)) (until == Wait::ended ? ended_ : late_).insert(need);
        // The command of a daemon is in front, and what it leaves is ready when that has ended.
        if (!process(need).is_daemon())
          waits_.add(name, need,
                     is_end(until)          ? Waits::Until::ended
                     : until == Wait::ready ? Waits::Until::ready
                                            : Waits::Until::started);
      }
    }
    left_out_ = waits_.left_out();
    find_last();
    const Process::Common common{root_, as_map(member_at(file_, "environment")), has_variables_};
    if (member_at(file_, "env_cmds").IsMap()) draft_.leave_out("env_cmds", "the file");
    if (!text_at(file_, "log_location").empty()) draft_.leave_out(log_location, "the file");
    std::string shell = text_at(member_at(file_, "shell"), "shell_command");
    if (shell.empty()) shell = "bash";
    for (const std::string& name : names_) {
      const YAML::Node& node = processes_.at(name);
      const std::string written = text_at(node, "working_dir");
      const ProcessFolder folder = is_template(written) ? ProcessFolder() : folder_of_process(written);
      Process process(name, node, shell, variables_, draft_);
      TaskDraft task =
          process.task(folder, {waited_until_ready_.contains(name), waits_.is_in_front(name)}, common);
      const std::string project = draft_.at(folder.project);
      if (process.has_ready()) ready_.insert(name);
      if (is_service(name)) {
        task.members.emplace_back("service", "true");
        services_.insert(name);
      }
      if (process.is_daemon()) daemons_.insert(name);
      if (!process.failure_ends_all()) may_fail_.insert(name);
      if (const std::string line = text_at(member_at(node, "shutdown"), "command");
          process.is_daemon() && !line.empty()) {
        TaskDraft stop{name + "-shutdown",
                       {{"command", shell_command_json(folder.before + shell_line(line), shell)}}};
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
  void read_processes() {
    const ProcessVars of_all = vars_in(with_values(YAML::Clone(member_at(file_, "vars")), variables_));
    std::vector<std::string> not_filled;
    for (const auto& one : member_at(file_, "processes")) {
      // What is made of a node keeps all alive that lie in memory with it: here, the whole file.
      const YAML::Node process = with_values(YAML::Clone(one.second), variables_);
      if (!add_replicas(one.first.Scalar(), process, vars_in(member_at(process, "vars"), of_all)))
        not_filled.push_back(one.first.Scalar());
    }
    if (!not_filled.empty())
      draft_.tell_unread(
          fmt::format("Left out: {}, whose templates ({{{{…}}}}) only process-compose can fill.",
                      join_words(not_filled)));
  }

  /// As process-compose names them: "web-0", "web-1". False: there are variables, and a template is left that
  /// they don't fill. Without any, it is most likely for another program: `docker ps --format {{.Names}}`.
  bool add_replicas(const std::string& name, const YAML::Node& node, ProcessVars vars) {
    const std::size_t count = replicas_of(node);
    const bool has_vars = member_at(file_, "vars").IsMap() || member_at(node, "vars").IsMap();
    for (std::size_t number = 0; number < count; ++number) {
      const std::string digits = fmt::format("{:0{}}", number, std::to_string(count).size());
      const std::string own = count == 1 ? name : fmt::format("{}-{}", name, digits);
      vars["PC_REPLICA_NUM"] = std::to_string(number);
      YAML::Node made = with_vars(node, vars);
      if (has_vars && has_template(made)) return false;
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
    return true;
  }

  /// What a process waits for; one that is named without its number is all of its replicas.
  [[nodiscard]] std::vector<std::pair<std::string, Wait>> waits_of(const std::string& name) const {
    std::vector<std::pair<std::string, Wait>> waits;
    for (const auto& need : member_at(processes_.at(name), "depends_on")) {
      const std::string& other = need.first.Scalar();
      const Wait until = until_of(text_at(need.second, "condition"));
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

  [[nodiscard]] Process process(const std::string& name) const {
    return {name, processes_.at(name), {}, variables_, draft_};
  }

  /// Where the end of just one is the end of all, and all others go on until they are ended or are waited
  /// for, the exit code of that one is that of all.
  void find_last() {
    std::vector<std::string> ends;
    bool others_last = true;
    for (const std::string& name : names_) {
      const Process one = process(name);
      if (left_out_.contains(name)) continue;
      if (one.ends_all())
        ends.push_back(name);
      else
        others_last =
            others_last && (one.is_disabled() || one.is_daemon() || one.lasts() || is_waited_for(name));
    }
    if (ends.size() == 1 && others_last) last_ = ends.front();
    if (last_.empty() && !ends.empty())
      draft_.remark(
          join_words(ends) + (ends.size() == 1 ? " ends" : " end") +
          " all, and a service that ends by itself counts as a failure, whatever its exit code is.");
  }
  [[nodiscard]] bool is_waited_for(const std::string& name) const {
    return late_.contains(name) || ended_.contains(name);
  }
  [[nodiscard]] bool is_service(const std::string& name) const {
    const Process one = process(name);
    if (last_.empty()) return one.ends_all();
    return name != last_ && !one.is_disabled() && !one.is_daemon() && !is_waited_for(name);
  }

  [[nodiscard]] EntryDraft entry(const std::string& name, Wait until) const {
    const auto& [project, task] = tasks_.at(name);
    EntryDraft made{project, task};
    // The first mention decides for all, and may be anyone's.
    if (waits_.is_in_front(name)) until = late_.contains(name) ? Wait::succeeded : Wait::ended;
    const bool only_starts =
        until == Wait::started && may_fail_.contains(name) && !waited_until_ready_.contains(name);
    if (until == Wait::ended || only_starts) made.members.emplace_back("required", "false");
    if (is_end(until)) return made;
    if (!services_.contains(name) && !daemons_.contains(name)) made.members.emplace_back("async", "true");
    if (ready_.contains(name) && until == Wait::started) made.members.emplace_back("waitFor", "\"started\"");
    return made;
  }

  /// Those that `up` starts and that go on beside the others.
  [[nodiscard]] std::vector<std::string> those_that_may_last() const {
    std::vector<std::string> found;
    for (const std::string& name : names_)
      if (!process(name).is_disabled() && !left_out_.contains(name) && !waits_.is_in_front(name))
        found.push_back(name);
    return found;
  }

  [[nodiscard]] EntryDraft entry_of_all(const std::string& name) const {
    if (daemons_.contains(name) && is_waited_for(name))
      return entry(name, late_.contains(name) ? Wait::succeeded : Wait::ended);
    if (name == last_) return entry(name, Wait::succeeded);
    EntryDraft made = entry(name, Wait::ready);
    // A daemon that didn't start is none that lasts: where it is all there is, nothing is left to wait for.
    const bool is_all = daemons_.contains(name) && those_that_may_last().size() == 1;
    if (may_fail_.contains(name) && !waited_until_ready_.contains(name) && !waits_.is_in_front(name) &&
        !is_all)
      made.members.emplace_back("required", "false");
    return made;
  }

  void add_needs(const std::string& comment) {
    std::vector<EntryDraft> all;
    std::vector<std::string> disabled, late;
    for (const std::string& name : names_) {
      NeedsDraft own{tasks_[name].first, tasks_[name].second, {}, true};
      for (const auto& [need, until] : waits_of(name)) own.entries.push_back(entry(need, until));
      draft_.add_needs(std::move(own));
      if (process(name).is_disabled())
        disabled.push_back(tasks_[name].second);
      else if (left_out_.contains(name))
        late.push_back(tasks_[name].second);
      else
        all.push_back(entry_of_all(name));
    }
    if (all.empty()) return;
    std::ranges::reverse(stops_);
    for (auto& [name, stop] : stops_) {
      if (process(name).is_disabled() || left_out_.contains(name)) continue;
      const std::string task =
          draft_.add_task(stop.first, "shell", comment, "process-compose", std::move(stop.second));
      all.push_back({stop.first, task, {{"finally", "true"}}});
    }
    std::vector<std::string> daemons = those_that_may_last();
    std::erase_if(daemons, [&](const std::string& name) { return !daemons_.contains(name); });
    // With process-compose a daemon goes on until it is ended, and for dream its step has ended.
    const bool waits = last_.empty() && !daemons.empty();
    const std::string up = draft_.add_gatherer(draft_.at("./"), "shell", comment, {"up", "process-compose"},
                                               std::move(all), true,
                                               waits           ? Gatherer::until_stopped
                                               : last_.empty() ? Gatherer::while_they_last
                                                               : Gatherer::until_they_end);
    draft_.remark(fmt::format(
        "`dream {}` starts the processes of {}{}.", up, comment.substr(comment.find(' ') + 1),
        waits ? ", and runs until it is stopped, as there are daemons: " + join_words(daemons) : ""));
    waits_.tell(up, late, draft_);
    if (!disabled.empty())
      draft_.remark(
          fmt::format("Not started by `dream {}`, as they are disabled: {}.", up, join_words(disabled)));
  }

  YAML::Node file_;
  fs::path root_;
  bool has_variables_;
  ComposeVariables& variables_;
  Draft& draft_;
  std::vector<std::string> names_;
  std::set<std::string> waited_until_ready_, ready_, may_fail_, services_, daemons_;
  Waits waits_;  ///< for those that are no daemons
  std::set<std::string> left_out_;
  std::string last_;             ///< its end is the end of all; empty: no one's, or several have that
  std::set<std::string> late_;   ///< somebody waits for their success
  std::set<std::string> ended_;  ///< somebody waits for their end
  /// The commands that end daemons, by the names of these: project and task.
  std::vector<std::pair<std::string, std::pair<std::string, TaskDraft>>> stops_;
  std::map<std::string, YAML::Node> processes_;                       ///< by the names in names_
  std::map<std::string, std::vector<std::string>> meant_;             ///< by the names in the file
  std::map<std::string, std::pair<std::string, std::string>> tasks_;  ///< project and name that each got
};

/// A .env of another form is in nobody's way there.
Result<ComposeVariables> variables_in(const fs::path& file, bool is_of_root) {
  try {
    ComposeVariables variables(is_of_root ? read_variables(file) : config::Variables(), true);
    if (!is_of_root) add_defaults({file}, variables);
    return variables;
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::configuration, problem.msg, {}, {}};
  }
}

}  // namespace

Result<void> add_process_compose(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const std::string name = file.filename().string();
  try {
    const YAML::Node read = read_process_files(file, draft);
    if (!member_at(read, "processes").IsMap())
      return Error{ErrorCode::not_found, "the file has no processes", printable(name),
                   "dream init knows files of process-compose by their `processes`"};
    const Result<ComposeVariables> given = variables_in(file.parent_path() / ".env", draft.at("./") == "./");
    if (!given) draft.remark("Not read: " + to_string(given.error()) + ".");
    ComposeVariables variables = given ? *given : ComposeVariables({}, true);
    std::error_code ignored;
    const bool has_variables = given && fs::is_regular_file(file.parent_path() / ".env", ignored);
    if (!fs::exists(file.parent_path() / ".env", ignored))
      tell_env_example(file.parent_path(), "process-compose", draft);
    Processes(read, file.parent_path(), has_variables, variables, draft).add("from " + name);
    tell_withheld(variables, draft);
  } catch (const YAML::Exception& problem) {
    return not_understood(name, problem.what());
  }
  return {};
}

}  // namespace dream::init
