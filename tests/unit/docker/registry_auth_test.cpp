#include "registry_auth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "http/complete.hpp"
#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

Authorization find(const TemporaryFolder& folder, const std::string& image,
                   std::chrono::milliseconds limit = std::chrono::hours(1)) {
  asio::io_context context(1);
  RegistryLogins logins(context.get_executor(), folder.path().string(), limit);
  return complete(context, logins.find(image)).value();
}

Authorization find_all(const TemporaryFolder& folder, const std::string& dockerfile,
                       std::chrono::milliseconds limit = std::chrono::hours(1)) {
  asio::io_context context(1);
  RegistryLogins logins(context.get_executor(), folder.path().string(), limit);
  return complete(context, logins.find_all(dockerfile)).value();
}

std::string authorization(const TemporaryFolder& folder, const std::string& image) {
  return base64_decode(find(folder, image).header).value_or("no base64");
}

/// A folder of docker's configuration whose passwords are in the helper "fake": a shell script, found in
/// PATH.
struct CredentialHelper : ::testing::Test {
  ~CredentialHelper() override { ::setenv("PATH", path.c_str(), 1); }

  void helper(const std::string& script) {
    const auto file = folder.write("docker-credential-fake", "#!/bin/sh\n" + script);
    ::chmod(file.c_str(), 0700);
    folder.write("config.json", R"({"credHelpers": {"ghcr.io": "fake"}, "credsStore": "missing"})");
    ::setenv("PATH", (folder.path().string() + ":" + path).c_str(), 1);
  }
  std::string trouble(std::chrono::milliseconds limit = std::chrono::hours(1)) const {
    const Authorization found = find(folder, "ghcr.io/x", limit);
    EXPECT_EQ(found.header, "");
    return found.trouble;
  }
  [[nodiscard]] std::string named() const {
    return "docker-credential-fake, which " + folder.path().string() + "/config.json names,";
  }

  TemporaryFolder folder;
  std::string path = std::getenv("PATH");
};

TEST(RegistryAuth, base64_is_undone_by_itself) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc", "user:pass"}) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
  EXPECT_EQ(base64_encode("\xff\xff\xff?"), "____Pw==");
  EXPECT_EQ(base64_decode("////Pw=="), "\xff\xff\xff?");
}

TEST(RegistryAuth, the_first_part_of_a_name_is_a_registry_when_it_looks_like_a_host) {
  EXPECT_EQ(registry_of("postgres:16"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("me/app"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("docker.io/library/x"), "https://index.docker.io/v1/");
  EXPECT_EQ(registry_of("ghcr.io/me/app:1"), "ghcr.io");
  EXPECT_EQ(registry_of("localhost:5000/x"), "localhost:5000");
  EXPECT_EQ(registry_of("localhost/x"), "localhost");
  EXPECT_EQ(registry_of("x.y:16"), "https://index.docker.io/v1/");
}

TEST(RegistryAuth, a_stored_password_is_found) {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"auths": {"ghcr.io": {"auth": ")" + base64_encode("me:a:b") + R"("}}})");
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"username":"me","password":"a:b","serveraddress":"ghcr.io"})");
  EXPECT_EQ(authorization(folder, "postgres"), "");
  EXPECT_EQ(base64_decode(find_all(folder, "FROM x").header),
            R"({"ghcr.io":{"username":"me","password":"a:b","serveraddress":"ghcr.io"}})");
}

TEST(RegistryAuth, without_a_configuration_there_is_none) {
  const TemporaryFolder folder;
  EXPECT_EQ(authorization(folder, "ghcr.io/x"), "");
  EXPECT_EQ(find_all(folder, "FROM x").header, "");
}

TEST(RegistryAuth, a_stored_password_is_found_by_an_address_of_its_registry) {
  for (const char* key : {"https://ghcr.io", "http://ghcr.io/", "https://ghcr.io/v1/", "ghcr.io/v2/"}) {
    const TemporaryFolder folder;
    folder.write("config.json", R"({"auths": {"a.io": {}, ")" + std::string(key) + R"(": {"auth": ")" +
                                    base64_encode("u:p") + R"("}}})");
    EXPECT_EQ(authorization(folder, "ghcr.io/x"),
              R"({"username":"u","password":"p","serveraddress":"ghcr.io"})")
        << key;
    EXPECT_EQ(authorization(folder, "a.io/x"), "") << key;
    EXPECT_EQ(base64_decode(find_all(folder, "FROM x").header),
              R"({"ghcr.io":{"username":"u","password":"p","serveraddress":"ghcr.io"}})")
        << key;
  }
}

TEST(RegistryAuth, the_registries_of_a_build_stand_in_its_dockerfile) {
  using Names = std::set<std::string>;
  EXPECT_EQ(registries_of("from --platform=linux/amd64 ghcr.io/me/go:1 AS build\r\nFROM scratch\n"
                          "COPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --from=b.io/x /a /a\nRUN $x"),
            (Names{"ghcr.io", "b.io"}));
  EXPECT_EQ(registries_of("FROM alpine\n"), Names{"https://index.docker.io/v1/"});
  EXPECT_EQ(registries_of("RUN --mount=type=bind,from=c.io/x,target=/a true\n"), Names{"c.io"});
  for (const char* unknown : {"FROM $BASE", "FROM ${HOST}/a", "FROM \\\n  a", "COPY --from=$A a a"})
    EXPECT_EQ(registries_of(unknown), std::nullopt) << unknown;
}

TEST(RegistryAuth, what_is_no_base64_is_nothing) {
  for (const char* text : {"a", "a?b=", "\xff\xff\xff\xff"})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  EXPECT_EQ(base64_decode(" dXNl\n\tcjpw\r\nYXNz \n"), "user:pass") << "in several lines";
  EXPECT_EQ(base64_decode("dXNlcjpwYXNz"), "user:pass");
  EXPECT_EQ(base64_decode("dTpwdw"), "u:pw") << "without its padding";
}

TEST_F(CredentialHelper, is_asked) {
  helper(
      "read server\n"
      "echo \"{\\\"Username\\\": \\\"<token>\\\", \\\"Secret\\\": \\\"$1 $server\\\"}\"\n");
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"identitytoken":"get ghcr.io","serveraddress":"ghcr.io"})");
  EXPECT_EQ(find(folder, "ghcr.io/x").trouble, "");
}

constexpr const char* answers_with_the_server =
    "read server\necho \"{\\\"Username\\\": \\\"new\\\", \\\"Secret\\\": \\\"$server\\\"}\"\n";

TEST_F(CredentialHelper, comes_before_what_is_stored) {
  helper(answers_with_the_server);
  const std::string stored = R"({"auth": ")" + base64_encode("old:old") + R"("})";
  folder.write("config.json", R"({"auths": {"ghcr.io": )" + stored + R"(, "b.io": )" + stored +
                                  R"(}, "credHelpers": {"ghcr.io": "fake"}})");
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"username":"new","password":"ghcr.io","serveraddress":"ghcr.io"})");
  EXPECT_EQ(authorization(folder, "b.io/x"), R"({"username":"old","password":"old","serveraddress":"b.io"})");
  folder.write("config.json", R"({"auths": {"b.io": )" + stored + R"(}, "credsStore": "fake"})");
  EXPECT_EQ(authorization(folder, "b.io/x"),
            R"({"username":"new","password":"b.io","serveraddress":"b.io"})");
}

TEST_F(CredentialHelper, that_knows_nothing_leaves_what_is_stored_unused_and_one_that_fails_does_not) {
  const auto write = [&] {
    folder.write("config.json", R"({"auths": {"ghcr.io": {"auth": ")" + base64_encode("u:p") +
                                    R"("}}, "credsStore": "fake"})");
  };
  helper("echo 'credentials not found in native keychain'; exit 1");
  write();
  EXPECT_EQ(authorization(folder, "ghcr.io/x"), "");
  helper("exit 1");
  write();
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"username":"u","password":"p","serveraddress":"ghcr.io"})");
}

TEST_F(CredentialHelper, is_asked_for_a_build_that_may_need_it) {
  helper("echo asked >> \"$0.log\"\n" + std::string(answers_with_the_server));
  folder.write("config.json", R"({"auths": {"https://a.io": {}}, "credHelpers": {"b.io": "fake"}})");
  EXPECT_EQ(find_all(folder, "FROM c.io/x\nCOPY --from=alpine a a\n").header, "");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "docker-credential-fake.log"));
  folder.write("config.json", R"({"auths": {"https://a.io": {}}, "credHelpers": {"b.io": "fake"}, )"
                              R"("credsStore": "fake"})");
  EXPECT_EQ(base64_decode(find_all(folder, "FROM c.io/x").header),
            R"({"c.io":{"username":"new","password":"c.io","serveraddress":"c.io"}})");
  EXPECT_EQ(base64_decode(find_all(folder, "FROM b.io/x").header),
            R"({"b.io":{"username":"new","password":"b.io","serveraddress":"b.io"}})");
  EXPECT_EQ(base64_decode(find_all(folder, "ARG BASE\nFROM $BASE").header),
            R"({"a.io":{"username":"new","password":"a.io","serveraddress":"a.io"},)"
            R"("b.io":{"username":"new","password":"b.io","serveraddress":"b.io"}})");
}

TEST_F(CredentialHelper, that_hangs_is_given_up_for_a_build) {
  helper("exec sleep 1000");
  const Authorization found = find_all(folder, "FROM ghcr.io/x", std::chrono::milliseconds(1));
  EXPECT_EQ(found.header, "");
  EXPECT_EQ(found.trouble, named() + " doesn't answer; docker login shows whether it works");
}

TEST_F(CredentialHelper, that_is_not_installed_is_named) {
  helper("exit 1");
  const Authorization found = find(folder, "other.io/x");
  EXPECT_EQ(found.header, "");
  EXPECT_EQ(found.trouble, "docker-credential-missing, which " + folder.path().string() +
                               "/config.json names, is not installed: install it, or remove it there");
}

TEST_F(CredentialHelper, that_fails_is_quoted) {
  helper("echo first >&2; echo 'the keyring is locked' >&2; exit 1");
  EXPECT_EQ(trouble(),
            named() + " gave no password: the keyring is locked; docker login shows whether it works");
  helper("echo 'no such store'; exit 1");
  EXPECT_EQ(trouble(), named() + " gave no password: no such store; docker login shows whether it works");
  helper("head -c 1000000 /dev/zero >&2; echo '{}'");
  EXPECT_EQ(trouble(), named() + " gave no password; docker login shows whether it works");
}

TEST_F(CredentialHelper, answers_with_the_first_value_that_it_writes) {
  helper("echo '{\"ServerURL\": \"x\", \"Username\": \"u\", \"Secret\": \"s\"}'; echo more; exit 0");
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"username":"u","password":"s","serveraddress":"ghcr.io"})");
}

TEST_F(CredentialHelper, that_may_have_written_a_password_is_not_quoted) {
  for (const char* answer :
       {R"({"Username": "", "Secret": "hunter2"})", R"({"Username": "u", "Secret": "hunter2")", "hunter2"}) {
    helper("echo '" + std::string(answer) + "'");
    EXPECT_EQ(trouble(), named() + " gave no password; docker login shows whether it works") << answer;
  }
  helper(R"(echo '{"Username": "", "Secret": "hunter2"}'; exit 1)");
  EXPECT_EQ(trouble(), named() + " gave no password; docker login shows whether it works");
}

TEST_F(CredentialHelper, that_knows_nothing_of_a_registry_is_no_trouble) {
  helper("echo 'credentials not found in native keychain'; exit 1");
  EXPECT_EQ(trouble(), "");
}

TEST_F(CredentialHelper, that_hangs_is_given_up) {
  helper("exec sleep 1000");
  EXPECT_EQ(trouble(std::chrono::milliseconds(1)),
            named() + " doesn't answer; docker login shows whether it works");
}

TEST_F(CredentialHelper, that_hangs_is_broken_off_and_ended_with_what_it_has_started) {
  const std::string fifo = (folder.path() / "asked").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  helper("exec 3> " + fifo + "; echo asked >&3; sleep 1000 & wait");
  asio::io_context context(1);
  RegistryLogins asked(context.get_executor(), folder.path().string(), std::chrono::hours(1));
  std::string rest;
  std::thread breaker([&] {
    std::string line;
    std::ifstream stream(fifo);
    std::getline(stream, line);
    asio::post(context, [&] { asked.close(); });
    std::getline(stream, rest, '\0');  // to the end: until nobody has it open for writing
  });
  folder.write("config.json", R"({"credHelpers": {"a.io": "fake", "b.io": "fake"}})");
  const auto found = complete(context, asked.find_all("FROM $x"));
  breaker.join();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->header, "");
  EXPECT_EQ(rest, "");
}

}  // namespace
}  // namespace dream::docker
