#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "init/compose_text.hpp"
#include "init/draft.hpp"
#include "init/processes.hpp"

/// One process of process-compose as a task. May throw YAML::Exception.
namespace dream::init {

/// In a command `$NAME` and every `${…}` stay for its shell: what .env says comes with `envFile`. `$$` is
/// `$`.
[[nodiscard]] std::string shell_line(std::string line);

/// One process of the file.
class Process {
 public:
  /// `common`: the environment of all.
  Process(std::string name, const YAML::Node& node, std::string shell, const YAML::Node& common,
          ComposeVariables& variables, Draft& draft)
      : name_(std::move(name)),
        node_(node),
        shell_(std::move(shell)),
        common_(common),
        variables_(variables),
        draft_(draft) {}

  /// `env_files`: of all processes, from the root.
  [[nodiscard]] TaskDraft task(const ProcessFolder& folder, bool is_waited_for,
                               std::vector<std::string> env_files);

  [[nodiscard]] bool has_ready() const { return has_ready_; }

  /// Its command ends when it has started what is to stay.
  [[nodiscard]] bool is_daemon() const;
  /// Its end is the end of all.
  [[nodiscard]] bool ends_all() const;
  [[nodiscard]] bool failure_ends_all() const;

 private:
  void add(const std::string& key, const std::string& value) { members_.emplace_back(key, value); }
  void command(const ProcessFolder& folder);
  void ready(bool is_waited_for);
  void health();
  void restart();
  void success_codes();
  void environment(const ProcessFolder& folder, std::vector<std::string> env_files);
  void shutdown();
  void tell_what_is_missing();

  std::string name_;
  YAML::Node node_;
  std::string shell_;
  YAML::Node common_;
  ComposeVariables& variables_;
  Draft& draft_;
  std::vector<Member> members_;
  bool has_ready_ = false;
};

}  // namespace dream::init
