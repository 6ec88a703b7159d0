#include "init/process_task.hpp"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/process.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "config/env_file.hpp"
#include "init/compose_merge.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/process_files.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

std::optional<long long> seconds_at(const YAML::Node& map, const char* key) {
  return duration_ms(text_at(map, key) + "s");
}

/// The URL that a probe asks; empty: it can't be said.
std::string url_of(const YAML::Node& http) {
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
  return host.empty() ? ":" + (port.empty() ? "80" : port) + path
                      : "http://" + host + (port.empty() ? "" : ":" + port) + path;
}

/// What a line needs in front of it to run in a folder other than that of its process.
std::string way_to(const std::string& written, const ProcessFolder& from) {
  if (written.empty() || is_template(written)) return from.before;
  const ProcessFolder to = folder_of_process(written);
  if (written.starts_with('/') || written.find('$') != std::string::npos) return to.before;
  const auto plain = [](const fs::path& path) { return path.lexically_normal(); };
  const fs::path path = plain(plain(written).lexically_relative(plain(from.project)));
  return path == "." ? std::string() : "cd " + shell_quoted(path.string()) + " || exit; ";
}

}  // namespace

std::string shell_line(std::string line) {
  for (std::size_t at = line.find("$$"); at != std::string::npos; at = line.find("$$", at + 1))
    line.erase(at, 1);
  return line;
}

TaskDraft Process::task(const ProcessFolder& folder, Role role, const Common& common) {
  command(folder);
  ready(folder, role);
  health(folder);
  if (is_daemon()) add("leftovers", "\"keep\"");
  restart();
  success_codes();
  environment(folder, common);
  shutdown();
  tell_what_is_missing();
  TaskDraft task{name_, std::move(members_)};
  if (const std::string text = text_at(node_, "description"); !is_template(text)) describe(task, text);
  return task;
}

bool Process::is_daemon() const {
  return is_true(member_at(node_, "is_daemon"));
}

bool Process::is_disabled() const {
  const std::string own = text_at(node_, "is_disabled");
  return own.empty() ? is_true(member_at(node_, "disabled")) : own == "true";
}

bool Process::ends_all() const {
  return !is_daemon() && !is_disabled() &&
         is_true(member_at(member_at(node_, "availability"), "exit_on_end"));
}

bool Process::lasts() const {
  return text_at(member_at(node_, "availability"), "restart") == "always" ||
         member_at(node_, "readiness_probe").IsMap() || member_at(node_, "liveness_probe").IsMap() ||
         !text_at(node_, "ready_log_line").empty();
}

bool Process::failure_ends_all() const {
  return ends_all() || text_at(member_at(node_, "availability"), "restart") == "exit_on_failure";
}

void Process::command(const ProcessFolder& folder) {
  const std::string line = shell_line(text_at(node_, "command"));
  const YAML::Node list = member_at(node_, "entrypoint");
  const std::vector<std::string> words = list.IsSequence() ? words_of(list) : std::vector<std::string>();
  if (line.empty() && !words.empty() && !words.front().empty()) return add("command", list_json(words));
  if (line.empty()) draft_.remark(name_ + " has no command that can be read here: it does nothing.");
  add("command", line.empty() ? "\"true\"" : shell_command_json(folder.before + line, shell_));
}

/// As dream's `ready` and `health` have it; empty: it can't be said.
std::string Process::probe_json(const std::string& key, const ProcessFolder& folder) {
  const YAML::Node probe = member_at(node_, key.c_str());
  if (!probe.IsMap()) return {};
  const YAML::Node exec = member_at(probe, "exec");
  std::string made;
  if (const std::string line = text_at(exec, "command"); !line.empty())
    made = "\"exec\": " +
           shell_command_json(way_to(text_at(exec, "working_dir"), folder) + shell_line(line), shell_);
  else if (const std::string url = url_of(member_at(probe, "http_get")); !url.empty())
    made = "\"http\": " + http_json(url, key);
  if (made.empty()) draft_.leave_out(key, name_);
  return made;
}

std::string Process::http_json(const std::string& url, const std::string& key) {
  constexpr int first_status = 100, last_status = 599;
  const YAML::Node http = member_at(member_at(node_, key.c_str()), "http_get");
  std::vector<Member> members{{"url", json_string(url)}};
  if (const std::string status = text_at(http, "status_code"); !status.empty()) {
    int number = 0;
    std::from_chars(status.data(), status.data() + status.size(), number);
    if (number >= first_status && number <= last_status)
      members.emplace_back("status", std::to_string(number));
    else
      draft_.leave_out(key + ".http_get.status_code", name_);
  }
  std::vector<Member> headers;
  for (const auto& one : member_at(http, "headers"))
    if (one.second.IsScalar())
      headers.emplace_back(one.first.Scalar(), json_string(variables_.written(one.second.Scalar())));
  if (!headers.empty()) members.emplace_back("headers", object_json(headers));
  return members.size() == 1 ? members.front().second : object_json(members);
}

/// A try of dream's takes 5 s at most, and one that passes is enough.
void Process::tell_what_a_probe_loses(const std::string& key, std::initializer_list<const char*> lost) {
  constexpr int longest_try_ms = 5000;
  const YAML::Node probe = member_at(node_, key.c_str());
  const auto leave_out = [&](const char* what) { draft_.leave_out(key + "." + what, name_); };
  if (seconds_at(probe, "timeout_seconds").value_or(0) > longest_try_ms) leave_out("timeout_seconds");
  if (const std::string number = text_at(probe, "success_threshold"); !number.empty() && number != "1")
    leave_out("success_threshold");
  for (const char* what : lost)
    if (const std::string number = text_at(probe, what); !number.empty() && number != "0") leave_out(what);
}

/// Of what all wait for the end of, nobody asks when it is ready, unless it leaves a daemon.
void Process::ready(const ProcessFolder& folder, Role role) {
  if (role.until_ended && !is_daemon()) return;
  std::string ready;
  if (member_at(node_, "readiness_probe").IsMap()) {
    ready = probe_json("readiness_probe", folder);
    if (!ready.empty()) tell_what_a_probe_loses("readiness_probe", {"failure_threshold"});
  } else if (const std::string words = text_at(node_, "ready_log_line"); !words.empty()) {
    std::string pattern;
    for (const char c : words) pattern += c == '*' ? std::string("\\*") : std::string(1, c);
    ready = "\"log\": " + json_string(config::with_escaped_dollars(pattern));
  }
  has_ready_ = !ready.empty();
  if (has_ready_) add("ready", "{ " + ready + " }");
  if (!has_ready_ && role.until_ready)
    draft_.remark(
        fmt::format("{} has no probe here: what needs it starts as soon as it has started.", name_));
}

void Process::health(const ProcessFolder& folder) {
  std::string health = probe_json("liveness_probe", folder);
  if (health.empty()) return;
  const YAML::Node probe = member_at(node_, "liveness_probe");
  if (const auto every = seconds_at(probe, "period_seconds"); every && *every > 0)
    health += ", \"every\": " + time_json(*every);
  const std::string most = text_at(probe, "failure_threshold");
  int failures = 0;
  std::from_chars(most.data(), most.data() + most.size(), failures);
  if (failures > 0) health += ", \"failures\": " + std::to_string(failures);
  tell_what_a_probe_loses("liveness_probe", {"initial_delay_seconds"});
  add("health", "{ " + health + " }");
}

void Process::restart() {
  const YAML::Node availability = member_at(node_, "availability");
  const std::string policy = text_at(availability, "restart");
  if (policy != "always" && policy != "on_failure") return;
  if (is_daemon()) return draft_.leave_out("availability.restart (of a daemon nobody sees the end)", name_);
  const std::string most = text_at(availability, "max_restarts");
  const bool number =
      !most.empty() && most.size() < 9 && most.find_first_not_of("0123456789") == std::string::npos;
  const auto pause = seconds_at(availability, "backoff_seconds");
  add("restart", fmt::format(R"({{ "on": "{0}", "max": {1}, "delay": {2}, "maxDelay": {2} }})",
                             policy == "always" ? "always" : "failure", number ? std::stol(most) : 0,
                             time_json(pause && *pause > 0 ? *pause : 1000)));
}

/// 0 is a success there in any case.
void Process::success_codes() {
  std::string codes;
  for (const auto& one : member_at(node_, "success_exit_codes")) {
    int code = -1;
    const std::string text = one.IsScalar() ? one.Scalar() : std::string();
    std::from_chars(text.data(), text.data() + text.size(), code);
    if (code > 0 && code < 256) codes += ", " + std::to_string(code);
  }
  if (!codes.empty()) add("successCodes", "[0" + codes + "]");
}

void Process::environment(const ProcessFolder& folder, const Common& common) {
  const std::set<std::string> in_file = add_env_files(folder, common);
  MapMaker all;
  const auto add_all = [&](const YAML::Node& some, const std::set<std::string>& but) {
    for (const auto& one : some) {
      const std::string& name = one.first.Scalar();
      if (one.second.IsNull() || but.contains(name))
        continue;  // "- NAME": it has the value that it has outside
      all.set(name, written_scalar({}, variables_.written(one.second.IsScalar() ? one.second.Scalar() : "")));
    }
  };
  add_all(common.environment, in_file);
  add_all(as_map(member_at(node_, "environment")), {});
  const auto unknown = [](const std::string&) { return std::nullopt; };
  if (const std::string made = variables_json(all.made(), unknown).object; made != "{}") add("env", made);
}

/// The names in its own one, which go before the environment of all. One that can't be read is only told
/// there.
std::set<std::string> Process::add_env_files(const ProcessFolder& folder, const Common& common) {
  std::vector<std::string> files;
  if (common.has_variables && !is_true(member_at(node_, "is_dotenv_disabled")))
    files.push_back(fs::path(".env").lexically_relative(folder.project).lexically_normal().string());
  std::set<std::string> names;
  const std::string own = text_at(node_, "env_file");
  const auto text = own.empty() ? Result<std::optional<std::string>>(std::nullopt)
                                : read_text((common.root / folder.project / own).lexically_normal());
  if (text && *text) {
    files.push_back(own);
    if (const auto read =
            config::parse_env_file(own, **text, [](const std::string&) { return std::nullopt; }, {}))
      for (const auto& [name, value] : read->variables) names.insert(name);
  } else if (!own.empty()) {
    draft_.remark(fmt::format("{} has the env_file {}, which isn't there.", name_, own));
  }
  if (files.size() == 1) add("envFile", json_string(files.front()));
  if (files.size() > 1) add("envFile", list_json(files));
  return names;
}

void Process::shutdown() {
  const YAML::Node shutdown = member_at(node_, "shutdown");
  std::vector<Member> stop;
  const std::string number = text_at(shutdown, "signal");
  int signal = 0;
  std::from_chars(number.data(), number.data() + number.size(), signal);
  if (signal > 0 && signal < NSIG && signal_number(signal_name(signal)) == signal)
    stop.emplace_back("signal", json_string(signal_name(signal)));
  const auto grace = seconds_at(shutdown, "timeout_seconds");
  stop.emplace_back("grace", time_json(grace && *grace > 0 ? *grace : 10'000));
  if (is_true(member_at(shutdown, "parent_only"))) stop.emplace_back("to", "\"root\"");
  // A process would be asked by a signal before.
  if (!text_at(shutdown, "command").empty() && !is_daemon()) draft_.leave_out("shutdown.command", name_);
  add("stop", object_json(stop));
}

void Process::tell_what_is_missing() {
  if (has_template(node_)) draft_.leave_out("a template ({{…}})", name_);
  if (!text_at(node_, "log_location").empty()) draft_.leave_out(log_location, name_);
  for (const char* key : {"is_tty", "is_interactive", "is_foreground", "is_elevated", "replicas", "schedule",
                          "namespace", "launch_timeout_seconds", "watch", "monitor_for", "mcp"}) {
    const YAML::Node value = member_at(node_, key);
    const std::string text = value.IsScalar() ? value.Scalar() : std::string();
    if (value.IsMap() || value.IsSequence() || (!text.empty() && text != "false" && text != "1"))
      draft_.leave_out(key, name_);
  }
  if (is_true(member_at(member_at(node_, "availability"), "exit_on_skipped")))
    draft_.leave_out("exit_on_skipped", name_);
}

}  // namespace dream::init
