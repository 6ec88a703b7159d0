#include <algorithm>
#include <cstdint>
#include <utility>

#include "container_plan.hpp"
#include "shared/programs.hpp"

namespace dream::docker {

namespace {

void write_ports(SpecWriter& spec, SpecWriter::Writer& json, const std::vector<PortBinding>& ports) {
  std::map<std::string, std::vector<PortBinding>> by_port;
  for (const PortBinding& port : ports) by_port[port.container].push_back(port);
  spec.object("PortBindings", [&] {
    for (const auto& [container, bindings] : by_port) {
      json.Key(container.c_str());
      json.StartArray();
      for (const PortBinding& binding : bindings) {
        json.StartObject();
        spec.text("HostIp", binding.host_ip);
        spec.text("HostPort", binding.host_port);
        json.EndObject();
      }
      json.EndArray();
    }
  });
}

void write_gpus(SpecWriter& spec, SpecWriter::Writer& json, const Gpus& gpus) {
  json.Key("DeviceRequests");
  json.StartArray();
  json.StartObject();
  spec.number("Count", gpus.count);
  spec.texts("DeviceIDs", gpus.devices);
  json.Key("Capabilities");
  json.StartArray();
  json.StartArray();
  json.String("gpu");
  json.EndArray();
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

void write_mount(SpecWriter& spec, SpecWriter::Writer& json, const Volume& volume) {
  json.StartObject();
  spec.text("Type", "bind");
  spec.text("Source", volume.source);
  spec.text("Target", volume.target);
  if (volume.mode == "ro") spec.flag("ReadOnly", true);
  json.EndObject();
}

/// Binds where they can say it: they know more modes, and create a folder that isn't there.
void write_volumes(SpecWriter& spec, SpecWriter::Writer& json, const ContainerPlan& plan) {
  std::vector<std::string> binds;
  std::vector<Volume> mounts;
  if (plan.mount) mounts.push_back({.source = plan.directory, .target = plan.directory});
  for (const Volume& volume : plan.options.volumes) {
    if (volume.is_anonymous()) continue;
    if (volume.has_colon()) {
      mounts.push_back(volume);
      continue;
    }
    binds.push_back(volume.source + ":" + volume.target + (volume.mode.empty() ? "" : ":" + volume.mode));
  }
  spec.texts("Binds", binds);
  if (mounts.empty()) return;
  json.Key("Mounts");
  json.StartArray();
  for (const Volume& volume : mounts) write_mount(spec, json, volume);
  json.EndArray();
}

void write_host_config(SpecWriter& spec, SpecWriter::Writer& json, const ContainerPlan& plan) {
  const Options& options = plan.options;
  spec.object("HostConfig", [&] {
    // With AutoRemove its exit code could vanish before it is read.
    spec.flag("AutoRemove", false);
    spec.flag("Init", options.init);
    // Read where the connection for the output is lost: to the byte, and from the begin. The engine's own
    // settings may keep less.
    spec.object("LogConfig", [&] {
      spec.text("Type", plan.log_driver);
      spec.object("Config", [&] { spec.text("max-size", "1t"); });
    });
    write_volumes(spec, json, plan);
    write_ports(spec, json, options.ports);
    spec.text("NetworkMode", plan.network);
    write_sandbox(spec, json, options.sandbox);
    spec.number("Memory", options.memory);
    spec.number("NanoCpus", options.nano_cpus);
    if (options.gpus) write_gpus(spec, json, *options.gpus);
  });
}

void write_keys(SpecWriter& spec, SpecWriter::Writer& json, const char* name,
                const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  spec.object(name, [&] {
    for (const std::string& key : keys) {
      json.Key(key.c_str());
      json.StartObject();
      json.EndObject();
    }
  });
}

std::vector<std::string> with_proxies(const ContainerPlan& plan) {
  std::vector<std::string> environment = plan.environment;
  for (const auto& [name, value] : plan.proxies) plugins::set_default(environment, name, value);
  return environment;
}

}  // namespace

std::vector<std::string> command_for(const ContainerPlan& plan, const Image& image) {
  if (plan.command) return *plan.command;
  std::vector<std::string> argv;
  const bool replaced = !image.entrypoint.empty() && !plan.arguments.empty();
  if (!plan.options.entrypoint && !replaced) argv = image.command;
  argv.insert(argv.end(), plan.arguments.begin(), plan.arguments.end());
  return argv;
}

void write_health_check(SpecWriter& spec, const HealthCheck& check) {
  constexpr std::int64_t per_ms = 1'000'000;
  spec.object("Healthcheck", [&] {
    spec.texts("Test", check.test);
    spec.number("Interval", check.interval_ms * per_ms);
    spec.number("Timeout", check.timeout_ms * per_ms);
    spec.number("StartPeriod", check.start_period_ms * per_ms);
    spec.number("StartInterval", check.start_interval_ms * per_ms);
    spec.number("Retries", check.retries);
  });
}

std::string program_of(const ContainerPlan& plan, const Image& image) {
  const std::vector<std::string> entrypoint = plan.options.entrypoint.value_or(image.entrypoint);
  const std::vector<std::string> words = entrypoint.empty() ? command_for(plan, image) : entrypoint;
  return words.empty() ? std::string() : words.front();
}

std::string container_spec(const ContainerPlan& plan, const Image& image, bool rootless) {
  rapidjson::StringBuffer buffer;
  SpecWriter::Writer json(buffer);
  SpecWriter spec(json);
  const Options& options = plan.options;
  json.StartObject();
  spec.text("Image", plan.options.build ? image.id : options.image);
  std::vector<std::string> command = command_for(plan, image);
  if (options.entrypoint && options.entrypoint->empty()) {
    // Without an entrypoint the command is what runs; engines don't agree on how to say "none".
    spec.texts("Entrypoint", command);
  } else {
    spec.texts("Entrypoint", options.entrypoint.value_or(std::vector<std::string>{}));
    spec.texts("Cmd", command);
  }
  spec.text("WorkingDir", plan.workdir);
  if (!plan.default_user || !rootless) spec.text("User", plan.user);
  spec.texts("Env", with_proxies(plan));
  spec.table("Labels", plan.labels);
  if (options.health_check) write_health_check(spec, *options.health_check);
  spec.flag("Tty", false);
  std::vector<std::string> ports, volumes;
  for (const PortBinding& port : options.ports) ports.push_back(port.container);
  for (const Volume& volume : options.volumes) {
    if (volume.is_anonymous()) volumes.push_back(volume.target);
  }
  std::ranges::sort(ports);
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  write_keys(spec, json, "ExposedPorts", ports);
  write_keys(spec, json, "Volumes", volumes);
  spec.text("Hostname", options.sandbox.hostname);
  spec.text("Domainname", options.sandbox.domainname);
  write_host_config(spec, json, plan);
  if (!plan.aliases.empty()) {
    spec.object("NetworkingConfig", [&] {
      spec.object("EndpointsConfig",
                  [&] { spec.object(plan.network.c_str(), [&] { spec.texts("Aliases", plan.aliases); }); });
    });
  }
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace dream::docker
