#pragma once

#include <sys/types.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace dream::docker::testing {

/// A container engine of the tests' own: its socket, its data and its processes are all in one folder, it has
/// no network and touches nothing else of the machine. Needs root. Every trouble is an exception that says
/// what is wrong.
class TestEngine {
 public:
  explicit TestEngine(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Ends what an earlier engine of this folder has left, starts one and waits until it is ready. `listen` is
  /// further arguments of dockerd.
  void start(const std::vector<std::string>& listen = {});
  /// Starts it again with its containers and images as they are.
  void restart();
  /// Makes the image `box`: a busybox, and nothing else.
  void import_image() const;
  /// Asks it to end and waits; then nothing of it is left.
  void stop();
  /// Ends it without a warning; its containers live on, as do the engine's helpers.
  void crash();
  /// It does nothing any more, but its connections stay.
  void freeze() const;
  void thaw() const;

  [[nodiscard]] std::string address() const { return "unix://" + (folder_ / "docker.sock").string(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  void launch();
  [[nodiscard]] pid_t pid() const;
  void clear() const;

  std::filesystem::path folder_;
  std::vector<std::string> listen_;
};

/// The engine that the tests share; CTest starts it before them and ends it after them.
[[nodiscard]] TestEngine shared_engine();

/// The ids of the containers, running or not, that have this label: "name=value".
[[nodiscard]] std::vector<std::string> containers_with(const std::string& address, const std::string& label);
/// The values of `name` that the labels of those containers have, each once.
[[nodiscard]] std::set<std::string> labels_of(const std::string& address, const std::string& label,
                                              const std::string& name);
/// The ids of the services of its swarm that have this label.
[[nodiscard]] std::vector<std::string> services_with(const std::string& address, const std::string& label);
/// The ids of the networks that have this label.
[[nodiscard]] std::vector<std::string> networks_with(const std::string& address, const std::string& label);

}  // namespace dream::docker::testing
