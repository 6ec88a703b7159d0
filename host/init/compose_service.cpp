#include "init/compose_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/process.hpp"
#include "base/text.hpp"
#include "config/env_expansion.hpp"
#include "init/compose_command.hpp"
#include "init/compose_container.hpp"
#include "init/compose_values.hpp"
#include "shared/size.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// Keys whose texts the docker executor takes as they are, and its options for them.
const std::map<std::string, std::string>& plain_options() {
  static const std::map<std::string, std::string> options{
      {"working_dir", "workdir"}, {"user", "user"}, {"platform", "platform"}};
  return options;
}

/// Keys that mean nothing to a run, or are told for all services together, or are taken elsewhere.
const std::set<std::string>& passed_over() {
  static const std::set<std::string> keys{"depends_on", "links",   "networks",    "expose", "profiles",
                                          "secrets",    "configs", "build",       "image",  "restart",
                                          "deploy",     "init",    "healthcheck", "extends"};
  return keys;
}

bool is_number(const std::string& text) {
  char* end = nullptr;
  return text.find_first_not_of("0123456789.") == std::string::npos && std::strtod(text.c_str(), &end) > 0 &&
         *end == '\0' && text.front() != '.' && text.back() != '.' && (text.front() != '0' || text[1] == '.');
}

/// Of which the docker executor starts a container.
bool is_memory(const std::string& text) {
  return plugins::parse_size(text).value_or(0) >= plugins::least_memory;
}

/// The name of a volume or network that isn't the project's own; empty: it is.
std::string external_name(const std::map<std::string, YAML::Node>& all, const std::string& name) {
  const auto declared = all.find(name);
  if (declared == all.end()) return {};
  const YAML::Node external = member_at(declared->second, "external");
  if (!external.IsMap() && !is_true(external)) return {};
  for (const YAML::Node& named : {declared->second, external}) {
    if (std::string other = text_at(named, "name"); !other.empty()) return other;
  }
  return name;
}

class Maker {
 public:
  Maker(std::string name, const YAML::Node& service, const ServiceContext& context, Draft& draft)
      : name_(std::move(name)), service_(service), context_(context), draft_(draft) {}

  ServiceTask made(const ServiceRole& role) {
    image();
    for (const auto& member : service_) take(member.first.Scalar(), member.second);
    files("secrets", context_.model.secrets, "/run/secrets/");
    files("configs", context_.model.configs, "/");
    deploy();
    networks();
    if (!tmpfs_.empty()) option("tmpfs", list_json(tmpfs_));
    if (!volumes_.empty()) option("volumes", list_json(volumes_));
    if (!from_outside_.empty()) option("env", list_json(from_outside_));
    const bool has_check = health();
    if (is_true(member_at(service_, "init"))) option("init", "true");
    restart();
    // What is restarted after a failure may end well, and a service that ends has failed.
    const bool lasts = restarts_always_ || has_check || (role.needed && restart_.empty());
    made_.is_firm = restarts_always_ || role.waited_until_healthy || role.waited_until_ended;
    made_.is_service = lasts && !role.waited_until_ended;
    made_.has_ready = role.waited_until_healthy && !check_is_off_;
    std::vector<Member>& members = made_.task.members;
    if (made_.is_service) members.emplace_back("service", "true");
    if (made_.has_ready) members.emplace_back("ready", R"({ "healthcheck": true })");
    if (!restart_.empty()) members.emplace_back("restart", restart_);
    if (!env_.empty() && env_ != "{}") members.emplace_back("env", env_);
    if (!env_files_.empty()) members.emplace_back("envFile", list_json(env_files_));
    constexpr long long of_compose = 10'000;
    stop_.emplace_back("grace", time_json(grace_.value_or(of_compose)));
    members.emplace_back("stop", object_json(stop_));
    members.emplace_back("options", object_json(options_));
    made_.task.name = name_;
    return std::move(made_);
  }

 private:
  void option(const std::string& key, const std::string& value) {
    if (std::ranges::find(options_, key, &Member::first) == options_.end()) options_.emplace_back(key, value);
  }

  void leave_out(const std::string& what) { draft_.leave_out(what, name_); }

  /// With both, what is built has that name.
  void image() {
    const YAML::Node build = member_at(service_, "build");
    const std::string image = text_at(service_, "image");
    if (const auto built = context_.built_images.find(image); build.IsMap()) {
      option("build", build_json(name_, build, context_.variables, &draft_));
      if (is_true(member_at(build, "pull"))) option("pull", "\"always\"");
    } else if (built != context_.built_images.end()) {
      option("build", built->second);
    } else {
      option("image", json_string(written_text(member_at(service_, "image"))));
    }
  }

  void take(const std::string& key, const YAML::Node& value) {
    if (key.starts_with("x-") || passed_over().contains(key) || value.IsNull()) return;
    if (const auto plain = plain_options().find(key); plain != plain_options().end() && value.IsScalar()) {
      option(plain->second, json_string(written_text(value)));
    } else if (key == "command" || key == "entrypoint") {
      option(key, list_json(command_words(name_ + ": its " + key, value, context_.variables, draft_)));
    } else if (key == "environment") {
      VariablesJson variables = variables_json(
          value, [&](const std::string& name) { return context_.variables.written_value(name); });
      env_ = std::move(variables.object);
      from_outside_ = std::move(variables.from_outside);
    } else if (key == "env_file") {
      env_files(value);
    } else if (key == "container_name") {
      leave_out("container_name (it is only a name for the others)");
    } else if (key == "labels") {
      option(key,
             variables_json(value, [](const std::string&) { return std::optional(std::string()); }).object);
    } else if (key == "ports") {
      ports(value);
    } else if (key == "volumes") {
      for (const YAML::Node& one : value) volume(one);
    } else if (const auto folders = key == "tmpfs" ? tmpfs_texts(value) : std::nullopt) {
      tmpfs_.insert(tmpfs_.end(), folders->begin(), folders->end());
    } else if (const auto own = container_option(key, value)) {
      if (!own->second.empty()) option(own->first, own->second);
    } else if (!take_scalar(key, value.IsScalar() ? value : YAML::Node(""))) {
      leave_out(key);
    }
  }

  bool take_scalar(const std::string& key, const YAML::Node& value) {
    const std::string& text = value.Scalar();
    if (key == "stop_signal" && signal_number(text) != 0) {
      stop_.emplace_back("signal", json_string(text));
    } else if (const auto grace = key == "stop_grace_period" ? duration_ms(text) : std::nullopt) {
      grace_ = grace;
    } else if (key == "network_mode" && !text.starts_with("service:") && !text.starts_with("container:")) {
      if (!text.empty()) option("network", json_string(written_text(value)));
    } else if (key == "pull_policy") {
      return pull(text);
    } else if (key == "mem_limit" && is_memory(text)) {
      option("memory", json_string(written_text(value)));
    } else if (key == "cpus" && is_number(text)) {
      option("cpus", text);
    } else if ((key == "scale" && (text == "0" || text == "1")) || (text == "false" && key != "attach") ||
               (key == "attach" && is_true(member_at(service_, "attach")))) {
      return true;  // as without it; compose.cpp sees to a scale of 0
    } else if (key == "gpus" && !text.empty()) {
      option("gpus", json_string(written_text(value)));
    } else {
      return false;
    }
    return true;
  }

  bool pull(const std::string& policy) {
    const bool builds = member_at(service_, "build").IsMap();
    const std::string word = policy == "if_not_present" ? "missing" : policy;
    if (builds || word == "build") return true;  // it is built each time
    if (word != "always" && word != "missing" && word != "never") return false;
    option("pull", json_string(word));
    return true;
  }

  void ports(const YAML::Node& list) {
    std::vector<std::string> texts;
    for (const YAML::Node& one : list) {
      const std::string text = port_text(one);
      if (text.empty())
        leave_out("a port");
      else
        texts.push_back(text);
    }
    if (!texts.empty()) option("ports", list_json(texts));
  }

  /// compose's own volumes have the name of the project before theirs.
  void volume(const YAML::Node& one) {
    if (std::string folder = tmpfs_text(one); !folder.empty()) return tmpfs_.push_back(std::move(folder));
    const std::string text = volume_text(one);
    if (text.empty()) return leave_out(fmt::format("a volume ({})", text_at(one, "type")));
    if (!text_at(member_at(one, "volume"), "subpath").empty()) return leave_out("a volume (volume.subpath)");
    const YAML::Node bind = member_at(one, "bind");
    if (text_at(bind, "create_host_path") == "false") leave_out("bind.create_host_path");
    if (!member_at(bind, "recursive").IsNull()) leave_out("bind.recursive");
    std::string written = volume_text(one, true);
    // The folder that compose is called in, and the user's own, which both know by other names.
    for (const auto& [variable, path] : {std::pair("${PWD}", "."), std::pair("${HOME}", "~")}) {
      if (written.starts_with(std::string(variable) + "/") ||
          written.starts_with(std::string(variable) + ":"))
        written.replace(0, std::string_view(variable).size(), path);
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && std::string_view("./~$").find(text.front()) == std::string_view::npos) {
      const std::string volume = text.substr(0, colon);
      const auto declared = context_.model.volumes.find(volume);
      const YAML::Node settings = declared == context_.model.volumes.end() ? YAML::Node() : declared->second;
      std::string name = text_at(settings, "name");
      if (name.empty()) name = external_name(context_.model.volumes, volume);
      const std::size_t end = find_outside_variables(written, ':');
      if (end == written.size()) written = config::with_escaped_dollars(text);
      if (!member_at(settings, "driver_opts").IsNull()) leave_out("driver_opts of the volume " + volume);
      if (const std::string driver = text_at(settings, "driver"); !driver.empty() && driver != "local")
        leave_out("the driver of the volume " + volume);
      written = name.empty() ? context_.model.name + "_" + written
                             : name + written.substr(find_outside_variables(written, ':'));
    }
    volumes_.push_back(std::move(written));
  }

  /// All become the one of the run, but a single one that is there already.
  void networks() {
    const std::string mode = text_at(service_, "network_mode");
    if (!mode.empty() && std::ranges::find(options_, "network", &Member::first) != options_.end()) return;
    const ServiceNetworks own = networks_of(service_);
    for (const std::string& key : own.left_out) leave_out("networks." + key);
    for (const std::string& name : own.names) {
      const std::string external = external_name(context_.model.networks, name);
      if (external.empty()) continue;
      if (own.names.size() == 1)
        option("network", json_string(external));
      else
        leave_out("the external network " + external);
    }
    const bool is_external = std::ranges::find(options_, "network", &Member::first) != options_.end();
    std::vector<std::string> aliases;
    const auto add = [&](const std::string& alias) {
      const bool has_it = !is_external && alias == context_.folder_name;
      if (!has_it && is_host_name(alias) && std::ranges::find(aliases, alias) == aliases.end())
        aliases.push_back(alias);
    };
    add(name_);
    add(text_at(service_, "container_name"));
    for (const std::string& alias : own.aliases) add(alias);
    if (const auto linked = context_.link_names.find(name_); linked != context_.link_names.end())
      for (const std::string& alias : linked->second) add(alias);
    if (!aliases.empty()) option("aliases", list_json(aliases));
  }

  /// Secrets and configs that are files.
  void files(const char* key, const std::map<std::string, YAML::Node>& all, const std::string& folder) {
    const YAML::Node list = member_at(service_, key);
    if (!list.IsSequence()) return;
    for (const YAML::Node& one : list) {
      const std::string source = one.IsScalar() ? one.Scalar() : text_at(one, "source");
      const auto found = all.find(source);
      const YAML::Node file = found == all.end() ? YAML::Node() : member_at(found->second, "file");
      if (!file.IsScalar() || file.Scalar().empty()) {
        leave_out(fmt::format("{} {}", key, source));
        continue;
      }
      for (const char* setting : {"uid", "gid", "mode"})
        if (!member_at(one, setting).IsNull()) leave_out(fmt::format("{}.{}", key, setting));
      const std::string target = text_at(one, "target");
      const bool is_path = file.Scalar().find_first_of("./~$") == 0;
      volumes_.push_back(fmt::format("{}{}:{}{}:ro", is_path ? "" : "./", written_text(file),
                                     target.starts_with('/') ? "" : folder,
                                     target.empty() ? source : written_text(member_at(one, "target"))));
    }
  }

  void env_files(const YAML::Node& list) {
    for (const YAML::Node& one : list) {
      const std::string path = text_at(one, "path");
      const std::string required = text_at(one, "required");
      if (text_at(one, "format") == "raw") leave_out("env_file.format");
      std::error_code ignored;
      if (required == "false" && !fs::exists(context_.folder / path, ignored)) {
        leave_out(fmt::format("the env_file {} (it may be missing there, and is; an envFile may not)", path));
      } else if (!path.empty()) {
        env_files_.push_back(path);
      }
    }
  }

  void deploy() {
    const YAML::Node deploy = member_at(service_, "deploy");
    const YAML::Node resources = member_at(deploy, "resources");
    const YAML::Node limits = member_at(resources, "limits");
    if (const std::string memory = text_at(limits, "memory"); is_memory(memory))
      option("memory", json_string(written_text(member_at(limits, "memory"))));
    else if (!memory.empty())
      leave_out("deploy.resources.limits.memory");
    if (const std::string cpus = text_at(limits, "cpus"); !cpus.empty() && is_number(cpus))
      option("cpus", cpus);
    else if (!cpus.empty())
      leave_out("deploy.resources.limits.cpus");
    if (const YAML::Node pids = member_at(limits, "pids"); pids.IsScalar()) {
      const auto limit = container_option("pids_limit", pids);
      if (!limit)
        leave_out("deploy.resources.limits.pids");
      else if (!limit->second.empty())
        option(limit->first, limit->second);
    }
    const YAML::Node reserved = member_at(resources, "reservations");
    if (!member_at(reserved, "memory").IsNull()) leave_out("deploy.resources.reservations.memory");
    for (const YAML::Node& device : member_at(reserved, "devices")) gpus(device);
    if (const std::string replicas = text_at(deploy, "replicas");
        !replicas.empty() && replicas != "1" && replicas != "0")
      leave_out("deploy.replicas");
  }

  void gpus(const YAML::Node& device) {
    const std::vector<std::string> abilities = texts_of(member_at(device, "capabilities"));
    const std::vector<std::string> ids = texts_of(member_at(device, "device_ids"));
    const std::string count = text_at(device, "count");
    if (std::ranges::find(abilities, "gpu") == abilities.end()) return leave_out("a reserved device");
    if (ids.empty())
      return option("gpus", !count.empty() && count != "0" && is_number(count) ? count : "\"all\"");
    option("gpus", json_string(fmt::format("device={}", fmt::join(ids, ","))));
  }

  /// Whether it has a test of its own.
  bool health() {
    const std::string check = health_check_json(member_at(service_, "healthcheck"));
    if (check.empty()) return false;
    option("healthcheck", check);
    check_is_off_ = check == R"({ "disable": true })";
    return !check_is_off_;
  }

  void restart() {
    std::string policy = text_at(service_, "restart");
    std::string most;
    if (const YAML::Node own = member_at(member_at(service_, "deploy"), "restart_policy");
        policy.empty() && own.IsMap()) {
      policy = text_at(own, "condition");
      if (policy.empty()) policy = "any";
      most = text_at(own, "max_attempts");
    }
    restart_ = restart_json(policy, most);
    restarts_always_ = restart_.find("\"always\"") != std::string::npos;
  }

  std::string name_;
  YAML::Node service_;
  const ServiceContext& context_;
  Draft& draft_;
  ServiceTask made_;
  std::vector<Member> options_, stop_;
  std::string env_, restart_;
  std::optional<long long> grace_;
  std::vector<std::string> env_files_, from_outside_, volumes_, tmpfs_;
  bool check_is_off_ = false;
  bool restarts_always_ = false;
};

}  // namespace

std::vector<ServiceNeed> needs_of(const YAML::Node& service) {
  std::vector<ServiceNeed> needs;
  const auto add = [&](ServiceNeed need) {
    const bool known = std::ranges::find(needs, need.service, &ServiceNeed::service) != needs.end();
    if (!known && !need.service.empty()) needs.push_back(std::move(need));
  };
  if (const YAML::Node list = member_at(service, "depends_on"); list.IsMap()) {
    for (const auto& one : list) {
      const std::string condition = text_at(one.second, "condition");
      add({.service = one.first.Scalar(),
           .until = condition == "service_healthy"                  ? ServiceNeed::Until::healthy
                    : condition == "service_completed_successfully" ? ServiceNeed::Until::ended
                                                                    : ServiceNeed::Until::started,
           .required = text_at(one.second, "required") != "false",
           .restarts_with = is_true(member_at(one.second, "restart"))});
    }
  }
  for (const std::string& link : texts_of(member_at(service, "links")))
    add({.service = link.substr(0, link.find(':'))});
  const std::string network = text_at(service, "network_mode");
  if (network.starts_with("service:")) add({.service = network.substr(network.find(':') + 1)});
  return needs;
}

ServiceTask task_of(const std::string& name, const YAML::Node& service, const ServiceRole& role,
                    const ServiceContext& context, Draft& draft) {
  return Maker(name, service, context, draft).made(role);
}

}  // namespace dream::init
