#include "answer_of.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "complete.hpp"
#include "program.hpp"

namespace dream::http {

namespace {

using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&

Async<void> write_all(Program::Socket& socket, std::string_view input) {
  // One that reads nothing may answer all the same.
  co_await asio::async_write(socket, asio::buffer(input), answered);
  error_code ignored;
  socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

Async<void> read_all(Program::Socket& socket, std::string& text) {
  constexpr std::size_t longest = std::size_t{64} << 20U;
  std::array<char, 16384> buffer{};
  while (text.size() <= longest) {
    const auto [error, bytes] = co_await socket.async_read_some(asio::buffer(buffer), answered);
    text.append(buffer.data(), bytes);
    if (error) co_return;
  }
}

Async<std::optional<int>> talk(const Program& program, Program::Socket& socket, std::string_view input,
                               std::string& text, std::chrono::milliseconds limit) {
  co_await (write_all(socket, input) && read_all(socket, text));
  co_return co_await program.exit_code(limit);
}

}  // namespace

Answer answer_of(const std::vector<std::string>& words, std::string_view input,
                 std::chrono::milliseconds limit) {
  asio::io_context context(1);
  Program program;
  Program::Socket socket(context);
  Answer answer;
  answer.error = program.start(words, socket);
  if (answer.error) return answer;
  answer.code =
      complete(context, talk(program, socket, input, answer.text, limit), limit).value_or(std::nullopt);
  answer.complaint = program.complaint();
  if (!answer.code) answer.error = asio::error::timed_out;
  return answer;
}

}  // namespace dream::http
