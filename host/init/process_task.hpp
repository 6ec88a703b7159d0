#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "init/compose_text.hpp"
#include "init/draft.hpp"
#include "init/processes.hpp"

/// One process of process-compose as a task. May throw YAML::Exception.
namespace dream::init {

/// How it is told, and what dream has in its place.
inline constexpr const char* log_location = "log_location (`--log-dir DIR` writes a file for each step)";

/// In a command `$NAME` and every `${…}` stay for its shell: what .env says comes with `envFile`. `$$` is
/// `$`.
[[nodiscard]] std::string shell_line(std::string line);

/// One process of the file.
class Process {
 public:
  Process(std::string name, const YAML::Node& node, std::string shell, ComposeVariables& variables,
          Draft& draft)
      : name_(std::move(name)), node_(node), shell_(std::move(shell)), variables_(variables), draft_(draft) {}

  /// What all processes have: an environment, and perhaps a .env in the folder of the file.
  struct Common {
    std::filesystem::path root;
    YAML::Node environment;
    bool has_variables = false;
  };
  /// What others wait for.
  struct Role {
    bool until_ready = false;
    bool until_ended = false;
  };
  [[nodiscard]] TaskDraft task(const ProcessFolder& folder, Role role, const Common& common);

  [[nodiscard]] bool has_ready() const { return has_ready_; }

  /// Its command ends when it has started what is to stay.
  [[nodiscard]] bool is_daemon() const;
  [[nodiscard]] bool is_disabled() const;
  /// Its end is the end of all.
  [[nodiscard]] bool ends_all() const;
  /// It says that it goes on until it is ended.
  [[nodiscard]] bool lasts() const;
  [[nodiscard]] bool failure_ends_all() const;

 private:
  void add(const std::string& key, const std::string& value) { members_.emplace_back(key, value); }
  void command(const ProcessFolder& folder);
  [[nodiscard]] std::string probe_json(const std::string& key, const ProcessFolder& folder);
  [[nodiscard]] std::string http_json(const std::string& url, const std::string& key);
  void tell_what_a_probe_loses(const std::string& key, std::initializer_list<const char*> lost);
  void ready(const ProcessFolder& folder, Role role);
  void health(const ProcessFolder& folder);
  void restart();
  void success_codes();
  void environment(const ProcessFolder& folder, const Common& common);
  [[nodiscard]] std::set<std::string> add_env_files(const ProcessFolder& folder, const Common& common);
  void shutdown();
  void tell_what_is_missing();

  std::string name_;
  YAML::Node node_;
  std::string shell_;
  ComposeVariables& variables_;
  Draft& draft_;
  std::vector<Member> members_;
  bool has_ready_ = false;
};

}  // namespace dream::init
