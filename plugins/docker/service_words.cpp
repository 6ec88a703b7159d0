#include <dream/sdk/command_line.hpp>
#include <sstream>
#include <utility>

#include "service_spec.hpp"

namespace dream::docker {

namespace {

/// Arguments of `docker service create`.
class ServiceWords {
 public:
  void add(std::string flag, const std::string& value) {
    if (!value.empty()) argv_.insert(argv_.end(), {std::move(flag), value});
  }
  void add_all(const std::string& flag, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(flag, value);
  }
  void add(std::string word) { argv_.push_back(std::move(word)); }

  void add_mounts(const ContainerPlan& plan) {
    for (const Volume& volume : service_volumes(plan)) {
      std::ostringstream words;
      words << "type=" << (volume.source.starts_with('/') ? "bind" : "volume");
      if (!volume.is_anonymous()) words << ',' << csv_field("source=" + volume.source);
      words << ',' << csv_field("target=" + volume.target);
      if (volume.mode == "ro") words << ",readonly";
      add("--mount", words.str());
    }
    for (const auto& [path, text] : plan.options.sandbox.tmpfs) {
      const TmpfsSettings settings = read_tmpfs_settings(text).value_or(TmpfsSettings{});
      std::ostringstream words;
      words << "type=tmpfs," << csv_field("target=" + path);
      if (settings.size > 0) words << ",tmpfs-size=" << settings.size;
      if (settings.mode > 0) words << ",tmpfs-mode=" << std::oct << settings.mode;
      add("--mount", words.str());
    }
  }

  void add_network(const ContainerPlan& plan) {
    for (const PortBinding& port : plan.options.ports) {
      const std::size_t slash = port.container.find('/');
      const std::string published = port.host_port.empty() ? "" : ",published=" + port.host_port;
      add("--publish", "mode=host,target=" + port.container.substr(0, slash) + published +
                           ",protocol=" + port.container.substr(slash + 1));
    }
    std::string network = plan.shares_network || plan.network == "bridge" ? "" : "name=" + plan.network;
    for (const std::string& alias : plan.aliases) network += network.empty() ? "" : ",alias=" + alias;
    add("--network", network);
  }

  void add_limits(const ContainerPlan& plan) {
    const Sandbox& sandbox = plan.options.sandbox;
    if (plan.options.memory > 0) add("--limit-memory", std::to_string(plan.options.memory));
    if (plan.options.nano_cpus > 0)
      add("--limit-cpu", std::to_string(static_cast<double>(plan.options.nano_cpus) / 1e9));
    if (sandbox.pids_limit > 0) add("--limit-pids", std::to_string(sandbox.pids_limit));
    add("--hostname", sandbox.hostname);
    add_all("--dns", sandbox.dns);
    add_all("--dns-search", sandbox.dns_search);
    add_all("--dns-option", sandbox.dns_options);
    add_all("--host", sandbox.extra_hosts);
    add_all("--cap-add", sandbox.cap_add);
    add_all("--cap-drop", sandbox.cap_drop);
    add_all("--group", sandbox.group_add);
    if (sandbox.read_only) add("--read-only");
    for (const Ulimit& limit : sandbox.ulimits) {
      std::ostringstream words;
      words << limit.name << '=' << limit.soft << ':' << limit.hard;
      add("--ulimit", words.str());
    }
    for (const auto& [name, value] : sandbox.sysctls) {
      add("--sysctl", std::string(name).append("=").append(value));
    }
  }

  [[nodiscard]] std::string line() const { return sdk::shell_line(argv_); }

 private:
  std::vector<std::string> argv_{"docker"};
};

}  // namespace

std::string describe_service(const ContainerPlan& plan) {
  const Options& options = plan.options;
  ServiceWords words;
  if (options.host) words.add("--host", *options.host);
  words.add("service");
  words.add("create");
  words.add("--restart-condition", "none");
  words.add_all("--constraint", options.swarm->constraints);
  if (options.init) words.add("--init");
  words.add("--user", plan.user);
  words.add("--workdir", plan.workdir);
  words.add_mounts(plan);
  words.add_network(plan);
  words.add_limits(plan);
  if (options.health_check) words.add(options.health_check->is_off() ? "--no-healthcheck" : "--health-cmd=…");
  for (const std::string& entry : plan.environment) words.add("--env", entry.substr(0, entry.find('=')));
  std::vector<std::string> command = options.entrypoint.value_or(std::vector<std::string>{});
  if (!command.empty()) {
    words.add("--entrypoint", command.front());
    command.erase(command.begin());
  }
  words.add(options.image);
  const std::vector<std::string> argv = plan.command.value_or(plan.arguments);
  command.insert(command.end(), argv.begin(), argv.end());
  for (std::string& word : command) words.add(std::move(word));
  return words.line();
}

}  // namespace dream::docker
