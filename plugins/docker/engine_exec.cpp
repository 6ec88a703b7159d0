#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>

#include "demultiplexer.hpp"
#include "engine.hpp"
#include "shared/command_end.hpp"

namespace dream::docker {

namespace {

using plugins::kept_output;

std::string exec_spec(const std::vector<std::string>& argv) {
  rapidjson::StringBuffer buffer;
  SpecWriter::Writer json(buffer);
  SpecWriter spec(json);
  json.StartObject();
  spec.flag("AttachStdout", true);
  spec.flag("AttachStderr", true);
  spec.texts("Cmd", argv);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

/// Nothing: it still runs.
std::optional<int> code_in(const Response& command) {
  const auto json = parse_json(command.body);
  const Json& code = json_at(json, {"ExitCode"});
  if (!code.IsInt() || json_flag(json, {"Running"})) return std::nullopt;
  return code.GetInt();
}

}  // namespace

Async<Result<std::string>> Engine::create_command(const std::string& id,
                                                  const std::vector<std::string>& argv) {
  const Result<Response> made =
      co_await ask(request(Verb::post, "/containers/" + url_encode(id) + "/exec", exec_spec(argv)),
                   "run a command in the container");
  if (!made) co_return made.failure();
  const auto json = parse_json(made->body);
  co_return json_text(json, {"Id"});
}

Async<Result<CommandOutcome>> Engine::run_command(const std::string& command) {
  Result<Response> answer = co_await http_.upgrade(
      request(Verb::post, "/exec/" + url_encode(command) + "/start", R"({"Detach":false,"Tty":false})"));
  const Result<Response> begun = judged(std::move(answer), "run a command in the container");
  if (!begun) co_return begun.failure();
  CommandOutcome outcome;
  Demultiplexer demultiplexer;
  std::vector<char> buffer(kept_output);
  Moved moved;
  while (!moved.error) {
    moved = co_await http_.read_raw(asio::buffer(buffer));
    for (const Piece& piece : demultiplexer.take({buffer.data(), moved.bytes})) outcome.output += piece.bytes;
    if (outcome.output.size() > kept_output) outcome.output.erase(0, outcome.output.size() - kept_output);
  }
  // The connection was the command's; whoever has closed it wants to know nothing more.
  if (moved.error == asio::error::operation_aborted) co_return Failure{DREAM_E_FAILED, "it was given up"};
  http_.close();
  constexpr int most_looks = 50;  // its output ends a moment before it does
  constexpr std::chrono::milliseconds pause(20);
  asio::steady_timer timer(executor());
  for (int look = 0; look < most_looks; ++look) {
    const Result<Response> found = co_await ask(request(Verb::get, "/exec/" + url_encode(command) + "/json"),
                                                "tell how a command ended");
    if (!found) co_return found.failure();
    if (const std::optional<int> code = code_in(*found)) {
      const bool is_missing = *code == plugins::not_executable && life::says_not_found(outcome.output);
      outcome.code = is_missing ? plugins::not_found : *code;
      co_return outcome;
    }
    timer.expires_after(pause);
    co_await timer.async_wait(answered);
  }
  co_return Failure{DREAM_E_FAILED, "the container engine doesn't tell how the command ended", "",
                    endpoint().address};
}

Async<Result<bool>> Engine::command_runs(const std::string& command) {
  const Result<Response> found =
      co_await ask(request(Verb::get, "/exec/" + url_encode(command) + "/json"),
                   "tell whether a command runs", HttpClient::answer_limit, {not_found});
  if (!found) co_return found.failure();
  co_return found->status != not_found && !code_in(*found);
}

}  // namespace dream::docker
