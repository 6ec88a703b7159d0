// What the options mean to a swarm: which of them it can't obey is told before anything is started.
#include <algorithm>
#include <array>
#include <dream/sdk/options.hpp>
#include <string_view>
#include <utility>

#include "options.hpp"
#include "shared/size.hpp"

namespace dream::docker {

namespace {

/// An option that a service of a swarm doesn't have, and what to do instead.
struct Foreign {
  std::string_view name;
  std::string_view hint;
};

constexpr std::array<Foreign, 12> foreign{{
    {"build", "build the image, docker push it to a registry of the nodes, and set `image`"},
    {"pull", "leave it out: a node pulls the image itself when it has to"},
    {"platform", R"(set "swarm": { "constraints": ["node.platform.arch==aarch64"] })"},
    {"gpus", "leave one of them out"},
    {"devices", "leave one of them out"},
    {"securityOpt", "leave one of them out"},
    {"privileged", R"(add what it needs: "capAdd": ["NET_ADMIN"])"},
    {"cpuset", "limit how much it uses: `cpus`"},
    {"ipc", "leave one of them out"},
    {"pid", "leave one of them out"},
    {"shmSize", R"(set "tmpfs": "/dev/shm:size=256m")"},
    {"domainname", R"(write the whole name as `hostname`)"},
}};

Failure in_no_swarm(const std::string& where, std::string what, std::string hint) {
  return {DREAM_E_OPTIONS, std::move(what) + " in a swarm", std::move(hint), where};
}

Result<void> check_ports(const std::vector<PortBinding>& ports) {
  for (const PortBinding& port : ports) {
    if (!port.host_ip.empty())
      return in_no_swarm("/ports", "no port is published on one address only (" + port.host_ip + ")",
                         "leave the address out: each is published on all of its node");
    if (port.host_port.find('-') != std::string::npos)
      return in_no_swarm("/ports", "no port is published on one of a range (" + port.host_port + ")",
                         "name one port, or only that of the container for any that is free");
  }
  return {};
}

Result<void> check_files(const Options& options) {
  for (std::size_t index = 0; index < options.volumes.size(); ++index) {
    const std::string& mode = options.volumes[index].mode;
    if (mode.empty() || mode == "ro" || mode == "rw") continue;
    return in_no_swarm("/volumes/" + std::to_string(index), "there is no mode \"" + mode + "\"",
                       R"(use "ro" or "rw")");
  }
  for (const auto& [path, settings] : options.sandbox.tmpfs) {
    if (!settings.empty() && !read_tmpfs_settings(settings))
      return in_no_swarm("/tmpfs", "there is no tmpfs with \"" + settings + "\"",
                         R"(use "size=64m" and "mode=1777")");
  }
  return {};
}

Result<void> check_names(const Options& options) {
  const std::string& network = options.network;
  if (network == "none" || network.find(':') != std::string::npos)
    return in_no_swarm("/network", "there is no network \"" + network + "\"",
                       R"(name an overlay network, or "bridge", the node's own)");
  const std::vector<std::string>& hosts = options.sandbox.extra_hosts;
  for (std::size_t index = 0; index < hosts.size(); ++index) {
    if (hosts[index].ends_with(":host-gateway"))
      return in_no_swarm("/extraHosts/" + std::to_string(index), "there is no host-gateway",
                         "write the address of a machine");
  }
  return {};
}

}  // namespace

std::optional<TmpfsSettings> read_tmpfs_settings(std::string_view text) {
  TmpfsSettings settings;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const std::string_view value = one.substr(std::min(one.find('=') + 1, one.size()));
    const bool is_octal = !value.empty() && value.find_first_not_of("01234567") == std::string_view::npos;
    if (const auto size = plugins::parse_size(value); one.starts_with("size=") && size) {
      settings.size = *size;
    } else if (one.starts_with("mode=") && is_octal && value.size() <= 5) {
      settings.mode = std::stoi(std::string(value), nullptr, 8);
    } else {
      return std::nullopt;
    }
  }
  return settings;
}

Result<std::optional<Swarm>> read_swarm(const Json& json, const Options& options) {
  const Json& wanted = json_at(json, {"swarm"});
  if (!wanted.IsObject() && !wanted.IsTrue()) return std::optional<Swarm>();
  for (const auto& [name, hint] : foreign) {
    if (json_at(json, {name}).IsNull()) continue;
    return in_no_swarm("/" + std::string(name), "there is no `" + std::string(name) + "`", std::string(hint));
  }
  for (const Result<void>& checked :
       {check_ports(options.ports), check_files(options), check_names(options)}) {
    if (!checked) return checked.failure();
  }
  return std::optional(Swarm{.constraints = sdk::Options(to_text(wanted)).texts("constraints")});
}

}  // namespace dream::docker
