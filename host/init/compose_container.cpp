#include "init/compose_container.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "plan/workspace.hpp"
#include "shared/size.hpp"

namespace dream::init {

namespace {

/// Lists of texts that both have.
const std::map<std::string, std::string>& list_options() {
  static const std::map<std::string, std::string> options{
      {"cap_add", "capAdd"}, {"cap_drop", "capDrop"},     {"group_add", "groupAdd"},
      {"dns", "dns"},        {"dns_search", "dnsSearch"}, {"dns_opt", "dnsOptions"}};
  return options;
}

std::optional<long long> number_of(const std::string& text) {
  long long number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

/// `{ "nofile": { "soft": 1, "hard": 2 } }`
std::optional<std::string> ulimits_json(const YAML::Node& map) {
  if (!map.IsMap()) return std::nullopt;
  std::vector<Member> all;
  for (const auto& one : map) {
    const bool is_pair = one.second.IsMap();
    const auto soft = number_of(is_pair ? text_at(one.second, "soft") : one.second.Scalar());
    const auto hard = is_pair ? number_of(text_at(one.second, "hard")) : soft;
    if (!soft || !hard || *soft < -1 || *hard < -1) return std::nullopt;
    if (*hard != -1 && (*soft == -1 || *soft > *hard)) return std::nullopt;
    all.emplace_back(one.first.Scalar(),
                     is_pair ? object_json({{"soft", std::to_string(*soft)}, {"hard", std::to_string(*hard)}})
                             : std::to_string(*soft));
  }
  return all.empty() ? std::string() : object_json(all);
}

std::optional<std::string> sysctls_json(const YAML::Node& map) {
  std::vector<Member> all;
  for (const auto& one : map) {
    if (!map.IsMap() || !one.second.IsScalar()) return std::nullopt;
    all.emplace_back(one.first.Scalar(), json_string(one.second.Scalar()));
  }
  return all.empty() ? std::string() : object_json(all);
}

/// A map of names and one or more addresses, or a list of "NAME:ADDRESS" or "NAME=ADDRESS".
std::optional<std::vector<std::string>> host_texts(const YAML::Node& node) {
  std::vector<std::string> all;
  if (node.IsMap()) {
    for (const auto& one : node) {
      for (const std::string& address : texts_of(one.second))
        all.push_back(one.first.Scalar() + ":" + address);
    }
    return all;
  }
  for (const std::string& text : texts_of(node)) {
    const std::size_t split = text.find_first_of(":=");
    if (split == 0 || split == std::string::npos || split + 1 == text.size()) return std::nullopt;
    all.push_back(text);
  }
  return all;
}

std::optional<std::vector<std::string>> device_texts(const YAML::Node& list) {
  std::vector<std::string> all;
  for (const YAML::Node& one : list) {
    std::string text = one.IsScalar() ? one.Scalar() : text_at(one, "source");
    for (const char* part : {"target", "permissions"}) {
      if (const std::string more = text_at(one, part); !more.empty()) text += ":" + more;
    }
    if (!text.starts_with('/') || std::ranges::count(text, ':') > 2) return std::nullopt;
    all.push_back(std::move(text));
  }
  return all;
}

/// A profile of seccomp that is a file is for compose to read.
std::optional<std::vector<std::string>> security_texts(const YAML::Node& list) {
  const bool has_file = std::ranges::any_of(texts_of(list), [](const std::string& text) {
    return (text.starts_with("seccomp:") || text.starts_with("seccomp=")) && !text.ends_with("unconfined");
  });
  return has_file ? std::nullopt : std::optional(written_texts_of(list));
}

}  // namespace

std::optional<Member> container_option(const std::string& key, const YAML::Node& value) {
  const auto list = [](const char* name, const std::optional<std::vector<std::string>>& texts) {
    return texts ? std::optional(Member(name, texts->empty() ? "" : list_json(*texts))) : std::nullopt;
  };
  const auto object = [](const char* name, std::optional<std::string> json) {
    return json ? std::optional(Member(name, *std::move(json))) : std::nullopt;
  };
  if (const auto same = list_options().find(key); same != list_options().end())
    return list(same->second.c_str(), written_texts_of(value));
  if (key == "security_opt") return list("securityOpt", security_texts(value));
  if (key == "extra_hosts") return list("extraHosts", host_texts(value));
  if (key == "devices") return list("devices", device_texts(value));
  if (key == "ulimits") return object("ulimits", ulimits_json(value));
  if (key == "sysctls") return object("sysctls", sysctls_json(value));
  if (!value.IsScalar()) return std::nullopt;
  if (key == "read_only" || key == "privileged")
    return Member(key == "read_only" ? "readOnly" : key, is_true(value) ? "true" : "");
  if (const auto limit = number_of(value.Scalar()); key == "pids_limit" && limit && *limit >= -1)
    return Member("pidsLimit", *limit == 0 ? "" : std::to_string(*limit));
  const bool is_of_another =
      value.Scalar().starts_with("service:") || value.Scalar().starts_with("container:");
  if (key == "cpuset" || ((key == "ipc" || key == "pid") && !is_of_another))
    return Member(key, value.Scalar().empty() ? "" : json_string(written_text(value)));
  if ((key == "hostname" || key == "domainname") && is_host_name(value.Scalar()))
    return Member(key, json_string(value.Scalar()));
  if (key == "shm_size" && plugins::parse_size(value.Scalar()))
    return Member("shmSize", json_string(value.Scalar()));
  return std::nullopt;
}

namespace {

/// A text that was written with a variable.
bool has_variable(const YAML::Node& node) {
  if (!node.IsScalar()) {
    return std::any_of(node.begin(), node.end(),
                       [&](const auto& one) { return has_variable(node.IsMap() ? one.second : one); });
  }
  if (!node.Tag().starts_with('$')) return false;
  const std::string written = written_text(node);
  for (std::size_t at = written.find('$'); at != std::string::npos; at = written.find('$', at + 2))
    if (written.substr(at).starts_with("${")) return true;
  return false;
}

/// Where a variable stays one, or means nothing to dream. It is all others that are told, so that a key which
/// is new to dream init is, too.
bool keeps_variables(const std::string& key) {
  static const std::set<std::string, std::less<>> keys{
      "image", "build.context", "build.dockerfile", "build.target", "build.args", "command", "entrypoint",
      "environment", "labels", "ports", "volumes", "working_dir", "user", "platform", "network_mode",
      "mem_limit", "cpuset", "ipc", "pid", "gpus", "security_opt", "secrets", "configs", "healthcheck.test",
      "deploy.resources.limits.memory",
      // nothing to dream
      "build.cache_from", "build.cache_to", "container_name", "expose", "extends", "networks.priority",
      "networks.gw_priority", "deploy.mode", "deploy.labels", "deploy.placement", "deploy.endpoint_mode",
      "deploy.update_config", "deploy.rollback_config", "deploy.restart_policy.delay",
      "deploy.restart_policy.window", "deploy.resources.reservations.cpus",
      "deploy.resources.reservations.generic_resources"};
  return keys.contains(key) || list_options().contains(key) || key.starts_with("x-");
}

void find_fixed(const std::string& key, const YAML::Node& value, std::vector<std::string>& found) {
  static const std::set<std::string, std::less<>> maps{"build", "deploy", "healthcheck", "networks"};
  if (keeps_variables(key)) return;
  if (value.IsMap() && maps.contains(key.substr(0, key.find('.')))) {
    for (const auto& one : value) {
      if (key != "networks")
        find_fixed(key + "." + one.first.Scalar(), one.second, found);
      else if (one.second.IsMap())  // each has a name, and its settings below
        for (const auto& setting : one.second)
          find_fixed(key + "." + setting.first.Scalar(), setting.second, found);
    }
  } else if (has_variable(value) && std::ranges::find(found, key) == found.end()) {
    found.push_back(key);
  }
}

}  // namespace

std::vector<std::string> keys_without_their_variables(const YAML::Node& service) {
  std::vector<std::string> found;
  for (const auto& one : service) find_fixed(one.first.Scalar(), one.second, found);
  return found;
}

std::optional<std::vector<std::string>> tmpfs_texts(const YAML::Node& value) {
  std::vector<std::string> all = texts_of(value);
  const bool good = std::ranges::all_of(all, [](const std::string& text) { return text.starts_with('/'); });
  return good ? std::optional(std::move(all)) : std::nullopt;
}

std::string tmpfs_text(const YAML::Node& volume) {
  const std::string target = text_at(volume, "target");
  if (text_at(volume, "type") != "tmpfs" || !target.starts_with('/')) return {};
  const YAML::Node settings = member_at(volume, "tmpfs");
  std::string options;
  for (const char* key : {"size", "mode"}) {
    std::string value = text_at(settings, key);
    if (std::string_view(key) == "size" && !value.empty()) {
      const auto size = plugins::parse_size(value);
      if (!size) return {};
      value = std::to_string(*size);  // the kernel knows no "mb"
    }
    if (!value.empty()) options += (options.empty() ? ":" : ",") + std::string(key) + "=" + value;
  }
  return target + options;
}

ServiceNetworks networks_of(const YAML::Node& service) {
  ServiceNetworks found;
  const YAML::Node networks = member_at(service, "networks");
  if (networks.IsMap()) {
    for (const auto& one : networks) {
      found.names.push_back(one.first.Scalar());
      const std::vector<std::string> aliases = texts_of(member_at(one.second, "aliases"));
      found.aliases.insert(found.aliases.end(), aliases.begin(), aliases.end());
      if (!one.second.IsMap()) continue;
      for (const auto& setting : one.second) {
        const std::string& key = setting.first.Scalar();
        if (key != "aliases" && !key.ends_with("priority") && !key.starts_with("x-"))
          found.left_out.push_back(key);
      }
    }
  }
  if (found.names.empty()) found.names.emplace_back("default");
  return found;
}

std::string build_json(const std::string& name, const YAML::Node& build, ComposeVariables& variables,
                       Draft* draft) {
  std::vector<Member> members;
  for (const auto& one : build) {
    const std::string& key = one.first.Scalar();
    if ((key == "context" || key == "dockerfile" || key == "target") && one.second.IsScalar()) {
      members.emplace_back(key, json_string(written_text(one.second)));
    } else if (key == "args") {
      const VariablesJson args = variables_json(
          one.second, [&](const std::string& variable) { return variables.written_value(variable); });
      if (args.object != "{}") members.emplace_back(key, args.object);
      for (const std::string& outside : draft != nullptr ? args.from_outside : std::vector<std::string>())
        draft->leave_out(fmt::format("build.args.{} (its value comes from the environment)", outside), name);
    } else if (key != "pull" && !key.starts_with("cache_") && draft != nullptr) {
      draft->leave_out("build." + key, name);
    }
  }
  return object_json(members);
}

std::string why_not_built(const YAML::Node& build) {
  if (!text_at(build, "dockerfile_inline").empty()) return "its build has a dockerfile_inline, not a file";
  const std::string context = text_at(build, "context");
  return is_elsewhere(context) ? "it is built from " + context + ", which is no folder" : std::string();
}

void see_built(const YAML::Node& build, const std::string& project, Draft& draft) {
  const std::filesystem::path context = build.IsScalar() ? build.Scalar() : text_at(build, "context");
  const std::filesystem::path dockerfile = context / text_at(build, "dockerfile");
  for (const std::filesystem::path& folder : {context, dockerfile.parent_path()}) {
    const std::string path = folder.is_absolute() ? "" : normalise_project(project + "/" + folder.string());
    if (!path.empty()) draft.see_built(path);
  }
}

bool is_host_name(const std::string& text) {
  constexpr std::size_t longest = 253;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= longest && is_plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '.' || c == '-'; });
}

}  // namespace dream::init
