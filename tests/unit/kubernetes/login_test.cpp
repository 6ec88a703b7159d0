#include "login.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "http/complete.hpp"
#include "leftovers.hpp"
#include "shared/programs.hpp"
#include "support/temporary_folder.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

/// An access whose program is a shell script.
struct LoginWithProgram : ::testing::Test {
  Access access(const std::string& script) {
    const auto file = folder.write("login", "#!/bin/sh\n" + script);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    Access made{.endpoint = {.kind = Endpoint::Kind::tcp, .address = "https://a", .tls = http::TlsFiles{}}};
    made.program = LoginProgram{.command = {file.string(), "word"},
                                .environment = {"GIVEN=a b"},
                                .api_version = "client.authentication.k8s.io/v1",
                                .wants_cluster = true};
    return made;
  }
  Result<void> prepare(const std::shared_ptr<Login>& login, bool refused = false) {
    return http::complete(context, login->prepare(refused)).value();
  }

  TemporaryFolder folder;
  asio::io_context context{1};
};

TEST_F(LoginWithProgram, runs_it_once_and_again_when_it_is_refused) {
  const auto login = std::make_shared<Login>(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s-%s-%s"}}' "$1" "$GIVEN" "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login)) << prepare(login).failure().message;
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer word-a b-1")));
  ASSERT_TRUE(prepare(login, true));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer word-a b-2")));
}

TEST_F(LoginWithProgram, runs_it_again_when_what_it_gave_has_expired) {
  const auto login = std::make_shared<Login>(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s", "expirationTimestamp": "2001-01-01T00:00:00Z"}}' "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login));
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer 2")));
}

TEST_F(LoginWithProgram, tells_it_of_the_cluster_and_takes_a_certificate) {
  const auto login = std::make_shared<Login>(context.get_executor(),
                                             access(R"sh(printf '%s' "$KUBERNETES_EXEC_INFO" > $0.info
echo '{"kind": "ExecCredential", "status": {"clientCertificateData": "cert", "clientKeyData": "key"}}')sh"));
  ASSERT_TRUE(prepare(login));
  EXPECT_EQ(login->endpoint().tls->certificate_text, "cert");
  EXPECT_EQ(login->endpoint().tls->key_text, "key");
  EXPECT_EQ(login->certificates(), 1U);
  ASSERT_TRUE(prepare(login, true));
  EXPECT_EQ(login->certificates(), 2U) << "who has the old one hears of it";
  const auto info = plugins::parse_json_file((folder.path() / "login.info").string());
  EXPECT_EQ(json_text(info, {"apiVersion"}), "client.authentication.k8s.io/v1");
  EXPECT_EQ(json_text(info, {"spec", "cluster", "server"}), "https://a");
  EXPECT_FALSE(json_at(info, {"spec", "interactive"}).GetBool());
}

TEST_F(LoginWithProgram, gives_its_variables_to_it_alone) {
  const auto login =
      std::make_shared<Login>(context.get_executor(), access(R"sh(tr '\0' '\n' < /proc/$$/cmdline > $0.words
printf '{"kind": "ExecCredential", "status": {"token": "%s"}}' "$GIVEN")sh"));
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer a b")));
  std::ifstream words(folder.path() / "login.words");
  const std::string all{std::istreambuf_iterator<char>(words), {}};
  EXPECT_EQ(all, "/bin/sh\n" + (folder.path() / "login").string() + "\nword\n");
  EXPECT_EQ(std::getenv("GIVEN"), nullptr);
}

TEST_F(LoginWithProgram, that_hangs_is_told_so) {
  const auto login = std::make_shared<Login>(context.get_executor(), access("exec sleep 1000"),
                                             std::chrono::milliseconds(1));
  const Result<void> late = prepare(login);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.failure().message, HasSubstr("gives no login: it doesn't answer within 1 min"));
}

TEST_F(LoginWithProgram, that_hangs_is_ended_when_nobody_waits_for_it_any_more) {
  using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): ||
  const auto fifo = (folder.path() / "alive").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  const int writer = ::open(fifo.c_str(), O_WRONLY);  // until the program has come, this isn't the end
  const auto login = std::make_shared<Login>(context.get_executor(),
                                             access("exec 9> " + fifo + "; echo up >&9; exec sleep 1000"));
  asio::posix::stream_descriptor alive(context, reader);
  std::string words;
  const auto leave = [&]() -> Async<bool> {
    const auto done = co_await (login->prepare(false) ||
                                asio::async_read_until(alive, asio::dynamic_buffer(words), '\n', answered));
    co_return done.index() == 1;
  };
  EXPECT_TRUE(http::complete(context, leave()).value());
  ::close(writer);
  const auto ended = [&]() -> Async<bool> {
    const auto [error, bytes] =
        co_await asio::async_read(alive, asio::dynamic_buffer(words), asio::transfer_all(), answered);
    co_return error == asio::error::eof;
  };
  EXPECT_TRUE(http::complete(context, ended()).value()) << "the program holds its end of the pipe no more";
}

TEST_F(LoginWithProgram, ends_with_the_process_that_asks_it) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t asking = ::fork();
  if (asking == 0) {
    ::close(ends[0]);
    ::dup2(ends[1], 9);
    asio::io_context own(1);
    const auto login = std::make_shared<Login>(own.get_executor(), access("echo up >&9; exec sleep 1000"));
    static_cast<void>(http::complete(own, login->prepare(false)));
    ::_exit(0);
  }
  ::close(ends[1]);
  std::array<char, 8> words{};
  EXPECT_EQ(::read(ends[0], words.data(), words.size()), 3);
  ::kill(asking, SIGKILL);
  ::waitpid(asking, nullptr, 0);
  EXPECT_EQ(::read(ends[0], words.data(), words.size()), 0) << "the program lives on";
  ::close(ends[0]);
}

/// Only a sanitizer sees a fault here: everything that waits goes with the context, in any order.
TEST_F(LoginWithProgram, that_hangs_is_given_up_with_all_that_waits_for_it) {
  const Result<void> removed =
      remove_all_of("session", access("exec sleep 1000"), std::chrono::milliseconds(100));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.failure().message, "the API server takes too long to delete Pods");
}

TEST_F(LoginWithProgram, runs_once_for_all_who_wait_for_it) {
  const auto login = std::make_shared<Login>(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s", "expirationTimestamp": "2001-01-01T00:00:00Z"}}' "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login));
  int done = 0;
  for (int number = 0; number < 3; ++number) {
    asio::co_spawn(
        context,
        [&]() -> Async<void> {
          const Result<void> prepared = co_await login->prepare(false);
          done += prepared ? 1 : 0;
        },
        asio::detached);
  }
  context.restart();
  context.run();
  EXPECT_EQ(done, 3);
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer 2")));
}

TEST_F(LoginWithProgram, that_gives_nothing_is_told_with_its_words) {
  const auto silent =
      std::make_shared<Login>(context.get_executor(), access("echo 'please log in' >&2; exit 1"));
  const Result<void> failed = prepare(silent);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.failure().message,
              HasSubstr("gives no login: it printed no ExecCredential: please log in"));
  Access missing = access("");
  missing.program->command = {"dream-no-such-program"};
  missing.program->install_hint = "install it so";
  const auto login = std::make_shared<Login>(context.get_executor(), missing);
  const Result<void> lost = prepare(login);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.failure().message, HasSubstr("dream-no-such-program gives no login: it is not installed"));
  EXPECT_EQ(lost.failure().hint, "install it so");
}

TEST_F(LoginWithProgram, that_is_a_path_is_searched_nowhere_else) {
  folder.write("programs/bin/login", "#!/bin/sh\n");
  const auto other = folder.path() / "programs";
  std::filesystem::permissions(other / "bin/login", std::filesystem::perms::owner_all);
  EXPECT_EQ(plugins::find_program("bin/login", other.string()), "");
  const auto here = std::filesystem::relative(other / "bin/login");
  EXPECT_EQ(plugins::find_program(here.string(), "/nowhere"), here);
  EXPECT_EQ(plugins::find_program("login", (other / "bin").string()), other / "bin/login");
}

TEST_F(LoginWithProgram, or_a_file_reads_that_each_time) {
  Access with_file{.endpoint = {.address = "https://a"}};
  with_file.token_file = folder.write("token", "first\n").string();
  const auto login = std::make_shared<Login>(context.get_executor(), with_file);
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer first")));
  folder.write("token", "second");
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login->headers(), Contains(Pair("Authorization", "Bearer second")));
}

TEST(Credential, needs_a_token_or_a_certificate) {
  EXPECT_FALSE(read_credential("{}"));
  EXPECT_FALSE(read_credential(R"({"kind": "ExecCredential", "status": {}})"));
  const auto read = read_credential(
      R"({"kind": "ExecCredential", "status": {"token": "t", "expirationTimestamp": "1970-01-02T00:00:00Z"}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->token, "t");
  EXPECT_EQ(read->expires_s, 24 * 60 * 60);
}

}  // namespace
}  // namespace dream::kubernetes
