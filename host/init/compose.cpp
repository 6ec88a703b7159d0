#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/process.hpp"
#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// Keys of a service whose values the docker executor takes as they are, and its options for them.
const std::map<std::string, std::string>& plain_options() {
  static const std::map<std::string, std::string> options{
      {"image", "image"},          {"working_dir", "workdir"},  {"user", "user"},
      {"network_mode", "network"}, {"platform", "platform"},    {"init", "init"},
      {"command", "command"},      {"entrypoint", "entrypoint"}};
  return options;
}

/// One service becomes a task of the root, which runs in a container.
class Service {
 public:
  Service(std::string name, const YAML::Node& node, Draft& draft)
      : name_(std::move(name)), node_(node), draft_(draft) {}

  [[nodiscard]] const std::string& name() const { return name_; }

  /// The services it needs; true: it needs only that they have ended well.
  [[nodiscard]] std::vector<std::pair<std::string, bool>> needs() const {
    std::vector<std::pair<std::string, bool>> found;
    const YAML::Node list = node_["depends_on"];
    if (list && list.IsSequence()) {
      for (const YAML::Node& one : list) found.emplace_back(one.Scalar(), false);
    } else if (list && list.IsMap()) {
      for (const auto& one : list) {
        const YAML::Node condition = one.second["condition"];
        const bool ended = condition && condition.Scalar() == "service_completed_successfully";
        if (condition && condition.Scalar() == "service_healthy")
          draft_.remark(fmt::format("{}: starts when {} was started, not when it is healthy.", name_,
                                    one.first.Scalar()));
        found.emplace_back(one.first.Scalar(), ended);
      }
    }
    return found;
  }

  /// `ends`: others wait for its end, so it is no service.
  [[nodiscard]] TaskDraft task(bool ends) {
    for (const auto& member : node_) take(member.first.Scalar(), member.second);
    // compose hands on only what is named; the project's folder isn't there.
    option("mount", "\"none\"");
    if (!from_outside_.empty()) {
      std::string names;
      for (const std::string& name : from_outside_) names += (names.empty() ? "" : ", ") + json_string(name);
      option("env", "[" + names + "]");
    }
    if (!ends) task_.members.emplace_back("service", "true");
    if (!stop_.empty()) task_.members.emplace_back("stop", "{ " + stop_ + " }");
    task_.members.emplace_back("options", "{ " + options_ + " }");
    task_.name = name_;
    if (!left_out_.empty())
      draft_.remark(fmt::format("{}: not taken over: {}.", name_, join_words(left_out_)));
    return std::move(task_);
  }

 private:
  void option(const std::string& key, const std::string& value) {
    options_ += fmt::format("{}{}: {}", options_.empty() ? "" : ", ", json_string(key), value);
  }

  void stop(const std::string& key, const std::string& value) {
    stop_ += fmt::format("{}{}: {}", stop_.empty() ? "" : ", ", json_string(key), value);
  }

  void take(const std::string& key, const YAML::Node& value) {
    const auto plain = plain_options().find(key);
    if (key == "depends_on") return;
    if (plain != plain_options().end() && (value.IsScalar() || key == "command" || key == "entrypoint")) {
      option(plain->second, key == "init"                             ? scalar_json(value)
                            : key == "command" || key == "entrypoint" ? words_json(value)
                                                                      : json_string(value.Scalar()));
    } else if (key == "build") {
      build(value);
    } else if (key == "environment") {
      VariablesJson variables = variables_json(value);
      task_.members.emplace_back("env", std::move(variables.object));
      from_outside_ = std::move(variables.from_outside);
    } else if (const auto files = key == "env_file" ? files_json(value) : std::nullopt) {
      task_.members.emplace_back("envFile", *files);
    } else if (const auto ports = key == "ports" ? ports_json(value) : std::nullopt) {
      option(key, *ports);
    } else if (const auto volumes = key == "volumes" ? volumes_json(value) : std::nullopt) {
      option(key, *volumes);
    } else if (key == "stop_signal" && signal_number(value.Scalar()) != 0) {
      stop("signal", json_string(value.Scalar()));
    } else if (const auto grace = key == "stop_grace_period" ? duration_ms(value.Scalar()) : std::nullopt) {
      stop("graceMs", std::to_string(*grace));
    } else {
      left_out_.push_back(key);
    }
  }

  void build(const YAML::Node& value) {
    if (value.IsScalar())
      return option("build", fmt::format("{{ \"context\": {} }}", json_string(value.Scalar())));
    std::string members;
    for (const auto& one : value) {
      const std::string key = one.first.Scalar();
      if (key != "context" && key != "dockerfile" && key != "target" && key != "args") {
        left_out_.push_back("build." + key);
        continue;
      }
      members +=
          fmt::format("{}{}: {}", members.empty() ? "" : ", ", json_string(key),
                      key == "args" ? variables_json(one.second).object : json_string(one.second.Scalar()));
    }
    option("build", members.empty() ? "{}" : "{ " + members + " }");
  }

  std::string name_;
  YAML::Node node_;
  Draft& draft_;
  TaskDraft task_;
  std::string options_;
  std::string stop_;
  std::vector<std::string> from_outside_;
  std::vector<std::string> left_out_;
};

std::string entry(const std::string& project, const std::string& task, bool ends) {
  return fmt::format(R"({{ "projectPath": {}, "task": {}{} }})", json_string(project), json_string(task),
                     ends ? "" : R"(, "async": true)");
}

/// Every service once, those it needs before it.
void in_order(const std::string& name,
              const std::map<std::string, std::vector<std::pair<std::string, bool>>>& needs,
              std::set<std::string>& seen, std::vector<std::string>& order) {
  const auto found = needs.find(name);
  if (found == needs.end() || !seen.insert(name).second) return;
  for (const auto& [other, ends] : found->second) in_order(other, needs, seen, order);
  order.push_back(name);
}

void add_services(const YAML::Node& services, const std::string& comment, Draft& draft) {
  std::vector<Service> all;
  std::map<std::string, std::vector<std::pair<std::string, bool>>> needs;
  std::set<std::string> ending;
  for (const auto& node : services) {
    const Service& service = all.emplace_back(node.first.Scalar(), node.second, draft);
    for (const auto& [other, ends] : needs[service.name()] = service.needs()) {
      if (ends) ending.insert(other);
    }
  }
  const std::string project = draft.at("./");
  std::set<std::string> seen;
  std::vector<std::string> order;
  for (const Service& service : all) in_order(service.name(), needs, seen, order);
  std::set<std::string> added;  // of the others' names another program is the task
  for (Service& service : all) {
    if (draft.add_task(project, "docker", comment, service.task(ending.contains(service.name()))))
      added.insert(service.name());
  }
  for (const std::string& name : added) {
    NeedsDraft own{project, name, {}};
    for (const auto& [other, ends] : needs[name]) {
      if (added.contains(other)) own.entries.push_back(entry(project, other, ends));
    }
    if (!own.entries.empty()) draft.add_needs(std::move(own));
  }
  const std::string up = draft.free_name(project, {"up", "compose-up", "compose"});
  NeedsDraft everything{project, up, {}};
  for (const std::string& name : order) {
    if (added.contains(name)) everything.entries.push_back(entry(project, name, ending.contains(name)));
  }
  draft.add_task(project, "shell", comment, {up, {{"command", "\"exec sleep infinity\""}}});
  draft.add_needs(std::move(everything));
  draft.remark(
      "`dream " + up +
      "` starts every service of the compose file and ends them with Ctrl-C. They have no network of "
      "their own: a service is reached by its published ports, not by its name.");
}

}  // namespace

Result<void> add_compose(const fs::path& root, const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  const std::string name = file.lexically_relative(root).string();
  try {
    std::set<std::string> unknown;
    const YAML::Node compose = read_compose(**text, unknown);
    const YAML::Node services = compose.IsMap() ? compose["services"] : YAML::Node();
    if (!services || !services.IsMap() || services.size() == 0) {
      return Error{ErrorCode::configuration, "the file has no services", printable(name), {}};
    }
    add_services(services, "from " + name, draft);
    for (const std::string& variable : unknown) {
      draft.remark(fmt::format("${{{}}}: dream.json expands no variables; write the value where this stands.",
                               variable));
    }
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::configuration,
                 "the file can't be understood: " + printable(problem.what()),
                 printable(name),
                 {}};
  }
  return {};
}

}  // namespace dream::init
