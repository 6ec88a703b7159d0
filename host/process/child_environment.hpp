#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dream::process {

/// The environment of one child as exec takes it. Refers to what it is made of.
class ChildEnvironment {
 public:
  /// `variables`, NAME=VALUE, stand in place of those of the same name in `environment`. PWD is `directory`
  /// where neither has one. An entry that is `listen_pid`, unless that is empty, gets the child's pid.
  ChildEnvironment(const std::vector<std::string>& environment, const std::vector<std::string>& variables,
                   const std::string& directory, const std::string& listen_pid);
  ~ChildEnvironment() = default;
  ChildEnvironment(const ChildEnvironment&) = delete;
  ChildEnvironment& operator=(const ChildEnvironment&) = delete;

  [[nodiscard]] char* const* data() const { return entries_.data(); }
  /// Where the child has to write its pid, in decimal and with a NUL behind it; null: nowhere.
  [[nodiscard]] char* place_of_pid() const { return place_of_pid_; }

 private:
  char* with_room_for_pid(std::string_view name);

  std::string directory_;
  std::string listen_pid_;
  char* place_of_pid_ = nullptr;
  std::vector<char*> entries_;
};

}  // namespace dream::process
