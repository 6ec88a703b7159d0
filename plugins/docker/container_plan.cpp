#include "container_plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <dream/sdk/command_line.hpp>
#include <filesystem>
#include <utility>

#include "process_identity.hpp"
#include "shared/shell_line.hpp"
#include "shared/task_environment.hpp"

namespace dream::docker {

namespace {

namespace fs = std::filesystem;

/// Where a source is a path, it becomes an absolute one.
Result<void> resolve_sources(std::vector<Volume>& volumes, const std::string& directory,
                             const Variables& variables) {
  for (std::size_t index = 0; index < volumes.size(); ++index) {
    std::string& source = volumes[index].source;
    if (source == "~" || source.starts_with("~/")) {
      const std::string home = value_or(variables, "HOME", "");
      if (home.empty())
        return Failure{DREAM_E_OPTIONS, "HOME isn't set, which " + source + " begins with",
                       "set it, or write an absolute path", "/volumes/" + std::to_string(index)};
      source.replace(0, 1, home);
    }
    if (source.starts_with('.')) source = (fs::path(directory) / source).lexically_normal().string();
    while (source.size() > 1 && source.ends_with('/')) source.pop_back();
  }
  return {};
}

/// Such a folder is mounted in another way, which knows fewer modes.
Result<void> check_modes(const std::vector<Volume>& volumes) {
  for (std::size_t index = 0; index < volumes.size(); ++index) {
    const Volume& volume = volumes[index];
    if (!volume.has_colon() || volume.mode.empty() || volume.mode == "ro" || volume.mode == "rw") continue;
    return Failure{DREAM_E_OPTIONS,
                   "the mode \"" + volume.mode + "\" can't be had for a path with a colon: " + volume.source,
                   R"(use "ro" or "rw", or rename the folder)", "/volumes/" + std::to_string(index)};
  }
  return {};
}

/// The task's, or else the option's; with what stood after `--`, for which a line has a place. Nothing where
/// the image's own command runs.
Result<std::optional<std::vector<std::string>>> command_of(const sdk::Task& task, const Options& options) {
  std::optional<Words> command = options.command;
  if (task.has_command_line()) command = Words(std::string(task.command_line()));
  if (task.has_command_argv()) command = Words(task.command_argv());
  if (!command) return std::optional<std::vector<std::string>>();
  const std::vector<std::string> arguments = task.arguments();
  if (const auto* line = std::get_if<std::string>(&*command)) {
    Result<std::vector<std::string>> words = plugins::words_of_line(*line, arguments);
    if (!words) return words.failure();
    return std::optional(*std::move(words));
  }
  std::vector<std::string> words = std::get<std::vector<std::string>>(*std::move(command));
  words.insert(words.end(), arguments.begin(), arguments.end());
  return std::optional(std::move(words));
}

/// The last part of a project's path, where it can be a host's name; the workspace's root has none.
std::string host_name_of(const std::string& project) {
  const fs::path path = fs::path(project).lexically_normal();
  const std::string name = path.has_filename() ? path.filename() : path.parent_path().filename();
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  const bool is_name = name.find_first_not_of('.') != std::string::npos && std::ranges::all_of(name, fits);
  return is_name ? name : std::string();
}

/// What is said once more is left out.
std::vector<std::string> aliases_of(const std::string& project, const Options& options) {
  std::vector<std::string> all;
  // Who attaches it to a network of others decides about its names.
  if (options.network.empty()) all.push_back(host_name_of(project));
  if (!all.empty() && all.front().empty()) all.clear();
  for (const std::string& alias : options.aliases) {
    if (std::ranges::find(all, alias) == all.end()) all.push_back(alias);
  }
  return all;
}

}  // namespace

std::string network_name(const std::string& root, const std::string& run) {
  const std::string words = slug(fs::path(root).filename().string());
  return "dream-" + words + (words.empty() ? "" : "-") + run;
}

Result<ContainerPlan> make_plan(const sdk::Host& host, const sdk::Project& project, const sdk::Task& task,
                                const Variables& variables) {
  Result<Options> options = read_options(task.options());
  if (!options) return options.failure();
  Result<Endpoint> endpoint = find_endpoint(options->host, variables);
  if (!endpoint) return endpoint.failure();
  ContainerPlan plan{.options = *std::move(options), .endpoint = *std::move(endpoint)};
  plan.root = project.root;
  plan.step = project.path + ":" + std::string(task.name());
  plan.directory = task.directory();
  plan.stop_signal = task.stop_signal();
  plan.own_signal = task.may_use_own_signal();
  plan.grace = task.grace();
  plan.wants_ready = task.wants_ready();
  plan.asks_health = task.asks_health();
  plan.ready_limit = task.ready_limit();
  // An engine elsewhere has no such folder, nor has another node.
  plan.mount = plan.options.mount.value_or(plan.endpoint.is_local() && !plan.options.swarm);
  Result<std::optional<std::vector<std::string>>> command = command_of(task, plan.options);
  if (!command) return command.failure();
  plan.command = *std::move(command);
  plan.arguments = task.arguments();
  if (plan.options.entrypoint && plan.options.entrypoint->empty() && command_for(plan, {}).empty()) {
    return Failure{DREAM_E_OPTIONS, "nothing to run: the entrypoint is taken away and there is no command",
                   "set `command`, or leave `entrypoint` out", "/entrypoint"};
  }
  plan.environment = plugins::given_environment(task, plan.options.env);
  if (!plan.options.workdir.empty()) {
    plan.workdir = (fs::path(plan.mount ? plan.directory : "/") / plan.options.workdir).lexically_normal();
  } else if (plan.mount && plan.command) {
    plan.workdir = plan.directory;
  }
  plan.default_user = plan.mount && !plan.options.user;
  plan.user = plan.default_user ? std::to_string(::geteuid()) + ":" + std::to_string(::getegid())
                                : plan.options.user.value_or("");
  const Result<void> resolved = resolve_sources(plan.options.volumes, plan.directory, variables);
  if (!resolved) return resolved.failure();
  if (const Result<void> modes = check_modes(plan.options.volumes); !modes) return modes.failure();
  plan.docker_configuration = configuration_folder(variables);
  plan.proxies = proxies_of(plan.docker_configuration, plan.endpoint.address);
  const std::string session = host.session();
  plan.name = step_name(plan.step, session.empty() ? short_hash(plan.root) : session.substr(0, 8));
  plan.shares_network = plan.options.network.empty();
  plan.network =
      plan.shares_network
          ? network_name(plan.root, session.empty() ? short_hash(plan.root + own_identity()) : session)
          : plan.options.network;
  plan.aliases = aliases_of(project.path, plan.options);
  plan.labels = plan.options.labels;
  plan.labels[run_label] = session;
  plan.labels[step_label] = plan.step;
  plan.labels[process_label] = own_identity();
  return plan;
}

Result<void> check_readiness(const ContainerPlan& plan, const Image& image) {
  // The task's own check stands for the image's, or takes it away.
  const auto& own = plan.options.health_check;
  const bool has_check = own && !own->test.empty() ? !own->is_off() : image.has_health_check;
  if (!(plan.wants_ready || plan.asks_health) || has_check) return {};
  const std::string name = plan.options.build ? build_tag(plan) : plan.options.image;
  return Failure{
      DREAM_E_FAILED,
      "the image " + name + " has no HEALTHCHECK, which is to tell " +
          (plan.wants_ready ? "when " + plan.step + " is ready" : "whether " + plan.step + " is healthy"),
      std::string("give it one, or the task the option `healthcheck`, or take another probe: port, ") +
          (plan.wants_ready ? "log" : "http") + " or exec"};
}

std::string build_tag(const ContainerPlan& plan) {
  const BuildOptions& build = *plan.options.build;
  const std::string what =
      plan.directory + '\n' + build.context + '\n' + build.dockerfile + '\n' + build.target;
  const std::string name = slug(fs::path(plan.directory).filename().string());
  return "dream-" + (name.empty() ? "image" : name) + "-" + short_hash(what) + ":latest";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

namespace {

void add_volume(std::vector<std::string>& argv, const Volume& volume) {
  if (volume.has_colon()) {
    argv.insert(argv.end(), {"--mount", "type=bind," + csv_field("source=" + volume.source) + "," +
                                            csv_field("target=" + volume.target) +
                                            (volume.mode == "ro" ? ",readonly" : "")});
    return;
  }
  const std::string source = volume.is_anonymous() ? "" : volume.source + ":";
  argv.insert(argv.end(),
              {"--volume", source + volume.target + (volume.mode.empty() ? "" : ":" + volume.mode)});
}

std::string port_words(const PortBinding& port) {
  const bool is_v6 = port.host_ip.find(':') != std::string::npos;
  std::string words = is_v6 ? "[" + port.host_ip + "]" : port.host_ip;
  if (!words.empty()) words += ":";
  words += port.host_port;
  return words + (words.empty() ? "" : ":") + port.container;
}

}  // namespace

std::string describe(const ContainerPlan& plan) {
  const Options& options = plan.options;
  std::vector<std::string> argv{"docker"};
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) argv.insert(argv.end(), {flag, value});
  };
  if (options.host) add("--host", *options.host);
  argv.insert(argv.end(), {"run", "--rm"});
  if (options.init) argv.emplace_back("--init");
  add("--user", plan.user);
  if (plan.mount) add_volume(argv, {.source = plan.directory, .target = plan.directory});
  add("--workdir", plan.workdir);
  for (const Volume& volume : options.volumes) add_volume(argv, volume);
  for (const PortBinding& port : options.ports) add("--publish", port_words(port));
  add("--network", options.network);
  for (const std::string& alias : plan.shares_network ? std::vector<std::string>() : plan.aliases)
    add("--network-alias", alias);
  const std::vector<std::string> sandbox = sandbox_flags(options.sandbox);
  argv.insert(argv.end(), sandbox.begin(), sandbox.end());
  add("--platform", options.platform);
  if (options.memory > 0) add("--memory", std::to_string(options.memory));
  if (options.nano_cpus > 0) add("--cpus", std::to_string(static_cast<double>(options.nano_cpus) / 1e9));
  if (options.gpus) argv.emplace_back("--gpus=…");
  if (options.health_check)
    argv.emplace_back(options.health_check->is_off() ? "--no-healthcheck" : "--health-cmd=…");
  for (const std::string& entry : plan.environment) add("--env", entry.substr(0, entry.find('=')));
  if (options.entrypoint) {
    argv.insert(argv.end(), {"--entrypoint", options.entrypoint->empty() ? "" : options.entrypoint->front()});
  }
  argv.push_back(options.build ? build_tag(plan) : options.image);
  if (options.entrypoint && options.entrypoint->size() > 1) {
    argv.insert(argv.end(), options.entrypoint->begin() + 1, options.entrypoint->end());
  }
  const std::vector<std::string> command = plan.command.value_or(plan.arguments);
  argv.insert(argv.end(), command.begin(), command.end());
  return sdk::shell_line(argv);
}

}  // namespace dream::docker
