#include "engine.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "failures.hpp"
#include "progress.hpp"

namespace dream::docker {

namespace {

/// The newest version of the API that this is written for; an older engine gets its own.
constexpr int known_minor = 47;
constexpr int oldest_minor = 24;

/// 41 of "1.41"; -1 of anything else.
int minor_of(std::string_view version) {
  int minor = -1;
  if (!version.starts_with("1.")) return minor;
  version.remove_prefix(2);
  std::from_chars(version.data(), version.data() + version.size(), minor);
  return minor;
}

/// What the last of a health check's tries has failed with.
std::string failed_check(const Json& tries) {
  constexpr std::size_t longest = 200;
  if (!tries.IsArray() || tries.Empty()) return {};
  const Json& last = tries[tries.Size() - 1];
  const std::int64_t code = json_number(last, {"ExitCode"});
  if (code == 0) return {};
  std::string output = json_text(last, {"Output"});
  output.resize(std::min(output.size(), output.find_last_not_of(" \t\r\n") + 1));
  output.erase(0, output.find_last_of("\r\n") + 1);  // npos + 1 is 0
  if (output.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(output[end]) & 0xc0U) == 0x80U)
      --end;  // within a character
    output.replace(end, std::string::npos, "…");
  }
  return "exit code " + std::to_string(code) + (output.empty() ? "" : ": " + output);
}

std::string container_path(const std::string& id) {
  return "/containers/" + url_encode(id);
}

}  // namespace

Request Engine::request(Verb method, const std::string& target, std::string body) const {
  return {.method = method, .target = prefix_ + target, .body = std::move(body)};
}

Result<Response> Engine::judged(Result<Response> answer, std::string_view what, Fine fine,
                                std::string_view error) const {
  if (!answer) return answer;
  // One that says "continue" has done nothing yet; one that gives the connection away has.
  const bool is_interim = answer->status < 200 && answer->status != 101;
  const bool is_fine = (answer->ok() && !is_interim) || std::ranges::find(fine, answer->status) != fine.end();
  if (!is_fine) return refused(endpoint(), what, answer->status, answer->body);
  if (!error.empty()) return refused(endpoint(), what, answer->status, error);
  return answer;
}

Async<Result<Response>> Engine::ask(Request request, std::string what, Limit limit, Fine fine) {
  Result<Response> answer = co_await http_.call(std::move(request), limit);
  co_return judged(std::move(answer), what, fine);
}

Async<Result<void>> Engine::connect(Limit limit) {
  prefix_.clear();
  const Result<Response> pong = co_await ask(request(Verb::get, "/_ping"), "answer", limit);
  if (!pong) co_return pong.failure();
  const int minor = minor_of(pong->api_version);
  if (minor < oldest_minor) {
    co_return Failure{
        DREAM_E_FAILED,
        "what listens here is no container engine that dream knows: its API has the version \"" +
            pong->api_version + "\"",
        "it has to be 1." + std::to_string(oldest_minor) + " or newer", endpoint().address};
  }
  prefix_ = "/v1." + std::to_string(std::min(minor, known_minor));
  co_return Result<void>();
}

Async<Result<std::optional<Image>>> Engine::find_image(const std::string& name) {
  // A name keeps its slashes: podman knows it only so.
  const Result<Response> found =
      co_await ask(request(Verb::get, "/images/" + url_encode_path(name) + "/json"),
                   "look for the image " + name, HttpClient::answer_limit, {not_found});
  if (!found) co_return found.failure();
  if (!found->ok()) co_return std::optional<Image>();
  const auto json = parse_json(found->body);
  const std::vector<std::string> check = json_texts(json, {"Config", "Healthcheck", "Test"});
  co_return std::optional(Image{.id = json_text(json, {"Id"}),
                                .entrypoint = json_texts(json, {"Config", "Entrypoint"}),
                                .command = json_texts(json, {"Config", "Cmd"}),
                                .stop_signal = json_text(json, {"Config", "StopSignal"}),
                                .has_health_check = !check.empty() && check.front() != "NONE",
                                .digests = json_texts(json, {"RepoDigests"})});
}

Async<Result<void>> Engine::pull(const std::string& image, const std::string& platform,
                                 const std::string& authorization, OnText on_text) {
  std::string query = "?fromImage=" + url_encode(image);
  // Without a tag, all of them would be pulled.
  const std::size_t name_begin = image.rfind('/') == std::string::npos ? 0 : image.rfind('/');
  if (image.find_first_of(":@", name_begin) == std::string::npos) query += "&tag=latest";
  if (!platform.empty()) query += "&platform=" + url_encode(platform);
  Request asked = request(Verb::post, "/images/create" + query);
  if (!authorization.empty()) asked.headers.emplace_back("X-Registry-Auth", authorization);
  PullProgress progress;
  // Named: a closure that owns something and is a temporary of a co_await is destroyed twice by GCC 12.
  const HttpClient::OnPiece on_piece = [&](std::string_view piece) { return on_text(progress.take(piece)); };
  Result<Response> answer = co_await http_.follow(std::move(asked), on_piece);
  const auto pulled = judged(std::move(answer), "pull the image " + image, {}, progress.error());
  if (!pulled) co_return pulled.failure();
  co_return Result<void>();
}

Async<Result<std::string>> Engine::build(const BuildRequest& build, HttpClient::NextPiece next_piece,
                                         OnText on_text) {
  std::string query = "?rm=1&forcerm=1&t=" + url_encode(build.tag) +
                      "&dockerfile=" + url_encode(build.dockerfile) +
                      "&buildargs=" + url_encode(build.arguments_json);
  if (!build.target.empty()) query += "&target=" + url_encode(build.target);
  if (!build.platform.empty()) query += "&platform=" + url_encode(build.platform);
  if (build.pull) query += "&pull=1";
  Request asked = request(Verb::post, "/build" + query);
  asked.content_type = "application/x-tar";
  if (!build.registries.empty()) asked.headers.emplace_back("X-Registry-Config", build.registries);
  BuildProgress progress;
  const HttpClient::OnPiece on_piece = [&](std::string_view piece) { return on_text(progress.take(piece)); };
  Result<Response> answer = co_await http_.follow(std::move(asked), on_piece, std::move(next_piece));
  const auto built = judged(std::move(answer), "build the image", {}, progress.error());
  if (!built) co_return built.failure();
  co_return progress.image_id().empty() ? build.tag : progress.image_id();
}

Async<Result<std::string>> Engine::create(const std::string& name, const std::string& platform,
                                          std::string spec) {
  std::string query = "?name=" + url_encode(name);
  if (!platform.empty()) query += "&platform=" + url_encode(platform);
  const Result<Response> created = co_await ask(
      request(Verb::post, "/containers/create" + query, std::move(spec)), "create the container", {});
  if (!created) co_return created.failure();
  std::string id = json_text(parse_json(created->body), {"Id"});
  if (!id.empty()) co_return id;
  co_return Failure{DREAM_E_FAILED, "the container engine doesn't tell the id of the container that it made",
                    "", endpoint().address};
}

Async<Result<void>> Engine::attach(const std::string& id) {
  Result<Response> answer =
      co_await http_.upgrade(request(Verb::post, container_path(id) + "/attach?stream=1&stdout=1&stderr=1"));
  const auto attached = judged(std::move(answer), "attach to the container");
  if (!attached) co_return attached.failure();
  co_return Result<void>();
}

Async<Result<void>> Engine::start(const std::string& id) {
  const Result<Response> started =
      co_await ask(request(Verb::post, container_path(id) + "/start"), "start the container", {});
  if (!started) co_return started.failure();
  co_return Result<void>();
}

Async<Result<int>> Engine::wait(const std::string& id) {
  const Result<Response> ended =
      co_await ask(request(Verb::post, container_path(id) + "/wait"), "wait for the container", {});
  if (!ended) co_return ended.failure();
  const auto json = parse_json(ended->body);
  const Json& code = json_at(json, {"StatusCode"});
  // podman says -1 where it doesn't know; no greater number is the code of a Linux process.
  if (!code.IsInt() || code.GetInt() < 0 || code.GetInt() > 255) {
    co_return Failure{DREAM_E_FAILED, "the container engine doesn't tell the container's exit code", "",
                      endpoint().address};
  }
  co_return code.GetInt();
}

Async<Result<bool>> Engine::runs_program(const std::string& id) {
  const Result<Response> listed =
      co_await ask(request(Verb::get, container_path(id) + "/top"), "list the processes");
  if (!listed) co_return listed.failure();
  const auto json = parse_json(listed->body);
  const Json& processes = json_at(json, {"Processes"});
  // The last word of each is its command line. What the init has started has the init's own until it becomes
  // the program, and, when it can't, is dead.
  std::set<std::string> commands;
  if (processes.IsArray()) {
    for (const Json& process : processes.GetArray()) {
      if (!process.IsArray() || process.Empty() || !process.GetArray().end()[-1].IsString()) continue;
      const std::string command = process.GetArray().end()[-1].GetString();
      if (!command.ends_with("<defunct>")) commands.insert(command);
    }
  }
  co_return commands.size() > 1;
}

Async<Result<bool>> Engine::kill(const std::string& id, const std::string& signal) {
  const Result<Response> sent =
      co_await ask(request(Verb::post, container_path(id) + "/kill?signal=" + url_encode(signal)),
                   "send a signal to the container", HttpClient::answer_limit, {not_found, conflict});
  if (!sent) co_return sent.failure();
  co_return sent->ok();
}

Async<Result<void>> Engine::remove(const std::string& id, Limit limit) {
  const Result<Response> removed = co_await ask(request(Verb::delete_, container_path(id) + "?force=1&v=1"),
                                                "remove the container", limit, {not_found, conflict});
  if (!removed) co_return removed.failure();
  co_return Result<void>();
}

std::string health_words(const ContainerState& state) {
  return state.health.empty() || state.check.empty() ? state.health : state.health + " (" + state.check + ")";
}

Async<Result<ContainerState>> Engine::inspect(const std::string& id) {
  const Result<Response> found = co_await ask(request(Verb::get, container_path(id) + "/json"), "inspect");
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  ContainerState state{.status = json_text(json, {"State", "Status"}),
                       .health = json_text(json, {"State", "Health", "Status"}),
                       .check = failed_check(json_at(json, {"State", "Health", "Log"})),
                       .error = json_text(json, {"State", "Error"}),
                       .restarts = json_number(json, {"RestartCount"}),
                       .out_of_memory = json_flag(json, {"State", "OOMKilled"})};
  if (state.health == "none") state.health.clear();
  co_return state;
}

Async<Result<std::int64_t>> Engine::memory(const std::string& id) {
  const Result<Response> found =
      co_await ask(request(Verb::get, container_path(id) + "/stats?stream=false&one-shot=true"), "measure");
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  // What the kernel can drop at once doesn't count, as in docker stats; the two names are of cgroup v1 and
  // v2.
  const std::int64_t none = 0;
  const std::int64_t droppable =
      std::max({none, json_number(json, {"memory_stats", "stats", "total_inactive_file"}),
                json_number(json, {"memory_stats", "stats", "inactive_file"})});
  co_return std::max(none, std::max(none, json_number(json, {"memory_stats", "usage"})) - droppable);
}

Async<Result<std::vector<Listed>>> Engine::list(const std::string& label, Limit limit) {
  return list_at("/containers/json?all=1&", "list containers", label, limit);
}

Async<Result<std::vector<Listed>>> Engine::list_networks(const std::string& label, Limit limit) {
  return list_at("/networks?", "list networks", label, limit);
}

Async<Result<std::vector<Listed>>> Engine::list_at(std::string path, std::string what, std::string label,
                                                   Limit limit, Fine fine) {
  const std::string filters =
      "{\"label\":[" + to_text(Json(rapidjson::StringRef(label.data(), label.size()))) + "]}";
  const Result<Response> found =
      co_await ask(request(Verb::get, path + "filters=" + url_encode(filters)), what, limit, fine);
  if (!found) co_return found.failure();
  const auto json = parse_json(found->body);
  std::vector<Listed> all;
  if (!json.IsArray()) co_return all;
  for (const Json& one : json.GetArray()) {
    // A service has another way to say it.
    const bool is_service = !json_at(one, {"Spec"}).IsNull();
    Listed listed{json_text(one, {is_service ? "ID" : "Id"}), {}};
    const Json& labels = is_service ? json_at(one, {"Spec", "Labels"}) : json_at(one, {"Labels"});
    if (labels.IsObject()) {
      for (const auto& member : labels.GetObject()) {
        if (member.value.IsString()) listed.labels.emplace(member.name.GetString(), member.value.GetString());
      }
    }
    all.push_back(std::move(listed));
  }
  co_return all;
}

Async<Result<void>> Engine::create_network(const std::string& name, const std::string& driver,
                                           const std::map<std::string, std::string>& labels) {
  rapidjson::StringBuffer buffer;
  SpecWriter::Writer json(buffer);
  SpecWriter spec(json);
  json.StartObject();
  spec.text("Name", name);
  spec.text("Driver", driver);
  spec.flag("CheckDuplicate", true);  // engines before 1.44 take two of one name without it
  spec.table("Labels", labels);
  json.EndObject();
  std::string body(buffer.GetString(), buffer.GetSize());
  const Result<Response> made = co_await ask(request(Verb::post, "/networks/create", std::move(body)),
                                             "make the network of the run", {}, {conflict});
  if (made) co_return Result<void>();
  Failure failure = made.failure();
  failure.hint += failure.hint.empty() ? "" : "; or ";
  failure.hint += R"(set `network` to one that is there: "bridge", "host", "none")";
  co_return failure;
}

Async<Result<bool>> Engine::remove_network(const std::string& name, Limit limit) {
  const Result<Response> removed = co_await ask(request(Verb::delete_, "/networks/" + url_encode(name)),
                                                "remove the network of the run", limit, {not_found});
  if (removed) co_return removed->ok();
  // An overlay network that the swarm has removed is listed until the last container is off it; the engine
  // says so with a status of its own troubles.
  if (removed.failure().message.ends_with("network " + name + " not found")) co_return false;
  co_return removed.failure();
}

Async<Result<bool>> Engine::is_rootless() {
  const Result<Response> info = co_await ask(request(Verb::get, "/info"), "describe itself");
  if (!info) co_return info.failure();
  const auto json = parse_json(info->body);
  const std::vector<std::string> security = json_texts(json, {"SecurityOptions"});
  co_return std::ranges::any_of(
      security, [](const std::string& option) { return option.find("rootless") != std::string::npos; });
}

}  // namespace dream::docker
