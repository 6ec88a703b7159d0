#include <fmt/format.h>

#include <algorithm>

#include "base/process.hpp"
#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/processes.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// A value that may depend on the system, as it is on this one.
YAML::Node on_linux(const YAML::Node& value) {
  if (text_at(value, "$select") != "os") return value;
  const YAML::Node own = member_at(value, "linux");
  return own.IsNull() ? member_at(value, "$else") : own;
}

TaskDraft task_of(const std::string& name, const YAML::Node& written, const ProcessFolder& folder,
                  Draft& draft) {
  const YAML::Node node = on_linux(written);
  TaskDraft task{name, {}};
  const YAML::Node list = node.IsSequence() ? node : on_linux(member_at(node, "cmd"));
  std::vector<std::string> words = list.IsSequence() ? words_of(list) : std::vector<std::string>();
  const YAML::Node shell = node.IsScalar() ? node : on_linux(member_at(node, "shell"));
  const std::string line = shell.IsScalar() ? shell.Scalar() : std::string();
  if (!words.empty() && !words.front().empty()) {
    std::ranges::transform(words, words.begin(), without_variables);
    task.members.emplace_back("command", list_json(words));
  } else if (line.empty()) {
    draft.remark(name + " has no command that can be read here: it does nothing.");
    task.members.emplace_back("command", R"("true")");
  } else {
    task.members.emplace_back("command", json_string(folder.before + line));
  }
  if (is_true(member_at(node, "autorestart")))
    task.members.emplace_back("restart", R"({ "on": "always", "max": 0, "delay": "1s", "maxDelay": "1s" })");
  const auto nobody = [](const std::string&) { return std::nullopt; };
  const YAML::Node variables = on_linux(member_at(node, "env"));
  for (const auto& one : variables.IsMap() ? variables : YAML::Node(YAML::NodeType::Map))
    if (one.second.IsNull()) draft.leave_out("env without " + one.first.Scalar(), name);
  const VariablesJson env = variables_json(variables, nobody);
  if (env.object != "{}") task.members.emplace_back("env", env.object);
  const YAML::Node stop = member_at(node, "stop");
  if (const std::string signal = stop.IsScalar() ? stop.Scalar() : std::string(); signal_number(signal) != 0)
    task.members.emplace_back("stop", object_json({{"signal", json_string(signal)}}));
  else if (!stop.IsNull())
    draft.leave_out("stop", name);
  for (const char* key : {"add_path", "log", "log_dir"}) {
    if (!member_at(node, key).IsNull()) draft.leave_out(key, name);
  }
  return task;
}

}  // namespace

Result<void> add_mprocs(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  draft.see_read(file);
  const std::string name = file.filename().string();
  try {
    const YAML::Node procs = member_at(read_yaml(**text), "procs");
    if (!procs.IsMap())
      return Error{ErrorCode::not_found, "the file has no procs", printable(name),
                   "dream init knows files of mprocs by their `procs`"};
    std::vector<EntryDraft> entries;
    std::vector<std::string> asked_for;
    for (const auto& one : procs) {
      if (one.second.IsNull() || one.first.Scalar().empty()) continue;
      std::string where = text_at(one.second, "cwd");
      constexpr std::string_view own_folder = "<CONFIG_DIR>";
      if (where.starts_with(own_folder)) where = "." + where.substr(own_folder.size());
      const ProcessFolder folder = folder_of_process(where);
      const std::string project = draft.at(folder.project);
      const std::string task = draft.add_task(project, "shell", "from " + name, "mprocs",
                                              task_of(one.first.Scalar(), one.second, folder, draft));
      if (text_at(one.second, "autostart") == "false")
        asked_for.push_back(task);
      else
        entries.push_back({project, task, {{"async", "true"}, {"required", "false"}}});
    }
    if (entries.empty()) return {};
    const std::string all = draft.add_gatherer(draft.at("./"), "shell", "from " + name, {"start", "mprocs"},
                                               std::move(entries), false);
    draft.remark(fmt::format("`dream {}` runs the processes of {}.", all, name));
    if (!asked_for.empty())
      draft.remark(
          fmt::format("Not started by `dream {}`, for their autostart: {}.", all, join_words(asked_for)));
  } catch (const YAML::Exception& problem) {
    return not_understood(name, problem.what());
  }
  return {};
}

}  // namespace dream::init
