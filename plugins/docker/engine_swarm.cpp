// The part of the Engine API that speaks of swarms.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine.hpp"

namespace dream::docker {

namespace {

SwarmTask read_task(const Json& json) {
  SwarmTask task{.id = json_text(json, {"ID"}),
                 .node = json_text(json, {"NodeID"}),
                 .state = json_text(json, {"Status", "State"}),
                 .message = json_text(json, {"Status", "Message"}),
                 .error = json_text(json, {"Status", "Err"}),
                 .container = json_text(json, {"Status", "ContainerStatus", "ContainerID"})};
  // -1 while it is being shut down; 0 also of one that was never there.
  const Json& code = json_at(json, {"Status", "ContainerStatus", "ExitCode"});
  if (!task.container.empty() && code.IsInt() && code.GetInt() >= 0) task.code = code.GetInt();
  return task;
}

}  // namespace

bool SwarmTask::is_over() const {
  constexpr std::array<std::string_view, 6> ends{"complete", "shutdown", "failed",
                                                 "rejected", "remove",   "orphaned"};
  return std::ranges::find(ends, state) != ends.end();
}

Async<Result<SwarmMember>> Engine::swarm_member() {
  const Result<Response> info = co_await ask(request(Verb::get, "/info"), "describe itself");
  if (!info) co_return info.failure();
  const auto json = parse_json(info->body);
  co_return SwarmMember{.state = json_text(json, {"Swarm", "LocalNodeState"}),
                        .node = json_text(json, {"Swarm", "NodeID"}),
                        .is_manager = json_flag(json, {"Swarm", "ControlAvailable"})};
}

Async<Result<SwarmNode>> Engine::swarm_node(const std::string& id) {
  const Result<Response> found =
      co_await ask(request(Verb::get, "/nodes/" + url_encode(id)), "describe the node");
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  co_return SwarmNode{.name = json_text(json, {"Description", "Hostname"}),
                      .is_down = json_text(json, {"Status", "State"}) == "down"};
}

Async<Result<std::string>> Engine::create_service(std::string spec, const std::string& authorization) {
  Request asked = request(Verb::post, "/services/create", std::move(spec));
  if (!authorization.empty()) asked.headers.emplace_back("X-Registry-Auth", authorization);
  const Result<Response> created = co_await ask(std::move(asked), "create the service", {});
  if (!created) co_return created.failure();
  std::string id = json_text(parse_json(created->body), {"ID"});
  if (!id.empty()) co_return id;
  co_return Failure{DREAM_E_FAILED, "the container engine doesn't tell the id of the service that it made",
                    "", endpoint().address};
}

Async<Result<void>> Engine::update_service(const std::string& id, std::string spec) {
  const std::string path = "/services/" + url_encode(id);
  const Result<Response> found = co_await ask(request(Verb::get, path), "describe the service");
  if (!found) co_return found.failure();
  // The swarm takes a change only of who knows the newest state.
  const std::int64_t version = json_number(parse_json(found->body), {"Version", "Index"});
  const Result<Response> updated =
      co_await ask(request(Verb::post, path + "/update?version=" + std::to_string(version), std::move(spec)),
                   "update the service");
  if (!updated) co_return updated.failure();
  co_return Result<void>();
}

Async<Result<void>> Engine::remove_service(const std::string& id, Limit limit) {
  const Result<Response> removed = co_await ask(request(Verb::delete_, "/services/" + url_encode(id)),
                                                "remove the service", limit, {not_found});
  if (!removed) co_return removed.failure();
  co_return Result<void>();
}

Async<Result<std::vector<Listed>>> Engine::list_services(const std::string& label, Limit limit) {
  // podman has no swarms, and doesn't know the word.
  return list_at("/services?", "list services", label, limit, {unavailable, not_found});
}

Async<Result<std::optional<SwarmTask>>> Engine::first_task(const std::string& service) {
  const std::string filters = R"({"service":[")" + service + R"("]})";
  const Result<Response> found =
      co_await ask(request(Verb::get, "/tasks?filters=" + url_encode(filters)),
                   "list the tasks of the service", HttpClient::answer_limit, {not_found});
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  if (!json.IsArray() || json.Empty()) co_return std::optional<SwarmTask>();
  co_return std::optional(read_task(*json.Begin()));
}

Async<Result<std::optional<SwarmTask>>> Engine::task(const std::string& id) {
  const Result<Response> found = co_await ask(request(Verb::get, "/tasks/" + url_encode(id)),
                                              "describe the task", HttpClient::answer_limit, {not_found});
  if (!found) co_return found.failure();
  if (!found->ok()) co_return std::optional<SwarmTask>();
  co_return std::optional(read_task(parse_json(found->body)));
}

Async<Result<void>> Engine::logs(const LogRequest& logs, HttpClient::OnPiece on_piece) {
  std::string query = "?stdout=1&stderr=1&timestamps=" + std::to_string(logs.timed ? 1 : 0);
  if (logs.last > 0) query += "&tail=" + std::to_string(logs.last);
  if (logs.follow) query += "&follow=1";
  if (logs.since_s > 0) query += "&since=" + std::to_string(logs.since_s);
  Result<Response> answer = co_await http_.follow(request(Verb::get, logs.path + "/logs" + query),
                                                  std::move(on_piece), {}, logs.silence);
  const auto read = judged(std::move(answer), "read the output");
  if (!read) co_return read.failure();
  co_return Result<void>();
}

}  // namespace dream::docker
