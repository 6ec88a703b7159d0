#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/env_file.hpp"
#include "init/draft.hpp"

namespace dream::init {

/// What foreman, overmind and the like are told beside the Procfile: by `.foreman`, `.overmind.env`, `.env`,
/// and by the `bin/dev` that starts Procfile.dev, which wins, and whose runner decides which of the files are
/// read.
class ProcfileSettings {
 public:
  static constexpr int usual_port = 5000;

  /// Those of a Procfile.
  [[nodiscard]] Result<void> read(const std::filesystem::path& file);

  /// The files whose variables the processes get.
  [[nodiscard]] const std::vector<std::string>& env_files() const { return env_files_; }
  [[nodiscard]] int first_port() const;
  [[nodiscard]] bool gives_ports() const;
  [[nodiscard]] int between_ports() const;
  /// Whether a setting of overmind names the process.
  [[nodiscard]] bool names(const char* setting, const std::string& process) const;
  /// How many of a process are started.
  [[nodiscard]] int count_of(const std::string& process) const;
  /// What they say else, and dream.json doesn't.
  void tell_rest(Draft& draft) const;

 private:
  [[nodiscard]] Result<void> read_foreman(const std::filesystem::path& file);
  [[nodiscard]] Result<void> read_variables(const std::filesystem::path& file, bool is_for_processes);
  void see_what_foreman_reads(const std::string& file, const std::string& text);
  void read_formation();
  [[nodiscard]] std::string value(const char* name) const;
  /// Whether the runner is this one, as far as anything says.
  [[nodiscard]] bool may_run(const char* runner) const { return runner_.empty() || runner_ == runner; }

  std::filesystem::path folder_;
  std::string script_;  ///< bin/dev
  std::string runner_;  ///< that it starts
  /// Port, env and formation, of bin/dev or else of .foreman; variables of overmind, of bin/dev.
  std::map<std::string, std::string> given_;
  config::Variables values_;
  std::vector<std::string> env_files_, rest_of_foreman_, unread_, read_otherwise_;
  std::map<std::string, int> formation_;
  int count_of_others_ = 1;
};

}  // namespace dream::init
