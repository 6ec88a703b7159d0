#include "registry_auth.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "complete.hpp"
#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

std::string authorization(const TemporaryFolder& folder, const std::string& image) {
  asio::io_context context(1);
  const auto header =
      complete(context, pull_authorization(context.get_executor(), folder.path().string(), image));
  return base64_decode(header.value());
}

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
  EXPECT_EQ(base64_decode(build_authorization(folder.path().string())),
            R"({"ghcr.io":{"username":"me","password":"a:b","serveraddress":"ghcr.io"}})");
}

TEST(RegistryAuth, without_a_configuration_there_is_none) {
  const TemporaryFolder folder;
  EXPECT_EQ(authorization(folder, "ghcr.io/x"), "");
  EXPECT_EQ(build_authorization(folder.path().string()), "");
}

TEST(RegistryAuth, a_credential_helper_is_asked) {
  const TemporaryFolder folder;
  const auto helper =
      folder.write("docker-credential-fake",
                   "#!/bin/sh\nread server\n"
                   "echo \"{\\\"Username\\\": \\\"<token>\\\", \\\"Secret\\\": \\\"$1 $server\\\"}\"\n");
  ::chmod(helper.c_str(), 0700);
  folder.write("config.json", R"({"credHelpers": {"ghcr.io": "fake"}, "credsStore": "missing"})");
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder.path().string() + ":" + path).c_str(), 1);
  EXPECT_EQ(authorization(folder, "ghcr.io/x"),
            R"({"identitytoken":"get ghcr.io","serveraddress":"ghcr.io"})");
  EXPECT_EQ(authorization(folder, "other.io/x"), "") << "a helper that isn't installed knows nothing";
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace dream::docker
