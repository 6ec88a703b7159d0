#include "failures.hpp"

#include <array>
#include <initializer_list>

namespace dream::docker {

namespace {

/// What the message of an engine's refusal has in it, and what it means to a user.
struct Symptom {
  std::string_view part;
  dream_status code;
  std::string_view hint;
  std::string_view other_part = {};  ///< beside it
};

constexpr std::string_view path_hint =
    "correct the command, or entrypoint, or take an image that has this program";
constexpr std::string_view executable_hint = "make it executable in the image or the project";
constexpr std::string_view port_hint =
    "another program or container has this port: end it, or change `ports`";

// The first that fits counts. docker and podman have their own words for most of them.
constexpr std::array<Symptom, 20> symptoms{{
    {"executable file not found", DREAM_E_NOT_FOUND, path_hint},
    {"executable file `", DREAM_E_NOT_FOUND, path_hint},
    {"permission denied: unknown", DREAM_E_NOT_EXECUTABLE, executable_hint},
    {"is a directory: unknown", DREAM_E_NOT_EXECUTABLE, executable_hint},
    {"exec format error", DREAM_E_NOT_EXECUTABLE,
     "it is for another architecture: set `platform`, or build it for this one"},
    {"no such file or directory: unknown", DREAM_E_NOT_FOUND, path_hint},
    {"port is already allocated", DREAM_E_FAILED, port_hint},
    {"address already in use", DREAM_E_FAILED, port_hint},
    {"is already in use by", DREAM_E_FAILED,
     "docker ps -a shows whose it is; what belongs to a run of dream is removed by dream"},
    {"bind source path does not exist", DREAM_E_FAILED, "create it, or correct `volumes`"},
    {"No such image", DREAM_E_FAILED, "correct `image`, or docker pull it"},
    {"pull access denied", DREAM_E_FAILED, "correct `image`, or docker login to its registry"},
    {"manifest unknown", DREAM_E_FAILED, "correct `image`: its registry has no such tag"},
    {"unauthorized", DREAM_E_FAILED, "docker login to the image's registry"},
    {"could not select device driver", DREAM_E_FAILED,
     "the engine has no GPUs to give: install the NVIDIA container toolkit, or leave `gpus` out"},
    {"no space left on device", DREAM_E_FAILED, "docker system prune makes room"},
    {"desc = constraint", DREAM_E_FAILED,
     R"(write `constraints` like "node.role==worker" or "node.labels.disk!=ssd")"},
    {"address pool", DREAM_E_FAILED, "docker network prune removes the networks that nobody uses"},
    {"dial tcp", DREAM_E_FAILED,
     "see whether the engine's machine gets there: its network, its name server, its proxy"},
    {"network", DREAM_E_FAILED, "docker network ls shows the networks there are", "not found"},
}};

/// The engine's own message, on one line.
std::string message_of(unsigned status, std::string_view body) {
  std::string message = json_text(parse_json(body), {"message"});
  if (message.empty()) message = body;
  while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
  if (message.empty()) message = "status " + std::to_string(status);
  return message;
}

std::string with(const error_code& error, const std::string& complaint) {
  return complaint.empty() ? error.message() : complaint;
}

}  // namespace

Failure unreachable(const Endpoint& endpoint, const error_code& error, const std::string& complaint) {
  Failure failure{DREAM_E_FAILED, "no connection to the container engine: " + with(error, complaint), "",
                  endpoint.address};
  if (endpoint.kind == Endpoint::Kind::program) {
    failure.hint = "this has to work without a password: ssh -T … docker system dial-stdio";
  } else if (error == boost::system::errc::permission_denied) {
    failure.hint = "become a member of the group docker, or use a rootless engine";
  } else {
    failure.hint =
        "start the engine (systemctl start docker), install one (apt-get install docker.io), or name "
        "another in `host` or DOCKER_HOST";
  }
  return failure;
}

Failure connection_lost(const Endpoint& endpoint, const error_code& error, const std::string& complaint) {
  return {DREAM_E_FAILED, "the connection to the container engine was lost: " + with(error, complaint),
          "look into the engine's log (journalctl -u docker)", endpoint.address};
}

Failure refused(const Endpoint& endpoint, std::string_view what, unsigned status, std::string_view body) {
  const std::string message = message_of(status, body);
  Failure failure{DREAM_E_FAILED, "the container engine can't " + std::string(what) + ": " + message, "",
                  endpoint.address};
  // What a build runs may miss a program, too: that tells nothing about the step's.
  const bool is_about_an_image = what.starts_with("build ") || what.starts_with("pull ");
  for (const Symptom& symptom : symptoms) {
    if (symptom.code != DREAM_E_FAILED && is_about_an_image) continue;
    if (message.find(symptom.part) == std::string::npos ||
        message.find(symptom.other_part) == std::string::npos)
      continue;
    failure.code = symptom.code;
    failure.hint = symptom.hint;
    break;
  }
  return failure;
}

}  // namespace dream::docker
