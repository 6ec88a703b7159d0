#include "pod_state.hpp"

#include <algorithm>
#include <array>

namespace dream::kubernetes {

namespace {

using Kind = ContainerState::Kind;

/// A name like those of `names` stands in `list`.
template <std::size_t Size>
bool is_in(const std::array<std::string_view, Size>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

ContainerState read_container(const Json& status) {
  const Json& terminated = json_at(status, {"state", "terminated"});
  if (terminated.IsObject())
    return {.kind = Kind::terminated,
            .reason = json_text(terminated, {"reason"}),
            .message = json_text(terminated, {"message"}),
            .code = static_cast<int>(json_number(terminated, {"exitCode"}))};
  if (json_at(status, {"state", "running"}).IsObject()) return {.kind = Kind::running};
  const Json& waiting = json_at(status, {"state", "waiting"});
  return {.reason = json_text(waiting, {"reason"}), .message = json_text(waiting, {"message"})};
}

void read_conditions(const Json& conditions, PodState& pod) {
  if (!conditions.IsArray()) return;
  for (const Json& condition : conditions.GetArray()) {
    const std::string type = json_text(condition, {"type"});
    const std::string status = json_text(condition, {"status"});
    if (type == "PodScheduled" && status == "False") pod.unschedulable = json_text(condition, {"message"});
    if (type == "Ready") {
      pod.ready = status == "True";
      pod.unready = status == "False";
      if (pod.unready) pod.why_unready = json_text(condition, {"message"});
    }
  }
}

void read_init(const Json& statuses, PodState& pod) {
  if (!statuses.IsArray()) return;
  for (const Json& status : statuses.GetArray()) {
    const ContainerState state = read_container(status);
    if (state.kind == Kind::terminated && state.code == 0) continue;
    if (state.kind == Kind::terminated) pod.failed_init = json_text(status, {"name"});
    pod.init = state;
    pod.init_name = json_text(status, {"name"});
    return;
  }
}

std::string with(const std::string& reason, const std::string& message) {
  if (message.empty()) return reason;
  return reason.empty() ? message : reason + ": " + message;
}

/// Nothing but a change by somebody mends this. Anything else the node tries again by itself: "failed to sync
/// secret cache: timed out waiting for the condition".
bool is_final(std::string_view message) {
  constexpr std::array<std::string_view, 4> words{"not found", "couldn't find key", "runAsNonRoot",
                                                  "non-numeric user"};
  return std::ranges::any_of(words, [&](auto part) { return message.find(part) != std::string_view::npos; });
}

/// Why nothing of it ran, from what its node's container engine says.
Failure not_started(const ContainerState& container) {
  const auto has = [&](std::string_view part) { return container.message.find(part) != std::string::npos; };
  Failure failure{DREAM_E_FAILED, "its container can't run: " + with(container.reason, container.message)};
  if (has("permission denied")) {
    failure.code = DREAM_E_NOT_EXECUTABLE;
    failure.hint = "make it executable in the image";
  } else if (has("executable file not found") || has("no such file or directory")) {
    failure.code = DREAM_E_NOT_FOUND;
    failure.hint = "correct the command, or entrypoint, or take an image that has this program";
  }
  return failure;
}

}  // namespace

PodState read_pod(const Json& pod) {
  PodState state{.version = json_text(pod, {"metadata", "resourceVersion"}),
                 .node = json_text(pod, {"spec", "nodeName"}),
                 .phase = json_text(pod, {"status", "phase"}),
                 .reason = json_text(pod, {"status", "reason"}),
                 .message = json_text(pod, {"status", "message"})};
  state.deleting = json_at(pod, {"metadata", "deletionTimestamp"}).IsString();
  read_conditions(json_at(pod, {"status", "conditions"}), state);
  read_init(json_at(pod, {"status", "initContainerStatuses"}), state);
  const Json& statuses = json_at(pod, {"status", "containerStatuses"});
  if (!statuses.IsArray()) return state;
  for (const Json& status : statuses.GetArray()) {
    if (json_text(status, {"name"}) == container_name) state.container = read_container(status);
  }
  return state;
}

PodState read_pod(std::string_view json) {
  return read_pod(parse_json(json));
}

std::string doing(const PodState& pod) {
  const std::string where = pod.node.empty() ? "" : " on " + pod.node;
  if (pod.terminated()) return with("ended" + where, pod.container.reason);
  if (pod.is_over()) return with("ended" + where, with(pod.reason, pod.message));
  if (pod.deleting) return "ends" + where;
  if (pod.runs()) return (pod.ready ? "ready" : "running") + where;
  if (pod.node.empty()) return with("waits for a node", pod.unschedulable);
  if (pod.init.kind == Kind::running) return "its init containers run" + where;
  const bool init_waits = pod.init.kind == Kind::waiting && !pod.init.reason.empty();
  const ContainerState& waiting = init_waits ? pod.init : pod.container;
  return with("starts" + where, with(waiting.reason, waiting.message));
}

std::optional<Failure> never_runs(const PodState& pod) {
  constexpr std::array<std::string_view, 3> no_image{"ErrImageNeverPull", "ImagePullBackOff",
                                                     "InvalidImageName"};
  constexpr std::string_view no_command = "ommand specified";
  if (pod.is_over() || pod.runs()) return std::nullopt;
  for (const ContainerState* state : {&pod.init, &pod.container}) {
    if (state->kind != Kind::waiting) continue;
    if (is_in(no_image, state->reason))
      return Failure{DREAM_E_FAILED, pod.node + " has no such image: " + with(state->reason, state->message),
                     "correct `image`, or set `pull`, or imagePullSecrets in `podTemplate`"};
    if (state->reason == "CreateContainerError" && state->message.find(no_command) != std::string::npos)
      return Failure{DREAM_E_FAILED, "its image has no command of its own", "give the task one"};
    if (state->reason == "CreateContainerConfigError" && is_final(state->message))
      return Failure{DREAM_E_FAILED, "its container can't be made: " + state->message,
                     "make what it names, or correct `podTemplate`"};
  }
  return std::nullopt;
}

life::LifeEnd end_of(const PodState& pod) {
  constexpr std::array<std::string_view, 4> engines{"ContainerCannotRun", "StartError",
                                                    "ContainerStatusUnknown", "CreateContainerError"};
  constexpr int most = 255;
  const std::string of_pod = with(pod.reason, pod.message);
  if (!pod.terminated()) {
    if (!pod.failed_init.empty())
      return Failure{DREAM_E_FAILED,
                     "its init container " + pod.failed_init +
                         " has failed: " + with(pod.init.reason, pod.init.message) + ", exit code " +
                         std::to_string(pod.init.code),
                     "kubectl logs shows its words while the Pod is there"};
    if (pod.phase == "Succeeded") return sdk::Exit::code(0);
    return Failure{DREAM_E_FAILED, "its Pod has ended: " + (of_pod.empty() ? pod.phase : of_pod)};
  }
  const ContainerState& container = pod.container;
  if (is_in(engines, container.reason)) return not_started(container);
  sdk::Exit exit = sdk::Exit::code(std::clamp(container.code, 0, most));
  if (container.reason == "OOMKilled") exit.text = "it was killed, as it ran out of memory; raise `memory`";
  if (!of_pod.empty()) exit.text = of_pod;
  return exit;
}

void Watch::read(std::string_view line) {
  const auto json = parse_json(line);
  const std::string type = json_text(json, {"type"});
  if (type.empty() || type == "BOOKMARK") return;
  PodEvent event{.pod = read_pod(json_at(json, {"object"}))};
  if (type == "DELETED") event.kind = PodEvent::Kind::deleted;
  if (type == "ERROR") event.kind = PodEvent::Kind::error;
  on_event_(event);
}

}  // namespace dream::kubernetes
