#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "init/compose_container.hpp"
#include "init/compose_service.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"
#include "init/waits.hpp"
#include "plan/workspace.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using Until = ServiceNeed::Until;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// As compose makes the name of a project from that of a folder.
std::string project_name(const std::string& folder) {
  std::string name;
  for (const char c : folder) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const bool letter = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (letter || (!name.empty() && (small == '_' || small == '-'))) name += small;
  }
  return name.empty() ? "default" : name;
}

/// The services of a model become tasks of one project.
class Services {
 public:
  Services(ComposeModel model, ComposeVariables& variables, fs::path folder, Draft& draft)
      : model_(std::move(model)),
        context_{.folder = std::move(folder),
                 .model = model_,
                 .variables = variables,
                 .folder_name = {},
                 .link_names = {},
                 .built_images = {}},
        draft_(draft) {
    for (const std::string& name : split(variables.value("COMPOSE_PROFILES").value_or(""), ','))
      profiles_.insert(name);
  }

  void add(const std::string& project, const std::string& comment) {
    project_ = project;
    find_needs();
    if (names_.empty()) return;
    context_.folder_name = fs::path(project_).filename();
    find_link_names();
    ProjectDraft& own = draft_.project(project_, "docker", comment);
    // With compose, the project's folder isn't there, and there is no init unless one is asked for.
    constexpr const char* of_compose = R"({ "mount": "none", "init": false })";
    if (own.executor == "docker" && own.members.empty())
      own.members.emplace_back("options", of_compose);
    else
      draft_.set_container_options(of_compose);
    std::vector<std::string> fixed;
    for (const std::string& name : names_) {
      ServiceTask made = task_of(name, model_.services[name], roles_[name], context_, draft_);
      for (const std::string& key : keys_without_their_variables(model_.services[name]))
        if (!draft_.is_left_out(key, name)) fixed.push_back(fmt::format("{}.{}", name, key));
      if (!is_active(name))
        made.task.members.insert(made.task.members.begin(), {"profiles", list_json(profiles_of(name))});
      if (made.is_service) lasting_.insert(name);
      if (made.is_firm) firm_.insert(name);
      if (made.has_ready) ready_.insert(name);
      tasks_[name] = draft_.add_task(project_, "docker", comment, "compose", std::move(made.task));
    }
    for (const std::string& name : names_) {
      NeedsDraft needs{project_, tasks_[name], {}, true};
      for (const ServiceNeed& need : needs_[name]) {
        if (need.until == Until::healthy && !ready_.contains(need.service))
          draft_.remark(fmt::format("{} has no health check: what needs it starts as soon as it has started.",
                                    need.service));
        needs.entries.push_back(entry(need.service, need.until));
        if (need.restarts_with) needs.entries.back().members.emplace_back("restartWith", "true");
      }
      draft_.add_needs(std::move(needs));
    }
    add_all(comment);
    tell_networks();
    tell_bases();
    if (!fixed.empty())
      draft_.remark(fmt::format(
          "No variable can stand in these: they have the values of now, or are left out without one: {}.",
          first_of(fixed)));
    std::vector<std::string> demanded;
    for (const std::string& name : context_.variables.demanded()) demanded.push_back(name);
    if (!demanded.empty())
      draft_.remark(fmt::format("compose wants these to be set: {}.", join_words(demanded)));
    tell_withheld(context_.variables, draft_);
  }

 private:
  [[nodiscard]] std::vector<std::string> profiles_of(const std::string& name) const {
    std::vector<std::string> own = texts_of(member_at(model_.services.at(name), "profiles"));
    std::erase_if(own, [](const std::string& one) { return !is_word(one, "-_."); });
    return own;
  }

  [[nodiscard]] bool is_active(const std::string& name) const {
    const std::vector<std::string> own = profiles_of(name);
    return own.empty() || profiles_.contains("*") ||
           std::ranges::any_of(own, [&](const std::string& one) { return profiles_.contains(one); });
  }

  void find_needs() {
    for (const std::string& name : model_.order) {
      YAML::Node& service = model_.services[name];
      YAML::Node build = member_at(service, "build");
      const std::string image = text_at(service, "image");
      std::string lack = image.empty() && !build.IsMap() ? "it has neither an image nor a build" : "";
      if (const std::string reason = why_not_built(build); !reason.empty()) {
        lack = image.empty() ? reason : "";
        if (!image.empty()) draft_.leave_out("build (" + reason + ")", name);
        service.remove("build");  // an image of this name may be there
        build.reset(YAML::Node());
      }
      if (!lack.empty()) {
        draft_.tell_unread(fmt::format("{} is left out: {}.", name, lack));
        continue;
      }
      names_.push_back(name);
      see_built(build, project_, draft_);
      if (!image.empty() && build.IsMap())
        context_.built_images.emplace(image, build_json(name, build, context_.variables, nullptr));
    }
    for (const std::string& name : names_) {
      for (ServiceNeed& need : needs_of(model_.services[name])) {
        if (std::ranges::find(names_, need.service) == names_.end()) {
          if (need.required) draft_.miss(need.service, name);
          continue;
        }
        ServiceRole& role = roles_[need.service];
        role.needed = true;
        role.waited_until_healthy = role.waited_until_healthy || need.until == Until::healthy;
        role.waited_until_ended = role.waited_until_ended || need.until == Until::ended;
        waits_.add(name, need.service,
                   need.until == Until::ended     ? Waits::Until::ended
                   : need.until == Until::healthy ? Waits::Until::ready
                                                  : Waits::Until::started);
        needs_[name].push_back(std::move(need));
      }
    }
  }

  void find_link_names() {
    for (const std::string& name : names_) {
      for (const std::string& link : texts_of(member_at(model_.services[name], "links"))) {
        const std::size_t colon = link.find(':');
        if (colon != std::string::npos)
          context_.link_names[link.substr(0, colon)].push_back(link.substr(colon + 1));
      }
    }
  }

  /// What of the networks is lost: that they are several, and their settings.
  void tell_networks() {
    std::vector<std::string> used;
    for (const std::string& name : names_) {
      if (!text_at(model_.services[name], "network_mode").empty()) continue;
      for (std::string& network : networks_of(model_.services[name]).names) {
        if (std::ranges::find(used, network) == used.end()) used.push_back(std::move(network));
      }
    }
    for (const std::string& name : used) {
      const YAML::Node settings = model_.networks[name];
      if (!settings.IsMap()) continue;
      for (const auto& one : settings) {
        static const std::set<std::string> meaningless{"name", "external", "labels", "attachable"};
        const std::string& key = one.first.Scalar();
        const bool says_something = !one.second.IsNull() && one.second.as<std::string>("?") != "false" &&
                                    !(key == "driver" && one.second.as<std::string>("?") == "bridge");
        if (says_something && !meaningless.contains(key) && !key.starts_with("x-"))
          draft_.leave_out(key, "the network " + name);
      }
    }
    std::erase_if(used, [&](const std::string& name) {
      return !member_at(model_.networks[name], "external").IsNull();
    });
    if (used.size() > 1)
      draft_.remark(fmt::format("The networks {} are one here: each service reaches every other by its name.",
                                join_words(used)));
  }

  /// Images of services that others are built from, by the name that compose gives them.
  void tell_bases() {
    std::map<std::string, std::vector<std::string>> builders;  // by the image that they are built from
    for (const std::string& name : names_) {
      const YAML::Node build = member_at(model_.services[name], "build");
      std::string file = text_at(build, "dockerfile");
      if (file.empty()) file = "Dockerfile";
      const auto text = build.IsMap() ? read_text(context_.folder / text_at(build, "context") / file)
                                      : Result<std::optional<std::string>>(std::nullopt);
      if (!text || !*text) continue;
      std::istringstream lines(**text);
      for (std::string line; std::getline(lines, line);) {
        const std::vector<std::string> words = words_in(line);
        if (words.size() > 1 && (words[0] == "FROM" || words[0] == "from"))
          builders[words[1]].push_back(name);
      }
    }
    for (const auto& [image, build] : context_.built_images) {
      const std::string bare = image.ends_with(":latest") ? image.substr(0, image.rfind(':')) : image;
      for (const std::string& base : image == bare ? std::vector{image} : std::vector{image, bare})
        if (const auto found = builders.find(base); found != builders.end())
          draft_.remark(
              fmt::format("{} is built from {}, a name that only compose gives: call docker compose build "
                          "before.",
                          join_words(found->second), base));
    }
  }

  [[nodiscard]] EntryDraft entry(const std::string& name, Until until) const {
    EntryDraft made{project_, tasks_.at(name)};
    if (until == Until::ended || waits_.is_in_front(name)) return made;
    if (!lasting_.contains(name)) made.members.emplace_back("async", "true");
    if (ready_.contains(name) && until == Until::started) made.members.emplace_back("waitFor", "\"started\"");
    if (!firm_.contains(name)) made.members.emplace_back("required", "false");
    return made;
  }

  void add_all(const std::string& comment) {
    std::vector<EntryDraft> entries;
    std::vector<std::string> profiles;
    std::vector<std::string> none, late;
    const std::set<std::string> left_out = waits_.left_out();
    bool has_any = false;  // without a profile
    for (const std::string& name : names_) {
      const YAML::Node& service = model_.services[name];
      if (text_at(service, "scale") == "0" || text_at(member_at(service, "deploy"), "replicas") == "0") {
        none.push_back(tasks_[name]);
        continue;
      }
      if (left_out.contains(name)) {
        late.push_back(tasks_[name]);
        continue;
      }
      entries.push_back(entry(name, Until::healthy));
      has_any = has_any || is_active(name);
      if (is_active(name)) continue;
      for (std::string& one : profiles_of(name)) {
        if (std::ranges::find(profiles, one) == profiles.end()) profiles.push_back(std::move(one));
      }
    }
    if (entries.empty()) return;
    const std::string up =
        draft_.add_gatherer(project_, "docker", comment, {"up", "compose-up"}, std::move(entries), true);
    const std::string files = comment.substr(comment.find(' ') + 1);
    if (has_any)
      draft_.remark(fmt::format("`dream {}` starts the services of {}, and Ctrl-C ends them.", up, files));
    else
      draft_.remark(
          fmt::format("`dream {} --profile NAME` starts those services of {} that have this profile: {}.", up,
                      files, join_words(profiles)));
    waits_.tell(up, late, draft_);
    if (!none.empty())
      draft_.remark(fmt::format("Not started by `dream {}`, as their scale is 0: {}.", up, join_words(none)));
    if (has_any && !profiles.empty())
      draft_.remark(fmt::format("`dream {} --profile NAME` starts those of a profile, too: {}.", up,
                                join_words(profiles)));
  }

  ComposeModel model_;
  ServiceContext context_;
  Draft& draft_;
  std::string project_;
  std::set<std::string> profiles_;
  std::vector<std::string> names_;
  std::map<std::string, std::vector<ServiceNeed>> needs_;
  std::map<std::string, ServiceRole> roles_;
  Waits waits_;
  std::map<std::string, std::string> tasks_;      ///< the names that they got
  std::set<std::string> ready_, lasting_, firm_;  ///< as ServiceTask says it of each
};

/// The usual file of a folder and the one that goes over it; none: there is none.
std::vector<fs::path> usual_files(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : {"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}) {
    if (!fs::exists(folder / name, ignored)) continue;
    std::vector<fs::path> files{folder / name};
    for (const char* over : {"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
                             "docker-compose.override.yaml"}) {
      if (files.size() == 1 && fs::exists(folder / over, ignored)) files.push_back(folder / over);
    }
    return files;
  }
  return {};
}

}  // namespace

Result<void> add_compose(const fs::path& root, const fs::path& folder, const std::optional<fs::path>& file,
                         Draft& draft) {
  std::vector<fs::path> files = file ? std::vector{*file} : usual_files(folder);
  std::string names = "compose.yaml";
  try {
    const fs::path variables_folder = file ? file->parent_path() : folder;
    std::vector<std::string> broken;
    const bool is_of_root = variables_folder == root;
    ComposeVariables variables(is_of_root ? read_variables(root / ".env", {}, &broken) : config::Variables());
    if (!is_of_root) add_defaults({variables_folder / ".env"}, variables, &broken);
    if (const auto named = file ? std::nullopt : variables.value("COMPOSE_FILE"); named && !named->empty()) {
      files.clear();
      const std::string separator = variables.value("COMPOSE_PATH_SEPARATOR").value_or(":");
      for (const std::string& one : split(*named, separator.empty() ? ':' : separator.front()))
        files.push_back((folder / one).lexically_normal());
    }
    if (files.empty()) return {};
    for (const std::string& line : broken) draft.remark(fmt::format("Not read: {}.", line));
    names.clear();
    for (const fs::path& one : files)
      names += (names.empty() ? "" : " and ") + one.lexically_relative(root).string();
    const fs::path own = files.front().parent_path();
    ComposeModel model = read_compose(own, files, variables);
    for (const fs::path& one : model.files) draft.see_read(one);
    if (const auto given = variables.value("COMPOSE_PROJECT_NAME"); given && !given->empty())
      model.name = *given;
    if (model.name.empty())
      model.name =
          project_name((fs::absolute(own) / "x").lexically_normal().parent_path().filename().string());
    if (model.services.empty()) {
      return Error{ErrorCode::not_found, "the file has no services", printable(names),
                   "dream init knows compose files by their `services`"};
    }
    const std::string inner = normalise_project(own.lexically_relative(folder).string());
    if (inner.empty())
      return Error{ErrorCode::configuration, "the file lies outside of the workspace", printable(names), {}};
    std::vector<std::string> of_defaults;
    for (const fs::path& one : variables.files_of_defaults())
      of_defaults.push_back(printable(one.lexically_relative(root).string()));
    if (!of_defaults.empty())
      draft.remark(fmt::format("What {} {} stands here as defaults: dream reads only the .env of the root.",
                               join_words(of_defaults), of_defaults.size() == 1 ? "says" : "say"));
    Services(std::move(model), variables, own, draft).add(draft.at(inner), "from " + names);
  } catch (const YAML::Exception& problem) {
    if (files.empty()) return {};  // it is .env, and nothing of compose is here
    return not_understood(names, problem.what());
  }
  return {};
}

}  // namespace dream::init
