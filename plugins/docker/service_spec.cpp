#include "service_spec.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace dream::docker {

namespace {

/// A swarm reads these values as templates of Go, in which two braces begin something: the text as it is.
std::string plain(std::string text) {
  constexpr std::string_view begin = "{{";
  constexpr std::string_view escaped = R"({{"{{"}})";
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos; at += escaped.size())
    text.replace(at, begin.size(), escaped);
  return text;
}

/// The values of variables alone are read so, and not their names.
std::vector<std::string> plain_values(std::vector<std::string> variables) {
  for (std::string& variable : variables) {
    const std::size_t equals = std::min(variable.find('='), variable.size());
    variable = variable.substr(0, equals) + plain(variable.substr(equals));
  }
  return variables;
}

/// Writes the parts of a service that are of more than one value.
class ServiceWriter {
 public:
  ServiceWriter(SpecWriter::Writer& json, const ContainerPlan& plan)
      : json_(json), spec_(json), plan_(plan) {}

  void write(const Image& image, const std::vector<std::string>& constraints) {
    json_.StartObject();
    spec_.text("Name", service_name(plan_.name));
    spec_.table("Labels", plan_.labels);
    spec_.object("TaskTemplate", [&] { write_task(image, constraints); });
    spec_.object("Mode", [&] { spec_.object("Replicated", [&] { spec_.number("Replicas", 1); }); });
    spec_.object("EndpointSpec", [&] {
      // A virtual address needs IPVS of the kernel; the name of one task needs none.
      spec_.text("Mode", "dnsrr");
      if (!plan_.options.ports.empty()) write_ports();
    });
    json_.EndObject();
  }

 private:
  void write_task(const Image& image, const std::vector<std::string>& constraints) {
    spec_.object("ContainerSpec", [&] { write_container(image); });
    spec_.object("RestartPolicy", [&] { spec_.text("Condition", "none"); });
    spec_.object("Placement", [&] { spec_.texts("Constraints", constraints); });
    spec_.object("Resources", [&] {
      spec_.object("Limits", [&] {
        spec_.number("MemoryBytes", plan_.options.memory);
        spec_.number("NanoCPUs", plan_.options.nano_cpus);
        spec_.number("Pids", std::max<std::int64_t>(plan_.options.sandbox.pids_limit, 0));
      });
    });
    // The output is read from there: whatever the node does with that of others, and all of it.
    spec_.object("LogDriver", [&] {
      spec_.text("Name", "json-file");
      spec_.object("Options", [&] { spec_.text("max-size", "1t"); });
    });
    if (plan_.network != "bridge") write_network();
  }

  void write_container(const Image& image) {
    const Options& options = plan_.options;
    const Sandbox& sandbox = options.sandbox;
    spec_.text("Image", service_image(options.image, image));
    spec_.table("Labels", plan_.labels);
    write_command(image);
    spec_.text("Hostname", plain(sandbox.hostname));
    spec_.texts("Env", plain_values(plan_.environment));
    spec_.text("Dir", plan_.workdir);
    spec_.text("User", plan_.user);
    spec_.texts("Groups", sandbox.group_add);
    spec_.flag("Init", options.init);
    if (!plan_.own_signal) spec_.text("StopSignal", std::to_string(plan_.stop_signal));
    json_.Key("StopGracePeriod");
    json_.Int64(std::chrono::nanoseconds(plan_.grace).count());
    if (sandbox.read_only) spec_.flag("ReadOnly", true);
    spec_.texts("CapabilityAdd", sandbox.cap_add);
    spec_.texts("CapabilityDrop", sandbox.cap_drop);
    write_ulimits(spec_, json_, sandbox.ulimits);
    if (!sandbox.sysctls.empty()) spec_.table("Sysctls", sandbox.sysctls);
    spec_.texts("Hosts", host_lines());
    spec_.object("DNSConfig", [&] {
      spec_.texts("Nameservers", sandbox.dns);
      spec_.texts("Search", sandbox.dns_search);
      spec_.texts("Options", sandbox.dns_options);
    });
    if (options.health_check) write_health_check(spec_, *options.health_check);
    write_mounts();
  }

  void write_command(const Image& image) {
    const std::vector<std::string> command = command_for(plan_, image);
    const auto& entrypoint = plan_.options.entrypoint;
    if (entrypoint && entrypoint->empty()) {
      spec_.texts("Command", command);
    } else {
      spec_.texts("Command", entrypoint.value_or(std::vector<std::string>{}));
      spec_.texts("Args", command);
    }
  }

  /// As /etc/hosts has them: the address first.
  [[nodiscard]] std::vector<std::string> host_lines() const {
    std::vector<std::string> lines;
    for (const std::string& host : plan_.options.sandbox.extra_hosts) {
      const std::size_t colon = host.find(':');
      lines.push_back(host.substr(colon + 1) + " " + host.substr(0, colon));
    }
    return lines;
  }

  void write_mounts() {
    json_.Key("Mounts");
    json_.StartArray();
    for (const Volume& volume : service_volumes(plan_)) {
      json_.StartObject();
      spec_.text("Type", volume.source.starts_with('/') ? "bind" : "volume");
      spec_.text("Source", plain(volume.source));
      spec_.text("Target", plain(volume.target));
      if (volume.mode == "ro") spec_.flag("ReadOnly", true);
      json_.EndObject();
    }
    for (const auto& [path, text] : plan_.options.sandbox.tmpfs) {
      const TmpfsSettings settings = read_tmpfs_settings(text).value_or(TmpfsSettings{});
      json_.StartObject();
      spec_.text("Type", "tmpfs");
      spec_.text("Target", plain(path));
      spec_.object("TmpfsOptions", [&] {
        spec_.number("SizeBytes", settings.size);
        spec_.number("Mode", settings.mode);
      });
      json_.EndObject();
    }
    json_.EndArray();
  }

  void write_network() {
    json_.Key("Networks");
    json_.StartArray();
    json_.StartObject();
    spec_.text("Target", plan_.network);
    spec_.texts("Aliases", plan_.aliases);
    json_.EndObject();
    json_.EndArray();
  }

  void write_ports() {
    json_.Key("Ports");
    json_.StartArray();
    for (const PortBinding& port : plan_.options.ports) {
      const auto number = [](const std::string& text) {
        std::int64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
      };
      json_.StartObject();
      spec_.text("Protocol", port.container.substr(port.container.find('/') + 1));
      spec_.number("TargetPort", number(port.container));
      spec_.number("PublishedPort", number(port.host_port));
      spec_.text("PublishMode", "host");
      json_.EndObject();
    }
    json_.EndArray();
  }

  SpecWriter::Writer& json_;
  SpecWriter spec_;
  const ContainerPlan& plan_;
};

std::string written(const ContainerPlan& plan, const Image& image,
                    const std::vector<std::string>& constraints) {
  rapidjson::StringBuffer buffer;
  SpecWriter::Writer json(buffer);
  ServiceWriter(json, plan).write(image, constraints);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string service_spec(const ContainerPlan& plan, const Image& image) {
  return written(plan, image, plan.options.swarm->constraints);
}

std::string ending_service_spec(const ContainerPlan& plan, const Image& image) {
  return written(plan, image, {"node.id==none"});
}

std::string service_image(const std::string& name, const Image& image) {
  if (name.find('@') != std::string::npos) return name;
  const std::size_t slash = name.rfind('/') == std::string::npos ? 0 : name.rfind('/');
  const std::string repository = name.substr(0, name.find(':', slash));
  for (const std::string& digest : image.digests) {
    const std::size_t at = digest.find('@');
    if (digest.substr(0, at) == repository) return name + digest.substr(at);
  }
  return name;
}

std::vector<Volume> service_volumes(const ContainerPlan& plan) {
  std::vector<Volume> volumes = plan.options.volumes;
  if (plan.mount) volumes.insert(volumes.begin(), {.source = plan.directory, .target = plan.directory});
  return volumes;
}

std::string service_name(const std::string& container) {
  constexpr std::size_t tail = 18;  // two numbers of eight digits, each behind a dash
  return short_name(container, tail);
}

}  // namespace dream::docker
