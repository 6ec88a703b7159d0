#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "engine.hpp"
#include "http/complete.hpp"
#include "support/temporary_folder.hpp"

using namespace dream;
using namespace dream::docker;

namespace {

/// Listens like an engine, and answers whatever it is asked with the same bytes, cut in two; then it hangs
/// up.
class Answerer {
 public:
  explicit Answerer(asio::io_context& context)
      : acceptor_(context, asio::local::stream_protocol::endpoint(path())), peer_(context) {}

  void answer(std::string_view bytes) {
    acceptor_.async_accept(peer_, [this, bytes](const error_code& error) {
      if (!error) send(bytes.substr(0, bytes.size() / 2), bytes.substr(bytes.size() / 2));
    });
  }
  void reset() {
    error_code ignored;
    acceptor_.cancel(ignored);
    peer_.close(ignored);
  }
  [[nodiscard]] static std::string path() {
    static const TemporaryFolder folder;
    return (folder.path() / "engine.sock").string();
  }

 private:
  void send(std::string_view first, std::string_view rest) {
    asio::async_write(peer_, asio::buffer(first), [this, rest](const error_code& error, std::size_t) {
      if (!error)
        asio::async_write(peer_, asio::buffer(rest), [this](const error_code&, std::size_t) { end(); });
    });
  }
  void end() {
    error_code ignored;
    peer_.shutdown(asio::socket_base::shutdown_send, ignored);
  }

  asio::local::stream_protocol::acceptor acceptor_;
  asio::local::stream_protocol::socket peer_;
};

template <class Value>
void check(const Result<Value>& result) {
  DREAM_ASSERT(result || !result.failure().message.empty());
}

Async<Result<void>> read_attached(Engine& engine) {
  Result<void> attached = co_await engine.attach("c1");
  std::array<char, 256> buffer{};
  bool more = static_cast<bool>(attached);
  while (more) more = !(co_await engine.read_output(asio::buffer(buffer))).error;
  co_return attached;
}

Async<Result<void>> ask(Engine& engine, unsigned question) {
  const Engine::OnText on_text = [](std::string) -> Async<void> { co_return; };
  switch (question) {
    case 0:
      co_return co_await engine.connect();
    case 1:
      check(co_await engine.find_image("box"));
      break;
    case 2:
      co_return co_await engine.pull("box", "", "", on_text);
    case 3: {
      const auto id = co_await engine.create("x", "", "{}");
      DREAM_ASSERT(!id || !id->empty());
      break;
    }
    case 4:
      co_return co_await read_attached(engine);
    case 5:
      check(co_await engine.wait("c1"));
      break;
    case 6:
      check(co_await engine.inspect("c1"));
      break;
    case 7: {
      const auto memory = co_await engine.memory("c1");
      DREAM_ASSERT(!memory || *memory >= 0);
      break;
    }
    case 8:
      check(co_await engine.list("label"));
      break;
    default:
      check(co_await engine.is_rootless());
  }
  co_return Result<void>();
}

}  // namespace

/// Any bytes are an answer of an engine, or a failure. The first byte chooses what was asked.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static asio::io_context context(1);
  static Answerer answerer(context);
  if (size == 0) return 0;
  answerer.answer({reinterpret_cast<const char*>(data) + 1, size - 1});
  Engine engine(context.get_executor(),
                {.kind = Endpoint::Kind::local, .address = "unix://x", .path = Answerer::path()});
  const auto answered_in_time = complete(context, ask(engine, data[0] % 10));
  DREAM_ASSERT(answered_in_time.has_value());
  check(*answered_in_time);
  answerer.reset();
  return 0;
}
