#pragma once

#include <chrono>
#include <dream/sdk/host.hpp>
#include <dream/sdk/task.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "endpoint.hpp"
#include "engine.hpp"
#include "options.hpp"

namespace dream::docker {

/// Everything that is known of a container before an engine is asked: a task and its options.
struct ContainerPlan {
  Options options;
  Endpoint endpoint;
  std::string root;                  ///< of the workspace
  std::string step;                  ///< "./services/db:start"
  std::string name;                  ///< of the container
  std::string network;               ///< that it is attached to
  bool shares_network = false;       ///< it is the run's own, which its containers make and remove
  std::vector<std::string> aliases;  ///< its names there
  std::string directory;             ///< of the project
  bool mount = false;                ///< the project's folder, at its own path
  std::string workdir;               ///< empty: the image's own
  /// "" is the image's own.
  std::string user;
  bool default_user = false;                        ///< `user` is the caller, and not what dream.json says
  std::optional<std::vector<std::string>> command;  ///< with the arguments; nothing: the image's own
  std::vector<std::string> arguments;               ///< of the command line
  std::vector<std::string> environment;             ///< NAME=VALUE
  std::map<std::string, std::string> labels;
  std::string log_driver = "local";  ///< the one that keeps every byte as it is
  int stop_signal = 15;
  std::chrono::milliseconds grace{5000};    ///< after which it is killed
  bool own_signal = false;                  ///< one of the image's comes before it: dream.json names none
  bool wants_ready = false;                 ///< somebody waits until its health check has passed
  bool asks_health = false;                 ///< somebody will ask for its health check again and again
  std::chrono::milliseconds ready_limit{};  ///< for so long after its start; 0: for ever
  /// Of docker's configuration: set in containers and builds unless dream.json sets them.
  std::map<std::string, std::string> proxies;
  std::string docker_configuration;  ///< folder of docker's own configuration, for registries' passwords
};

/// Labels by which a container, and with the first and the last its run's network, is found again; the values
/// are Host::session(), the step, and our process.
inline constexpr const char* run_label = "dream.run";
inline constexpr const char* step_label = "dream.step";
inline constexpr const char* process_label = "dream.process";

[[nodiscard]] Result<ContainerPlan> make_plan(const sdk::Host& host, const sdk::Project& project,
                                              const sdk::Task& task, const Variables& variables);

/// The name of the network that the containers of a run of dream in this workspace share.
[[nodiscard]] std::string network_name(const std::string& root, const std::string& run);

/// The body of the request that creates the container. `rootless`: root in the container is the caller.
[[nodiscard]] std::string container_spec(const ContainerPlan& plan, const Image& image, bool rootless);

/// What `docker run` would get behind the image. Arguments without a command follow the image's own command;
/// where that is only the default arguments of an entrypoint, they replace it.
[[nodiscard]] std::vector<std::string> command_for(const ContainerPlan& plan, const Image& image);

/// A failure where somebody waits for a health check, or will ask for it, that there isn't.
[[nodiscard]] Result<void> check_readiness(const ContainerPlan& plan, const Image& image);

/// The engine counts in nanoseconds; what is 0 or absent is the image's.
void write_health_check(SpecWriter& spec, const HealthCheck& check);

/// The program that the container is to execute; empty: the image says none.
[[nodiscard]] std::string program_of(const ContainerPlan& plan, const Image& image);

/// The same as a command line, for people.
[[nodiscard]] std::string describe(const ContainerPlan& plan);

/// A field of a line whose fields are separated by commas.
[[nodiscard]] std::string csv_field(const std::string& text);

/// The tag of the image that is built for a project.
[[nodiscard]] std::string build_tag(const ContainerPlan& plan);

}  // namespace dream::docker
