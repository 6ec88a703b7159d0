#include "sandbox.hpp"

#include <algorithm>
#include <dream/sdk/options.hpp>
#include <utility>

#include "options.hpp"
#include "shared/size.hpp"

namespace dream::docker {

namespace {

/// A text or a number, as people write ids and settings.
std::string text_of(const Json& value) {
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : to_text(value);
}

Result<std::map<std::string, std::string>> read_tmpfs(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> all;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    const std::size_t colon = std::min(texts[index].find(':'), texts[index].size());
    if (!texts[index].starts_with('/'))
      return wrong_setting("/tmpfs/" + std::to_string(index),
                           "\"" + texts[index] + "\" names no absolute path in the container",
                           R"(write it like "/run" or "/tmp:size=64m")");
    all[texts[index].substr(0, colon)] = texts[index].substr(std::min(colon + 1, texts[index].size()));
  }
  return all;
}

Result<std::vector<Ulimit>> read_ulimits(const Json& json) {
  std::vector<Ulimit> all;
  if (!json.IsObject()) return all;
  for (const auto& member : json.GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    const bool is_pair = member.value.IsObject();
    const Json& soft_limit = is_pair ? json_at(member.value, {"soft"}) : member.value;
    const Json& hard_limit = is_pair ? json_at(member.value, {"hard"}) : member.value;
    if (!soft_limit.IsInt64() || !hard_limit.IsInt64())
      return wrong_setting("/ulimits/" + name, "this is no limit",
                           "write a number up to 9223372036854775807, or -1 for none");
    const std::int64_t soft = soft_limit.GetInt64();
    const std::int64_t hard = hard_limit.GetInt64();
    if (hard != -1 && (soft == -1 || soft > hard))
      return wrong_setting("/ulimits/" + name, "its soft limit is above the hard one",
                           "soft is at most hard");
    all.push_back({name, soft, hard});
  }
  return all;
}

/// compose takes "=" for the colon, too; an address may be in brackets.
Result<std::vector<std::string>> read_hosts(std::vector<std::string> texts) {
  for (std::size_t index = 0; index < texts.size(); ++index) {
    std::string& text = texts[index];
    const std::size_t split = text.find_first_of(":=");
    if (split == 0 || split == std::string::npos || split + 1 == text.size())
      return wrong_setting("/extraHosts/" + std::to_string(index),
                           "\"" + text + "\" is no name with an address",
                           R"(write it like "db.local:10.0.0.5" or "host.docker.internal:host-gateway")");
    std::string address = text.substr(split + 1);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    text.replace(split, std::string::npos, ":" + address);
  }
  return texts;
}

Result<std::vector<Device>> read_devices(const std::vector<std::string>& texts) {
  std::vector<Device> all;
  const auto is_access = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("rwm") == std::string::npos;
  };
  for (std::size_t index = 0; index < texts.size(); ++index) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= texts[index].size();) {
      const std::size_t end = std::min(texts[index].find(':', begin), texts[index].size());
      parts.push_back(texts[index].substr(begin, end - begin));
      begin = end + 1;
    }
    Device device{parts.front(), parts.front(), "rwm"};
    if (parts.size() > 1 && is_access(parts.back())) {
      device.access = parts.back();
      parts.pop_back();
    }
    if (parts.size() == 2) device.inside = parts.back();
    if (parts.size() > 2 || !device.outside.starts_with('/') || !device.inside.starts_with('/'))
      return wrong_setting("/devices/" + std::to_string(index), "\"" + texts[index] + "\" is no device",
                           R"(write it like "/dev/fuse" or "/dev/ttyUSB0:/dev/ttyUSB0:rw")");
    all.push_back(std::move(device));
  }
  return all;
}

std::string joined(std::string left, std::string_view mark, std::string_view right) {
  return left.append(mark).append(right);
}

}  // namespace

Failure wrong_setting(const std::string& where, std::string message, std::string hint) {
  return {DREAM_E_OPTIONS, std::move(message), std::move(hint), where};
}

Result<Sandbox> read_sandbox(const Json& options) {
  const sdk::Options read(to_text(options));
  auto tmpfs = read_tmpfs(read.texts("tmpfs"));
  if (!tmpfs) return tmpfs.failure();
  auto ulimits = read_ulimits(json_at(options, {"ulimits"}));
  if (!ulimits) return ulimits.failure();
  auto hosts = read_hosts(read.texts("extraHosts"));
  if (!hosts) return hosts.failure();
  auto devices = read_devices(read.texts("devices"));
  if (!devices) return devices.failure();
  Sandbox sandbox{.cap_add = read.texts("capAdd"),
                  .cap_drop = read.texts("capDrop"),
                  .read_only = read.flag("readOnly").value_or(false),
                  .tmpfs = *std::move(tmpfs),
                  .ulimits = *std::move(ulimits),
                  .extra_hosts = *std::move(hosts),
                  .devices = *std::move(devices),
                  .security_opt = read.texts("securityOpt"),
                  .privileged = read.flag("privileged").value_or(false),
                  .cpuset = read.text("cpuset").value_or(""),
                  .ipc = read.text("ipc").value_or(""),
                  .pid = read.text("pid").value_or(""),
                  .dns = read.texts("dns"),
                  .dns_search = read.texts("dnsSearch"),
                  .dns_options = read.texts("dnsOptions"),
                  .hostname = read.text("hostname").value_or(""),
                  .domainname = read.text("domainname").value_or("")};
  if (const Json& size = json_at(options, {"shmSize"}); !size.IsNull()) {
    const auto bytes = plugins::parse_size(text_of(size));
    if (!bytes)
      return wrong_setting("/shmSize", "this is no amount of memory", R"(write it like "256m" or "1g")");
    sandbox.shm_size = *bytes;
  }
  if (const Json& limit = json_at(options, {"pidsLimit"}); limit.IsInt64())
    sandbox.pids_limit = limit.GetInt64();
  if (const Json& settings = json_at(options, {"sysctls"}); settings.IsObject()) {
    for (const auto& member : settings.GetObject())
      sandbox.sysctls[member.name.GetString()] = text_of(member.value);
  }
  if (const Json& groups = json_at(options, {"groupAdd"}); groups.IsArray()) {
    for (const Json& group : groups.GetArray()) sandbox.group_add.push_back(text_of(group));
  }
  return sandbox;
}

void write_ulimits(SpecWriter& spec, SpecWriter::Writer& json, const std::vector<Ulimit>& ulimits) {
  if (ulimits.empty()) return;
  json.Key("Ulimits");
  json.StartArray();
  for (const Ulimit& limit : ulimits) {
    json.StartObject();
    spec.text("Name", limit.name);
    spec.number("Soft", limit.soft);  // what is absent is 0
    spec.number("Hard", limit.hard);
    json.EndObject();
  }
  json.EndArray();
}

void write_sandbox(SpecWriter& spec, SpecWriter::Writer& json, const Sandbox& sandbox) {
  spec.texts("CapAdd", sandbox.cap_add);
  spec.texts("CapDrop", sandbox.cap_drop);
  if (sandbox.read_only) spec.flag("ReadonlyRootfs", true);
  if (!sandbox.tmpfs.empty()) spec.table("Tmpfs", sandbox.tmpfs);
  write_ulimits(spec, json, sandbox.ulimits);
  spec.texts("ExtraHosts", sandbox.extra_hosts);
  spec.number("ShmSize", sandbox.shm_size);
  if (!sandbox.devices.empty()) {
    json.Key("Devices");
    json.StartArray();
    for (const Device& device : sandbox.devices) {
      json.StartObject();
      spec.text("PathOnHost", device.outside);
      spec.text("PathInContainer", device.inside);
      spec.text("CgroupPermissions", device.access);
      json.EndObject();
    }
    json.EndArray();
  }
  spec.texts("SecurityOpt", sandbox.security_opt);
  if (!sandbox.sysctls.empty()) spec.table("Sysctls", sandbox.sysctls);
  spec.texts("GroupAdd", sandbox.group_add);
  if (sandbox.privileged) spec.flag("Privileged", true);
  spec.number("PidsLimit", sandbox.pids_limit);
  spec.text("CpusetCpus", sandbox.cpuset);
  spec.text("IpcMode", sandbox.ipc);
  spec.text("PidMode", sandbox.pid);
  spec.texts("Dns", sandbox.dns);
  spec.texts("DnsSearch", sandbox.dns_search);
  spec.texts("DnsOptions", sandbox.dns_options);
}

std::vector<std::string> sandbox_flags(const Sandbox& sandbox) {
  std::vector<std::string> flags;
  const auto add = [&](const char* flag, const std::string& value) {
    flags.insert(flags.end(), {flag, value});
  };
  for (const std::string& name : sandbox.cap_add) add("--cap-add", name);
  for (const std::string& name : sandbox.cap_drop) add("--cap-drop", name);
  if (sandbox.read_only) flags.emplace_back("--read-only");
  for (const auto& [path, options] : sandbox.tmpfs)
    add("--tmpfs", options.empty() ? path : joined(path, ":", options));
  for (const Ulimit& limit : sandbox.ulimits)
    add("--ulimit", limit.name + "=" + std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
  for (const std::string& host : sandbox.extra_hosts) add("--add-host", host);
  if (sandbox.shm_size > 0) add("--shm-size", std::to_string(sandbox.shm_size));
  for (const Device& device : sandbox.devices)
    add("--device", device.outside + ":" + device.inside + ":" + device.access);
  for (const std::string& option : sandbox.security_opt) add("--security-opt", option);
  for (const auto& [name, value] : sandbox.sysctls) add("--sysctl", joined(name, "=", value));
  for (const std::string& group : sandbox.group_add) add("--group-add", group);
  if (sandbox.privileged) flags.emplace_back("--privileged");
  if (sandbox.pids_limit != 0) add("--pids-limit", std::to_string(sandbox.pids_limit));
  for (const std::string& server : sandbox.dns) add("--dns", server);
  for (const std::string& domain : sandbox.dns_search) add("--dns-search", domain);
  for (const std::string& option : sandbox.dns_options) add("--dns-option", option);
  for (const auto& [flag, value] :
       {std::pair<const char*, const std::string&>{"--cpuset-cpus", sandbox.cpuset},
        {"--ipc", sandbox.ipc},
        {"--pid", sandbox.pid},
        {"--hostname", sandbox.hostname},
        {"--domainname", sandbox.domainname}})
    if (!value.empty()) add(flag, value);
  return flags;
}

}  // namespace dream::docker
