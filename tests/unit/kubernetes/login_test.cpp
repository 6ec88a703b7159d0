#include "login.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "http/complete.hpp"
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
  Result<void> prepare(Login& login, bool refused = false) {
    return http::complete(context, login.prepare(refused)).value();
  }

  TemporaryFolder folder;
  asio::io_context context{1};
};

TEST_F(LoginWithProgram, runs_it_once_and_again_when_it_is_refused) {
  Login login(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s-%s-%s"}}' "$1" "$GIVEN" "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login)) << prepare(login).failure().message;
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer word-a b-1")));
  ASSERT_TRUE(prepare(login, true));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer word-a b-2")));
}

TEST_F(LoginWithProgram, runs_it_again_when_what_it_gave_has_expired) {
  Login login(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s", "expirationTimestamp": "2001-01-01T00:00:00Z"}}' "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login));
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer 2")));
}

TEST_F(LoginWithProgram, tells_it_of_the_cluster_and_takes_a_certificate) {
  Login login(context.get_executor(), access(R"sh(printf '%s' "$KUBERNETES_EXEC_INFO" > $0.info
echo '{"kind": "ExecCredential", "status": {"clientCertificateData": "cert", "clientKeyData": "key"}}')sh"));
  ASSERT_TRUE(prepare(login));
  EXPECT_EQ(login.endpoint().tls->certificate_text, "cert");
  EXPECT_EQ(login.endpoint().tls->key_text, "key");
  const auto info = plugins::parse_json_file((folder.path() / "login.info").string());
  EXPECT_EQ(json_text(info, {"apiVersion"}), "client.authentication.k8s.io/v1");
  EXPECT_EQ(json_text(info, {"spec", "cluster", "server"}), "https://a");
  EXPECT_FALSE(json_at(info, {"spec", "interactive"}).GetBool());
}

TEST_F(LoginWithProgram, gives_its_variables_to_it_alone) {
  Login login(context.get_executor(), access(R"sh(tr '\0' '\n' < /proc/$$/cmdline > $0.words
printf '{"kind": "ExecCredential", "status": {"token": "%s"}}' "$GIVEN")sh"));
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer a b")));
  std::ifstream words(folder.path() / "login.words");
  const std::string all{std::istreambuf_iterator<char>(words), {}};
  EXPECT_EQ(all, "/bin/sh\n" + (folder.path() / "login").string() + "\nword\n");
  EXPECT_EQ(std::getenv("GIVEN"), nullptr);
}

TEST_F(LoginWithProgram, that_hangs_is_told_so) {
  Login login(context.get_executor(), access("exec sleep 1000"), std::chrono::milliseconds(1));
  const Result<void> late = prepare(login);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.failure().message, HasSubstr("gives no login: it doesn't answer within 1 min"));
}

TEST_F(LoginWithProgram, runs_once_for_all_who_wait_for_it) {
  Login login(context.get_executor(), access(R"sh(echo x >> $0.runs
printf '{"kind": "ExecCredential", "status": {"token": "%s", "expirationTimestamp": "2001-01-01T00:00:00Z"}}' "$(wc -l < $0.runs)")sh"));
  ASSERT_TRUE(prepare(login));
  int done = 0;
  for (int number = 0; number < 3; ++number) {
    asio::co_spawn(
        context,
        [&]() -> Async<void> {
          const Result<void> prepared = co_await login.prepare(false);
          done += prepared ? 1 : 0;
        },
        asio::detached);
  }
  context.restart();
  context.run();
  EXPECT_EQ(done, 3);
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer 2")));
}

TEST_F(LoginWithProgram, that_gives_nothing_is_told_with_its_words) {
  Login silent(context.get_executor(), access("echo 'please log in' >&2; exit 1"));
  const Result<void> failed = prepare(silent);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.failure().message,
              HasSubstr("gives no login: it printed no ExecCredential: please log in"));
  Access missing = access("");
  missing.program->command = {"dream-no-such-program"};
  missing.program->install_hint = "install it so";
  Login login(context.get_executor(), missing);
  const Result<void> lost = prepare(login);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.failure().message, HasSubstr("dream-no-such-program gives no login: it is not installed"));
  EXPECT_EQ(lost.failure().hint, "install it so");
}

TEST_F(LoginWithProgram, or_a_file_reads_that_each_time) {
  Access with_file{.endpoint = {.address = "https://a"}};
  with_file.token_file = folder.write("token", "first\n").string();
  Login login(context.get_executor(), with_file);
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer first")));
  folder.write("token", "second");
  ASSERT_TRUE(prepare(login));
  EXPECT_THAT(login.headers(), Contains(Pair("Authorization", "Bearer second")));
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
