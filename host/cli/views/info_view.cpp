#include "cli/views/info_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/json_builder.hpp"
#include "base/process.hpp"
#include "cli/views/project_table.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

/// Further layers are counted: a workspace may have thousands.
constexpr std::size_t most_layers_shown = 4;

void append_title(std::string& out, std::string_view title, const TextStyle& style) {
  if (!out.empty()) out += '\n';
  append_toned(out, title, Tone::strong, style.colour);
  out += '\n';
}

void append_discovery(std::string& out, const Discovery& discovery, const TextStyle& style) {
  append_title(out, "Configuration", style);
  Table table({Tone::plain, Tone::faint}, style.colour);
  for (const std::string& path : discovery.looked_for) {
    table.add({path, path == discovery.found ? "found" : "not there"});
  }
  for (const std::string& path : discovery.below) table.add({path, "merged below it"});
  for (const std::string& path : discovery.above) table.add({path, "merged over it"});
  out += table.text();
  if (discovery.found.empty()) out += "  There is no dream.json in this folder or above it.\n";
}

std::string text_of(const Command& command) {
  if (const auto* line = std::get_if<std::string>(&command)) return *line;
  JsonLine json;
  return json.put(std::get<std::vector<std::string>>(command)).text();
}

/// What it has beside the defaults, too.
void add_restart(std::vector<std::string>& set, const Restart& restart) {
  const Restart usual;
  const auto time = [&](const char* name, Duration value, Duration usual_value) {
    if (value != usual_value) set.push_back(fmt::format("restart.{} {} ms", name, milliseconds(value)));
  };
  set.push_back(fmt::format("restart {}", word_of(restart.on)));
  if (restart.max != usual.max) set.push_back(fmt::format("restart.max {}", restart.max));
  time("window", restart.window, usual.window);
  time("delay", restart.delay, usual.delay);
  time("maxDelay", restart.max_delay, usual.max_delay);
}

/// What `tasks.T` sets, in the words of dream.json.
std::string text_of(const TaskSettings& settings) {
  std::vector<std::string> set;
  const auto flag = [&](const char* name, const std::optional<bool>& value) {
    if (value.has_value()) set.push_back(fmt::format("{} {}", name, *value));
  };
  const auto time = [&](const char* name, const std::optional<Duration>& value) {
    if (value.has_value()) set.push_back(fmt::format("{} {} ms", name, milliseconds(*value)));
  };
  flag("async", settings.async);
  flag("required", settings.required);
  flag("service", settings.service);
  flag("pty", settings.pty);
  flag("interactive", settings.interactive);
  if (settings.standard_input.has_value())
    set.push_back(fmt::format("stdin {}", word_of(*settings.standard_input)));
  time("delay", settings.delay);
  time("timeout", settings.timeout);
  if (settings.stop_signal.has_value()) set.push_back("stop.signal " + signal_name(*settings.stop_signal));
  time("stop.grace", settings.stop_grace);
  if (settings.stop_to.has_value())
    set.emplace_back(*settings.stop_to == StopTo::root ? "stop.to root" : "stop.to tree");
  if (settings.health.has_value())
    set.push_back(fmt::format("health every {} ms", milliseconds(settings.health->every)));
  if (settings.restart.has_value()) add_restart(set, *settings.restart);
  if (settings.executor.has_value()) set.push_back("executor " + *settings.executor);
  if (settings.command)
    set.push_back("command " + (*settings.command ? text_of(**settings.command) : std::string("null")));
  if (settings.profiles) set.push_back(fmt::format("profiles {}", fmt::join(*settings.profiles, " ")));
  for (const Port& port : settings.ports) set.push_back(fmt::format("port {} {}", port.name, port.number));
  if (!settings.env.empty()) set.push_back("env of " + count_of(settings.env.size(), "variable"));
  for (const std::string& file : settings.env_files) set.push_back("envFile " + file);
  if (settings.options.has_value()) set.emplace_back("options");
  std::string text;
  for (const std::string& one : set) text += (text.empty() ? "" : ", ") + one;
  return text.empty() ? "(nothing set)" : text;
}

/// The projects, and after them the patterns that give settings to projects without an entry.
void append_all_projects(std::string& out, const Workspace& workspace, const Locate& locate,
                         const TextStyle& style) {
  append_title(out, "Projects", style);
  std::vector<prepare::ListedProject> rows = prepare::list_projects(workspace);
  const std::size_t projects = rows.size();
  for (const ProjectGlob& glob : workspace.project_globs) {
    prepare::ListedProject& row = rows.emplace_back();
    row.name = glob.pattern;
    row.executor = glob.settings.executor.has_value() ? &*glob.settings.executor : &workspace.executor;
    row.where = glob.settings.where;
    for (const auto& [task, own] : glob.settings.tasks) {
      row.tasks.push_back({&task, &executor_of(workspace, &glob.settings, task), own.where});
    }
  }
  if (rows.empty()) out += "  none\n";
  const prepare::ListedProject* first_pattern = rows.data() + projects;
  append_projects(
      out, rows, locate,
      [&](const prepare::ListedProject& row) {
        return std::string_view(&row < first_pattern ? "" : "(pattern)");
      },
      style.colour);
}

void append_task_defaults(std::string& out, const Workspace& workspace, const Locate& locate,
                          const TextStyle& style) {
  append_title(out, "Task defaults", style);
  if (workspace.tasks.empty()) {
    out += "  none: every task is async false, required true, delay 0 ms\n";
    return;
  }
  Table table({Tone::plain, Tone::plain, Tone::faint}, style.colour);
  for (const auto& [task, settings] : workspace.tasks) {
    table.add({task, text_of(settings), place_of(settings.where, locate)});
  }
  out += table.text();
}

/// The options of every executor that the workspace configures or uses, the general ones first.
class Executors {
 public:
  explicit Executors(const Workspace& workspace) : workspace_(workspace) {
    layers_[workspace.executor];
    for (const auto& [name, settings] : workspace.executors) add(name, settings.options);
    // Options of a task name without an executor belong to none of them; they stand among the task defaults.
    for (const auto& [name, settings] : workspace.tasks) {
      if (settings.executor.has_value()) add(*settings.executor, settings.options);
    }
    for (const auto& [name, settings] : workspace.projects) add_project(settings);
    for (const ProjectGlob& glob : workspace.project_globs) add_project(glob.settings);
  }

  [[nodiscard]] const std::map<std::string, std::vector<OptionsPointer>>& layers() const { return layers_; }

 private:
  void add(const std::string& executor, const std::optional<OptionsPointer>& options) {
    std::vector<OptionsPointer>& layers = layers_[executor];
    if (options.has_value()) layers.push_back(*options);
  }

  void add_project(const ProjectSettings& settings) {
    add(settings.executor.value_or(workspace_.executor), settings.options);
    for (const auto& [task, own] : settings.tasks) {
      add(executor_of(workspace_, &settings, task), own.options);
    }
  }

  const Workspace& workspace_;
  std::map<std::string, std::vector<OptionsPointer>> layers_;
};

std::string text_of(const std::vector<OptionsPointer>& layers) {
  if (layers.empty()) return "";
  std::string text = "options: ";
  const std::size_t shown = std::min(layers.size(), most_layers_shown);
  for (std::size_t at = 0; at < shown; ++at) text += (at == 0 ? "" : ", ") + layers[at];
  if (layers.size() > shown) text += fmt::format(" and {} more", layers.size() - shown);
  return text;
}

void append_executors(std::string& out, const Workspace& workspace, const PluginPaths& plugins,
                      const TextStyle& style) {
  append_title(out, "Executors", style);
  Table table({Tone::plain, Tone::plain, Tone::faint}, style.colour);
  const Executors executors(workspace);
  const auto add = [&](const std::string& name, const std::string& layers) {
    std::string plugin = "(file not known)";
    const auto configured = workspace.executors.find(name);
    if (configured != workspace.executors.end() && configured->second.plugin.has_value()) {
      plugin = *configured->second.plugin;
    }
    const auto known = plugins.find(name);
    if (known != plugins.end()) plugin = known->second;
    table.add({name, plugin, layers});
  };
  for (const auto& [name, layers] : executors.layers()) add(name, text_of(layers));
  for (const auto& [name, path] : plugins) {
    if (!executors.layers().contains(name)) add(name, "");
  }
  out += table.text();
}

}  // namespace

std::string info_text(const Discovery& discovery, const Workspace* workspace, const PluginPaths& plugins,
                      const Locate& locate, const TextStyle& style) {
  std::string out;
  append_discovery(out, discovery, style);
  if (workspace == nullptr) return out;
  append_all_projects(out, *workspace, locate, style);
  append_task_defaults(out, *workspace, locate, style);
  append_executors(out, *workspace, plugins, style);
  return out;
}

}  // namespace dream::cli
