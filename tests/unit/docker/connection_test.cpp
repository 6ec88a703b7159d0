#include "http/connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "failures.hpp"
#include "http/answer_of.hpp"
#include "http/complete.hpp"
#include "support/silent_names.hpp"
#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

int option(Connection& connection, int level, int name) {
  int value = 0;
  socklen_t size = sizeof(value);
  EXPECT_EQ(::getsockopt(connection.native_handle(), level, name, &value, &size), 0);
  return value;
}

TEST(Connection, notices_that_an_engine_elsewhere_is_gone) {
  asio::io_context context(1);
  asio::ip::tcp::acceptor engine(context, {asio::ip::address_v4::loopback(), 0});
  const std::string address = "tcp://127.0.0.1:" + std::to_string(engine.local_endpoint().port());
  Connection connection(context.get_executor(), engine_words);
  const auto nobody = [](const std::string&) { return std::optional<std::string>(); };
  ASSERT_TRUE(complete(context, connection.open(*parse_endpoint(address, nobody))).value());
  EXPECT_EQ(option(connection, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(connection, IPPROTO_TCP, TCP_KEEPIDLE), 15);
  EXPECT_EQ(option(connection, IPPROTO_TCP, TCP_KEEPINTVL), 15);
  EXPECT_EQ(option(connection, IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_EQ(option(connection, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
}

TEST(Connection, a_program_that_does_not_exist_is_an_error_at_once) {
  asio::io_context context(1);
  Connection connection(context.get_executor(), engine_words);
  EXPECT_EQ(connection.start({"dream-no-such-program"}), boost::system::errc::no_such_file_or_directory);
}

constexpr const char* encrypted_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhD8W/glhbDRgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHP/h4VOz4av37ld+iZnWXYEgZB6
Eq8onfhIajTw0A2nEpwHyeGVTZJQzRa/Ed2JpZstt0Va/esF5Dx2TF7H5cMzbwJJ
RqFZ5C3+8S021NlxLltqt1J87IZE7wM3M9mdIrR99G2qCHBB3/9eTb4RKdUy9I42
q+RKKfkTuPkozRdNbosgQHynvuDbibf2D96OTU6jAAASAQ4D/tccXmBl+vyS2uQ=
-----END ENCRYPTED PRIVATE KEY-----
)";

TEST(AnswerOf, is_what_a_program_writes_and_how_it_ends) {
  const std::string much(std::size_t{1} << 20U, 'x');
  const http::Answer echoed = http::answer_of({"sh", "-c", "cat; echo first >&2; echo last >&2; exit 3"},
                                              much, std::chrono::hours(1));
  EXPECT_EQ(echoed.text, much);
  EXPECT_EQ(echoed.complaint, "last");
  EXPECT_EQ(echoed.code, 3);
  EXPECT_TRUE(http::answer_of({"true"}, much, std::chrono::hours(1)).ok()) << "it reads nothing";
  EXPECT_EQ(http::answer_of({"sh", "-c", "kill -9 $$"}, "", std::chrono::hours(1)).code, 128 + 9);
  const http::Answer missing = http::answer_of({"dream-no-such-program"}, "", std::chrono::hours(1));
  EXPECT_EQ(missing.error, boost::system::errc::no_such_file_or_directory);
}

TEST(AnswerOf, ends_at_its_limit_with_what_the_program_has_started) {
  const TemporaryFolder folder;
  const std::string fifo = (folder.path() / "held").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int reading = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  for (const char* script :
       {"sleep 1000 & echo held; wait", "exec > /dev/null 2>&1 < /dev/null; sleep 1000 & wait"}) {
    const http::Answer late =
        http::answer_of({"sh", "-c", "exec 9> " + fifo + "; " + script}, "", std::chrono::milliseconds(300));
    EXPECT_EQ(late.error, asio::error::timed_out);
    EXPECT_FALSE(late.ok());
    ::fcntl(reading, F_SETFL, 0);
    char byte = 0;
    EXPECT_EQ(::read(reading, &byte, 1), 0) << "nobody has its other end";
    ::fcntl(reading, F_SETFL, O_NONBLOCK);
  }
  ::close(reading);
}

TEST(Connection, asks_nobody_for_the_passphrase_of_a_key) {
  const TemporaryFolder folder;
  asio::io_context context(1);
  asio::ip::tcp::acceptor engine(context, {asio::ip::address_v4::loopback(), 0});
  Endpoint endpoint{.kind = Endpoint::Kind::tcp,
                    .host = "127.0.0.1",
                    .port = std::to_string(engine.local_endpoint().port()),
                    .tls = http::TlsFiles{.key = folder.write("key.pem", encrypted_key).string()}};
  const auto failure_of = [&]() -> Failure {
    Connection connection(context.get_executor(), engine_words);
    const Result<void> opened = complete(context, connection.open(endpoint)).value();
    return opened ? Failure{.message = "opened"} : opened.failure();
  };
  const Failure of_file = failure_of();
  EXPECT_EQ(of_file.message,
            "the TLS file can't be used: the key is encrypted; dream asks for no passphrase");
  EXPECT_EQ(of_file.where, endpoint.tls->key);
  endpoint.tls = http::TlsFiles{.key_text = encrypted_key};
  EXPECT_EQ(failure_of().message,
            "the key of the client can't be used: the key is encrypted; dream asks for no passphrase");
}

/// An engine whose name no server answers for.
struct SilentEngine {
  explicit SilentEngine(const std::string& name)
      : endpoint{.kind = Endpoint::Kind::tcp, .host = name, .port = "1"} {
    name_servers().be_silent(name);
  }
  Endpoint endpoint;
};

TEST(Connection, that_is_closed_while_its_engine_is_looked_up_is_over_at_once) {
  const SilentEngine engine("closed.test");
  asio::io_context context(1);
  Connection connection(context.get_executor(), engine_words);
  std::optional<Result<void>> opened;
  const auto open = [&]() -> Async<void> { opened = co_await connection.open(engine.endpoint); };
  asio::co_spawn(context, open(), asio::detached);
  context.poll();
  name_servers().wait_until_asked("closed.test");
  EXPECT_FALSE(opened);
  connection.close();
  context.run();
  ASSERT_TRUE(opened);
  EXPECT_FALSE(*opened);
}

TEST(Connection, waits_for_a_name_no_longer_than_its_limit) {
  const SilentEngine engine("limit.test");
  asio::io_context context(1);
  Connection connection(context.get_executor(), engine_words);
  const auto opened = complete(context, connection.open(engine.endpoint, std::chrono::milliseconds(1)));
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->failure().message, ::testing::HasSubstr("timed out"));
}

TEST(Connection, to_an_engine_by_its_name) {
  asio::io_context context(1);
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  const Endpoint endpoint{.kind = Endpoint::Kind::tcp,
                          .host = "engine.test",
                          .port = std::to_string(acceptor.local_endpoint().port())};
  Connection connection(context.get_executor(), engine_words);
  EXPECT_TRUE(complete(context, connection.open(endpoint)).value());
}

/// Written to by this process at its end, also by a copy of it that ends as this one would.
int& end_of_process() {
  static int pipe = -1;
  return pipe;
}

TEST(Connection, a_program_that_can_not_be_executed_is_an_error_and_leaves_no_copy_of_this_process) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  end_of_process() = ends[1];
  std::atexit([] { static_cast<void>(!::write(end_of_process(), "x", 1)); });
  const TemporaryFolder folder;
  const auto file = folder.write("no-program", "this is text");
  ::chmod(file.c_str(), 0700);
  asio::io_context context(1);
  Connection connection(context.get_executor(), engine_words);
  EXPECT_EQ(connection.start({file.string()}), boost::system::errc::executable_format_error);
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), -1) << "it has been waited for, and has written nothing";
  end_of_process() = -1;
  for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace dream::docker
