#include "prepare/reload.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/overloaded.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "config/secrets.hpp"
#include "prepare/outlook.hpp"
#include "prepare/prepare.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

constexpr const char* begin_anew = "that takes a run of its own: dream ctl down, and start it anew";

bool have_same_ports(const Step& was, const Step& now) {
  return std::ranges::equal(was.ports, now.ports, [](const Port& one, const Port& other) {
    return one.name == other.name && one.number == other.number;
  });
}

/// What a run has built on: its order, what it waits for, and what it does about each end. As dream.json
/// calls it.
std::vector<std::string> fixed_differences(const Plan& plan, const Step& was, const Plan& new_plan,
                                           const Step& now) {
  std::vector<std::string> keys;
  const auto see = [&](bool same, const char* key) {
    if (!same) keys.push_back(in_quotes(key));
  };
  const auto same_steps = [&](const std::vector<StepIndex>& steps, const std::vector<StepIndex>& new_steps) {
    return ids_of(plan, steps) == ids_of(new_plan, new_steps);
  };
  see(was.executor == now.executor, "executor");
  see(was.gathers == now.gathers && was.lasts == now.lasts, "command: null");
  see(was.service == now.service, "service");
  see(was.background == now.background, "async");
  see(was.required == now.required, "required");
  see(was.finally == now.finally, "finally");
  see(was.delay == now.delay, "delay");
  see(was.timeout == now.timeout, "timeout");
  see(was.stop_grace == now.stop_grace && was.stop_signal == now.stop_signal && was.stop_to == now.stop_to,
      "stop");
  see(was.success_codes == now.success_codes, "successCodes");
  see(was.ready == now.ready, "ready");
  see(was.ready_timeout == now.ready_timeout, "readyTimeout");
  see(was.releases_when_ready == now.releases_when_ready && was.ready_needed == now.ready_needed &&
          same_steps(was.after_ready, now.after_ready),
      "waitFor");
  see(same_steps(was.restart_with, now.restart_with), "restartWith");
  see(was.restart == now.restart, "restart");
  see(was.health == now.health, "health");
  see(have_same_ports(was, now), "ports");
  see(was.pty == now.pty, "pty");
  see(was.standard_input == now.standard_input, "stdin");
  see(was.interactive == now.interactive, "interactive");
  see(was.leftovers == now.leftovers, "leftovers");
  if (!same_steps(was.needs, now.needs)) keys.emplace_back("its dependencies");
  return keys;
}

/// Hides what is nobody's business in values as they are: once written as JSON, or quoted for a shell, a
/// secret reads otherwise.
class Masking {
 public:
  Masking(const Planned& was, const Planned& now, std::span<const plugin::TaskSpec* const> tasks)
      : secrets_(was.loaded.document->secrets()) {
    secrets_.add(now.loaded.document->secrets());
    for (const plugin::TaskSpec* task : tasks) secrets_.see_entries(*task->own_environment);
  }

  [[nodiscard]] std::string masked(std::string text) const { return secrets_.masked(std::move(text)); }

 private:
  config::Secrets secrets_;
};

std::optional<std::string> text_of(const std::optional<Command>& command, const Masking& masking) {
  if (!command) return std::nullopt;
  return std::visit(Overloaded{
                        [&](const std::string& line) { return masking.masked(line); },
                        [&](const std::vector<std::string>& words) {
                          std::string line;
                          for (const std::string& word : words)
                            line += (line.empty() ? "" : " ") + shell_quoted(masking.masked(word));
                          return line;
                        },
                    },
                    *command);
}

/// As it is, and as it is shown.
struct Value {
  std::string whole;
  std::string shown;
};
using Values = std::map<std::string, Value>;  ///< by name

Values variables_of(const SharedEnvironment& environment, const Masking& masking) {
  Values values;
  for (const std::string& entry : *environment) {
    const std::size_t equals = std::min(entry.find('='), entry.size());
    std::string value = entry.substr(std::min(equals + 1, entry.size()));
    std::string shown = masking.masked(value);
    values["env " + entry.substr(0, equals)] = {std::move(value), std::move(shown)};
  }
  return values;
}

/// What stands in objects and arrays by itself, so that a name that says "secret" hides its own value alone.
void add_leaves(const std::string& name, const rapidjson::Value& value, const Masking& masking,
                Values& values) {
  if (value.IsObject() && !value.ObjectEmpty()) {
    for (const auto& member : value.GetObject())
      add_leaves(name + "/" + std::string(member.name.GetString(), member.name.GetStringLength()),
                 member.value, masking, values);
  } else if (value.IsArray() && !value.Empty()) {
    for (rapidjson::SizeType at = 0; at < value.Size(); ++at)
      add_leaves(name + "/" + std::to_string(at), value[at], masking, values);
  } else {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    std::string whole(buffer.GetString(), buffer.GetSize());
    std::string shown = value.IsString()
                            ? json_string(masking.masked({value.GetString(), value.GetStringLength()}))
                            : masking.masked(whole);
    values[name] = {std::move(whole), std::move(shown)};
  }
}

Values options_of(const std::string& json, const Masking& masking) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  Values values;
  if (document.HasParseError() || !document.IsObject()) return values;
  for (const auto& member : std::as_const(document).GetObject())
    add_leaves("options " + std::string(member.name.GetString(), member.name.GetStringLength()), member.value,
               masking, values);
  return values;
}

/// What one of two has and the other hasn't, or has otherwise.
void add_changes(const Values& before, const Values& after, std::vector<Change>& changes) {
  const auto shown = [](const std::string& name, const Value& value) {
    return config::names_secret(name) ? std::string(config::mask) : value.shown;
  };
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now == after.end()) changes.push_back({name, shown(name, value), std::nullopt});
    if (now != after.end() && now->second.whole != value.whole)
      changes.push_back({name, shown(name, value), shown(name, now->second)});
  }
  for (const auto& [name, value] : after)
    if (!before.contains(name)) changes.push_back({name, std::nullopt, shown(name, value)});
}

std::vector<Change> changes_between(const plugin::TaskSpec& before, const plugin::TaskSpec& after,
                                    const Masking& masking) {
  std::vector<Change> changes;
  if (before.command != after.command)
    changes.push_back({"command", text_of(before.command, masking), text_of(after.command, masking)});
  add_changes(variables_of(before.own_environment, masking), variables_of(after.own_environment, masking),
              changes);
  add_changes(options_of(before.options_json, masking), options_of(after.options_json, masking), changes);
  return changes;
}

/// Of an env file. A pipe has been read, and what it said is gone; /dev/null says nothing each time.
Result<void> check_again(const fs::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  const bool is_device = S_ISCHR(found.st_mode);
  const bool is_null = is_device && found.st_rdev == ::makedev(1, 3);
  if (is_null || (!is_device && !S_ISFIFO(found.st_mode))) return {};
  return Error{ErrorCode::plan, "can be read only once, and isn't read again", file.string(), begin_anew};
}

}  // namespace

Result<LoadedWorkspace> read_again(const LoadedWorkspace& loaded, bool trust) {
  Result<LoadedWorkspace> now = read_workspace(loaded.workspace.root, trust);
  if (!now) return now;
  if (now->workspace.file != loaded.workspace.file)
    return Error{
        ErrorCode::configuration, "the run's dream.json has gone", loaded.workspace.file.string(), {}};
  if (now->document->asks_dot_env()) {
    if (auto readable = check_again(now->workspace.root / ".env"); !readable) return readable.error();
  }
  if (auto error = first_error(*now)) return *std::move(error);
  return now;
}

Result<ReloadedStep> reload_step(const Planned& was, StepIndex index, const PreparedStep& prepared,
                                 const Planned& now, plugin::Registry& registry) {
  const Step& old = was.plan.steps[position(index)];
  const std::string id = to_string(old.id);
  const auto found = std::ranges::find(now.plan.steps, old.id, &Step::id);
  if (found == now.plan.steps.end())
    return Error{ErrorCode::plan, id + " is no step of the run by what dream.json says now", {}, begin_anew};
  const std::vector<std::string> fixed = fixed_differences(was.plan, old, now.plan, *found);
  if (!fixed.empty())
    return Error{ErrorCode::plan,
                 "a run can't take over what has changed of " + id + " in dream.json: " + join_words(fixed),
                 {},
                 begin_anew};
  for (const std::string& file : found->env_files)
    if (auto readable = check_again(fs::path(prepared.task.directory) / file); !readable)
      return readable.error();
  Environments environments(was.plan, now.loaded.discovery.rule, EnvFiles::look);
  const auto at = StepIndex(static_cast<std::uint32_t>(found - now.plan.steps.begin()));
  Result<PreparedStep> fresh = prepare_step(now.plan, at, now.loaded, registry, environments);
  if (!fresh) return fresh.error();
  if (auto problem = Outlooks(now.plan, now.loaded, registry).of(*fresh).problem) {
    suggest_remedy(*found, now.loaded, registry, plugin::Registry::Ask::loaded, *problem);
    problem->message = id + " can't be started by what dream.json says now: " + problem->message;
    return std::move(*problem);
  }
  fresh->task.step = index;
  std::vector<Change> changes = changes_between(
      prepared.task, fresh->task, Masking(was, now, std::array{&prepared.task, &std::as_const(fresh->task)}));
  return ReloadedStep{std::move(*fresh), std::move(changes), environments.warnings()};
}

}  // namespace dream::prepare
