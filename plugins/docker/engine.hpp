#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "failures.hpp"

namespace dream::docker {

/// What an image says of itself.
struct Image {
  std::string id;
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> command = {};
  std::string stop_signal = {};  ///< a name or a number, in the engine's words; empty: none
  bool has_health_check = false;
  std::vector<std::string> digests = {};  ///< "postgres@sha256:…", of each registry that it is in
};

/// How a container is doing.
struct ContainerState {
  std::string status = {};  ///< "running", "paused", "exited"
  std::string health = {};  ///< "healthy"; empty without a health check
  std::string check = {};   ///< what its last try has failed with: "exit code 1: no such host"; else empty
  std::string error = {};   ///< why it ended, in the engine's words
  std::int64_t restarts = 0;
  bool out_of_memory = false;
};

/// "unhealthy (exit code 1: no such host)"
[[nodiscard]] std::string health_words(const ContainerState& state);

/// The engine's place in a swarm.
struct SwarmMember {
  std::string state = {};  ///< "active", "inactive", "locked"
  std::string node = {};   ///< its id there
  bool is_manager = false;
};

/// A machine of a swarm.
struct SwarmNode {
  std::string name;
  bool is_down = false;
};

/// What a service runs: one container on one node.
struct SwarmTask {
  std::string id = {};
  std::string node = {};       ///< its id; empty: there is none yet
  std::string state = {};      ///< "pending", "preparing", "starting", "running", "complete"
  std::string message = {};    ///< what it was doing, in the swarm's words
  std::string error = {};      ///< why it is so
  std::string container = {};  ///< empty: there is none yet
  std::optional<int> code = {};

  [[nodiscard]] bool is_over() const;
};

/// Which output is read from a log: of a container, which the engine itself has, or of a task of the swarm.
struct LogRequest {
  std::string path;                ///< "/containers/ID", "/tasks/ID"
  int last = 0;                    ///< so many entries; 0: all
  bool timed = true;               ///< each with its time
  bool follow = false;             ///< what is still to come, too
  std::int64_t since_s = 0;        ///< only what was written from then on; since 1970
  HttpClient::Limit silence = {};  ///< how long nothing may come
};

/// A container, a service or a network in a list.
struct Listed {
  std::string id;
  std::map<std::string, std::string> labels;
};

/// A build of an image; the context comes in pieces of a tar archive.
struct BuildRequest {
  std::string dockerfile;  ///< its name in the context
  std::string tag;
  std::string target = {};
  std::string platform = {};
  std::string arguments_json = "{}";
  std::string registries = {};  ///< the header X-Registry-Config; empty: none
  bool pull = false;            ///< also when the base image is there
};

/// The Engine API as docker and podman have it: one request at a time. What is refused comes back as a
/// Failure.
class Engine {
 public:
  Engine(const asio::any_io_executor& executor, const Endpoint& endpoint)
      : http_(executor, endpoint, engine_words) {}

  using Limit = HttpClient::Limit;
  /// What an engine prints while it works. Nothing more is read from it before it has come to its end.
  using OnText = std::function<Async<void>(std::string)>;

  /// Whether the engine is there; and which version of the API it speaks, which all other calls need.
  [[nodiscard]] Async<Result<void>> connect(Limit limit = HttpClient::answer_limit);

  /// Nothing when there is no such image.
  [[nodiscard]] Async<Result<std::optional<Image>>> find_image(const std::string& name);
  /// `on_text` gets what is worth telling; `authorization` is the header X-Registry-Auth, or empty.
  [[nodiscard]] Async<Result<void>> pull(const std::string& image, const std::string& platform,
                                         const std::string& authorization, OnText on_text);
  /// The id of the image.
  [[nodiscard]] Async<Result<std::string>> build(const BuildRequest& build, HttpClient::NextPiece next_piece,
                                                 OnText on_text);

  /// The id of the container; however long that takes.
  [[nodiscard]] Async<Result<std::string>> create(const std::string& name, const std::string& platform,
                                                  std::string spec);
  /// After this, only read_output() may be called, which says when the container's output is over.
  [[nodiscard]] Async<Result<void>> attach(const std::string& id);
  [[nodiscard]] Async<Moved> read_output(asio::mutable_buffer buffer) { return http_.read_raw(buffer); }
  [[nodiscard]] Async<Result<void>> start(const std::string& id);
  /// Its exit code, once it has ended.
  [[nodiscard]] Async<Result<int>> wait(const std::string& id);
  /// Whether an init that is process 1 runs something else below it by now.
  [[nodiscard]] Async<Result<bool>> runs_program(const std::string& id);
  /// `signal`: a name or a number. False: the container doesn't run, or is not there.
  [[nodiscard]] Async<Result<bool>> kill(const std::string& id, const std::string& signal);
  /// With its anonymous volumes, running or not; one that doesn't exist is no failure.
  [[nodiscard]] Async<Result<void>> remove(const std::string& id, Limit limit = HttpClient::answer_limit);

  /// The id of a command that is to run in the container, beside its program.
  [[nodiscard]] Async<Result<std::string>> create_command(const std::string& id,
                                                          const std::vector<std::string>& argv);
  /// Runs it, and waits for its end, however long that takes. To be called on a connection of its own. 126
  /// and 127: it can't be executed, or isn't there.
  [[nodiscard]] Async<Result<CommandOutcome>> run_command(const std::string& command);
  /// One that the engine doesn't know has ended: it forgets those after some minutes.
  [[nodiscard]] Async<Result<bool>> command_runs(const std::string& command);

  [[nodiscard]] Async<Result<ContainerState>> inspect(const std::string& id);
  /// Bytes of memory in use; 0 when the engine can't tell.
  [[nodiscard]] Async<Result<std::int64_t>> memory(const std::string& id);
  /// Those, running or not, that have this label: "name" or "name=value".
  [[nodiscard]] Async<Result<std::vector<Listed>>> list(const std::string& label,
                                                        Limit limit = HttpClient::answer_limit);
  /// `driver`: "bridge", "overlay". One of this name that is there already will do. However long that takes.
  [[nodiscard]] Async<Result<void>> create_network(const std::string& name, const std::string& driver,
                                                   const std::map<std::string, std::string>& labels);
  /// By its name or id. False: there is none; one that a container is attached to is a failure.
  [[nodiscard]] Async<Result<bool>> remove_network(const std::string& name,
                                                   Limit limit = HttpClient::answer_limit);
  /// Those that have this label, as list() takes it.
  [[nodiscard]] Async<Result<std::vector<Listed>>> list_networks(const std::string& label,
                                                                 Limit limit = HttpClient::answer_limit);
  /// Root in a container is the user who runs the engine.
  [[nodiscard]] Async<Result<bool>> is_rootless();

  // The swarm that the engine is a manager of.

  [[nodiscard]] Async<Result<SwarmMember>> swarm_member();
  [[nodiscard]] Async<Result<SwarmNode>> swarm_node(const std::string& id);
  /// The id of the service; however long that takes. `authorization` is for the nodes, as that of pull().
  [[nodiscard]] Async<Result<std::string>> create_service(std::string spec, const std::string& authorization);
  /// `spec` is the whole of it.
  [[nodiscard]] Async<Result<void>> update_service(const std::string& id, std::string spec);
  /// Its task is asked to end, and has its grace. A service that doesn't exist is no failure.
  [[nodiscard]] Async<Result<void>> remove_service(const std::string& id,
                                                   Limit limit = HttpClient::answer_limit);
  /// Those that have this label, as list() takes it; none where there is no swarm.
  [[nodiscard]] Async<Result<std::vector<Listed>>> list_services(const std::string& label,
                                                                 Limit limit = HttpClient::answer_limit);
  /// The first one of a service, and then the one of this id; nothing: not yet, or not any more.
  [[nodiscard]] Async<Result<std::optional<SwarmTask>>> first_task(const std::string& service);
  [[nodiscard]] Async<Result<std::optional<SwarmTask>>> task(const std::string& id);
  /// In frames, as read_output() has them.
  [[nodiscard]] Async<Result<void>> logs(const LogRequest& logs, HttpClient::OnPiece on_piece);

  /// Ends what is going on; it fails.
  void close() { http_.close(); }
  [[nodiscard]] const Endpoint& endpoint() const { return http_.endpoint(); }
  [[nodiscard]] const asio::any_io_executor& executor() const { return http_.executor(); }
  /// For another connection to the same engine.
  void speak_like(const Engine& other) { prefix_ = other.prefix_; }

 private:
  /// Statuses that count as success, too.
  using Fine = std::array<unsigned, 2>;
  static constexpr unsigned not_found = 404;
  static constexpr unsigned conflict = 409;     // it doesn't run, or is being removed already
  static constexpr unsigned unavailable = 503;  // to be had of a manager of a swarm only

  [[nodiscard]] Request request(Verb method, const std::string& target, std::string body = {}) const;
  /// A call whose refusal is a Failure: the engine can't do `what`.
  [[nodiscard]] Async<Result<Response>> ask(Request request, std::string what,
                                            Limit limit = HttpClient::answer_limit, Fine fine = {});
  [[nodiscard]] Async<Result<std::vector<Listed>>> list_at(std::string path, std::string what,
                                                           std::string label, Limit limit, Fine fine = {});
  /// An answer whose refusal, or whose late `error` (of a stream that began well), is a Failure.
  [[nodiscard]] Result<Response> judged(Result<Response> answer, std::string_view what, Fine fine = {},
                                        std::string_view error = {}) const;

  HttpClient http_;
  std::string prefix_;  ///< of every path: "/v1.41"
};

}  // namespace dream::docker
