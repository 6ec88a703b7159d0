#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "demultiplexer.hpp"
#include "engine.hpp"

namespace dream::docker {

namespace {

constexpr std::size_t kept_output = 4096;

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

/// Engines have one code for what can't be executed and for what isn't there, and tell them apart in words.
bool says_not_found(const std::string& output) {
  return output.find("executable file not found") != std::string::npos ||
         output.find("no such file or directory") != std::string::npos;
}

}  // namespace

Async<Result<CommandOutcome>> Engine::run_inside(const std::string& id,
                                                 const std::vector<std::string>& argv) {
  const Result<Response> made =
      co_await ask(request(Verb::post, "/containers/" + url_encode(id) + "/exec", exec_spec(argv)),
                   "run a command in the container");
  if (!made) co_return made.failure();
  const std::string command = json_text(parse_json(made->body), {"Id"});
  Result<Response> answer = co_await http_.upgrade(
      request(Verb::post, "/exec/" + url_encode(command) + "/start", R"({"Detach":false,"Tty":false})"));
  const Result<Response> begun = judged(std::move(answer), "run a command in the container");
  if (!begun) co_return begun.failure();
  CommandOutcome outcome;
  Demultiplexer demultiplexer;
  std::vector<char> buffer(kept_output);
  while (true) {
    const Moved moved = co_await http_.read_raw(asio::buffer(buffer));
    for (const Piece& piece : demultiplexer.take({buffer.data(), moved.bytes})) outcome.output += piece.bytes;
    if (outcome.output.size() > kept_output) outcome.output.erase(0, outcome.output.size() - kept_output);
    if (moved.error) break;
  }
  http_.close();  // the connection was the command's
  const Result<int> code = co_await code_of_command(command);
  if (!code) co_return code.failure();
  outcome.code = *code;
  constexpr int not_executable = 126;
  constexpr int not_found = 127;
  if (outcome.code == not_executable && says_not_found(outcome.output)) outcome.code = not_found;
  co_return outcome;
}

/// Its output ends a moment before it does.
Async<Result<int>> Engine::code_of_command(const std::string& command) {
  constexpr std::chrono::milliseconds pause(20);
  constexpr int most_looks = 50;
  asio::steady_timer timer(executor());
  for (int look = 0; look < most_looks; ++look) {
    const Result<Response> found = co_await ask(request(Verb::get, "/exec/" + url_encode(command) + "/json"),
                                                "tell how a command ended");
    if (!found) co_return found.failure();
    const auto json = parse_json(found->body);
    const Json& running = json_at(json, {"Running"});
    const Json& code = json_at(json, {"ExitCode"});
    if (code.IsInt() && !(running.IsBool() && running.GetBool())) co_return code.GetInt();
    timer.expires_after(pause);
    co_await timer.async_wait(answered);
  }
  co_return Failure{DREAM_E_FAILED, "the container engine doesn't tell how the command ended", "",
                    endpoint().address};
}

}  // namespace dream::docker
