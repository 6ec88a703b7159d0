#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/json_lines.hpp"
#include "names.hpp"

namespace dream::kubernetes {

/// The name of the step's container in its Pod.
inline constexpr const char* container_name = "step";
/// Of the init container that unpacks the project's folder.
inline constexpr const char* copy_name = "copy";

/// How a container is doing, in the words of its node.
struct ContainerState {
  enum class Kind : std::uint8_t { waiting, running, terminated };

  Kind kind = Kind::waiting;
  std::string reason = {};  ///< "ContainerCreating", "OOMKilled"
  std::string message = {};
  int code = 0;  ///< terminated
};

/// How a Pod is doing.
struct PodState {
  std::string version = {};  ///< of the object: where a watch begins
  std::string node = {};     ///< empty: none yet
  std::string phase = {};    ///< "Pending", "Running", "Succeeded", "Failed"
  std::string reason = {}, message = {};
  std::string unschedulable = {};  ///< why no node suits; empty: one does, or nobody has looked yet
  bool deleting = false;
  bool ready = false;
  bool unready = false;           ///< it is known not to be ready
  std::string why_unready = {};   ///< "containers with unready status: [step]"
  ContainerState container = {};  ///< the step's
  std::string failed_init = {};   ///< the name of an init container that has failed
  ContainerState init = {};       ///< that one, or the one that it waits for
  std::string init_name = {};     ///< its name

  [[nodiscard]] bool runs() const { return container.kind == ContainerState::Kind::running; }
  [[nodiscard]] bool terminated() const { return container.kind == ContainerState::Kind::terminated; }
  /// The Pod as a whole; its container's state may follow later.
  [[nodiscard]] bool has_ended() const { return phase == "Succeeded" || phase == "Failed"; }
  /// Nothing of it will run any more.
  [[nodiscard]] bool is_over() const { return terminated() || (!runs() && has_ended()); }
};

/// Of a Pod as the API server tells it.
[[nodiscard]] PodState read_pod(const Json& pod);
[[nodiscard]] PodState read_pod(std::string_view json);

/// What it is doing, for people: "waits for a node: 0/2 nodes are available", "running on node1".
[[nodiscard]] std::string doing(const PodState& pod);

/// Why it will never run, though it waits: an image that can't be had, a name that nobody knows.
[[nodiscard]] std::optional<Failure> never_runs(const PodState& pod);

/// How its container has ended, once it is_over(), or has_ended() and nobody tells of its container. With a
/// Failure: it never ran, or its code isn't known.
[[nodiscard]] life::LifeEnd end_of(const PodState& pod);

/// An event of a watch.
struct PodEvent {
  enum class Kind : std::uint8_t { changed, deleted, error };
  Kind kind = Kind::changed;
  PodState pod = {};
};

/// Takes a watch apart: JSON lines, cut anywhere.
class Watch {
 public:
  explicit Watch(std::function<void(const PodEvent&)> on_event) : on_event_(std::move(on_event)) {}
  void take(std::string_view piece) { lines_.take(piece); }

 private:
  void read(std::string_view line);

  std::function<void(const PodEvent&)> on_event_;
  http::JsonLines lines_{[this](std::string_view line) { read(line); }};
};

}  // namespace dream::kubernetes
