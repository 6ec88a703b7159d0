#pragma once

#include <cstdint>
#include <dream/sdk/result.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sandbox.hpp"

namespace dream::docker {

/// A shell line, or an argument vector.
using Words = std::variant<std::string, std::vector<std::string>>;

/// An image that is built for the task.
struct BuildOptions {
  std::string context = ".";  ///< from the project's folder
  std::string dockerfile;     ///< from the context; empty: "Dockerfile"
  std::map<std::string, std::string> arguments;
  std::string target;
};

/// A port of the container that is reachable from outside.
struct PortBinding {
  std::string container;  ///< "80/tcp"
  std::string host_ip;    ///< empty: every address; without brackets
  std::string host_port;  ///< empty: one that is free; "8000-8002": one of these that is free
  bool operator==(const PortBinding&) const = default;
};

/// What a container keeps outside of its image.
struct Volume {
  std::string source;  ///< a path, or the name of a volume; empty: a volume that goes with the container
  std::string target;  ///< absolute, in the container
  std::string mode;    ///< "ro", "ro,z"
  bool operator==(const Volume&) const = default;

  [[nodiscard]] bool is_anonymous() const { return source.empty(); }
  /// Engines take "SOURCE:TARGET:MODE" apart at each colon.
  [[nodiscard]] bool has_colon() const { return source.find(':') != std::string::npos; }
};

/// Graphics processors.
struct Gpus {
  std::int64_t count = 0;  ///< -1: all
  std::vector<std::string> devices;
};

/// When the engine calls a container healthy. What is absent is the image's.
struct HealthCheck {
  std::vector<std::string>
      test;  ///< as the engine takes it: "CMD" and an argv, "CMD-SHELL" and a line, or "NONE"
  std::int64_t interval_ms = 0;
  std::int64_t timeout_ms = 0;
  std::int64_t start_period_ms = 0;
  std::int64_t start_interval_ms = 0;
  std::int64_t retries = 0;

  [[nodiscard]] bool is_off() const { return !test.empty() && test.front() == "NONE"; }
};

/// The step is a service of the swarm that the engine is a manager of.
struct Swarm {
  std::vector<std::string> constraints;  ///< which nodes suit, in the engine's words: "node.role==worker"
};

enum class Pull : std::uint8_t { missing, always, never };

/// The options of the plugin, read and checked.
struct Options {
  std::string image;
  std::optional<BuildOptions> build;
  std::optional<Words> command;
  std::optional<std::vector<std::string>> entrypoint;
  std::string workdir;
  std::optional<bool> mount;  ///< whether the project is mounted
  std::vector<Volume> volumes;
  std::vector<PortBinding> ports;
  std::string network;  ///< empty: the one of the run
  std::vector<std::string> aliases;
  Sandbox sandbox;
  std::optional<std::string> user;
  std::vector<std::string> env;  ///< names
  Pull pull = Pull::missing;
  std::string platform;
  bool init = true;
  std::optional<Gpus> gpus;
  std::int64_t memory = 0;     ///< bytes; 0: no limit
  std::int64_t nano_cpus = 0;  ///< 0: no limit
  std::map<std::string, std::string> labels;
  std::optional<HealthCheck> health_check;
  std::optional<std::string> host;
  std::optional<Swarm> swarm;
};

/// The options of a task, which fit the schema. What the schema can't say is checked here.
[[nodiscard]] Result<Options> read_options(std::string_view json);

/// How a folder in memory is mounted; 0: as the engine has it.
struct TmpfsSettings {
  std::int64_t size = 0;  ///< bytes
  std::int64_t mode = 0;
};

/// "size=64m,mode=1777"; nothing where there is something else.
[[nodiscard]] std::optional<TmpfsSettings> read_tmpfs_settings(std::string_view text);

/// What dream.json says of a swarm. Options that a swarm can't obey are refused.
[[nodiscard]] Result<std::optional<Swarm>> read_swarm(const Json& json, const Options& options);

/// Several for a range of ports; `where` is the JSON pointer of the text.
[[nodiscard]] Result<std::vector<PortBinding>> parse_port(const std::string& text, const std::string& where);

/// "/path", "SOURCE:/path" or "SOURCE:/path:MODE"; a source that is a path may have colons.
[[nodiscard]] Result<Volume> parse_volume(const std::string& text, const std::string& where);

}  // namespace dream::docker
