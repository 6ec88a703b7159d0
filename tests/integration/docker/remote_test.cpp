#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "engine_fixture.hpp"
#include "support/free_port.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A variable of this process, for the time of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_.empty()) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, before_.c_str(), 1);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

using Ssh = EngineTest;

TEST_F(Ssh, is_a_connection_like_any_other) {
  // It stands in for the way to another machine: what is at its end is the engine of this one.
  const TemporaryFolder bin;
  const auto ssh = bin.write("ssh", "#!/bin/sh\necho \"$@\" >> " + (bin.path() / "calls").string() +
                                        "\nexec docker --host " + address + " system dial-stdio\n");
  ::chmod(ssh.c_str(), 0700);
  const Variable path("PATH", bin.path().string() + ":" + std::getenv("PATH"));
  FakeRun& run =
      start(R"("host": "ssh://me@far", "image": "box", "network": "none")", {.command_line = "echo hello"});
  EXPECT_EQ(exit_of(run).value, 0) << run.exits.front().text;
  EXPECT_EQ(out(run), "hello\n");
  EXPECT_THAT(containers(), IsEmpty());
  std::ifstream calls(bin.path() / "calls");
  std::string first;
  std::getline(calls, first);
  EXPECT_EQ(first,
            "-T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -l me -- far docker system "
            "dial-stdio");
}

TEST_F(Ssh, that_fails_is_quoted) {
  const TemporaryFolder bin;
  const auto ssh =
      bin.write("ssh", "#!/bin/sh\necho 'me@far: Permission denied (publickey).' >&2\nexit 255\n");
  ::chmod(ssh.c_str(), 0700);
  const Variable path("PATH", bin.path().string() + ":" + std::getenv("PATH"));
  const FakeExit exit = failed_start_of(start(R"("host": "ssh://me@far", "image": "box")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text,
              HasSubstr("no connection to the container engine: me@far: Permission denied (publickey)"));
}

/// An engine that listens with TLS and believes only who has a certificate of the same authority.
struct Tls : EngineTest {
  Tls() {
    const std::string folder = certificates.path().string();
    const auto run = [&](const std::string& command) {
      if (std::system(("cd " + folder + " && " + command + " >> log 2>&1").c_str()) != 0) {
        throw std::runtime_error("openssl failed (apt-get install openssl): " + command);
      }
    };
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -subj /CN=authority -days "
        "2");
    for (const std::string who : {"server", "client"}) {
      const std::string purpose = who == "server" ? "serverAuth\nsubjectAltName=DNS:localhost" : "clientAuth";
      certificates.write(who + ".ext", "extendedKeyUsage=" + purpose + "\n");
      run(fmt::format("openssl req -newkey rsa:2048 -nodes -keyout {0}-key.pem -out {0}.csr -subj /CN={0}",
                      who));
      run(
          fmt::format("openssl x509 -req -in {0}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 "
                      "-extfile {0}.ext -out {0}-cert.pem",
                      who));
    }
    certificates.write("client/keep");
    run("cp ca.pem client/ca.pem; cp client-cert.pem client/cert.pem; cp client-key.pem client/key.pem");
    own.start({"--host", "tcp://127.0.0.1:" + port, "--tlsverify", "--tlscacert", folder + "/ca.pem",
               "--tlscert", folder + "/server-cert.pem", "--tlskey", folder + "/server-key.pem"});
    own.import_image();
  }
  ~Tls() override { own.stop(); }

  FakeRun& start_at(const std::string& host_name) {
    return start(R"("host": "tcp://)" + host_name + ":" + port + R"(", "image": "box", "network": "none")",
                 {.command_line = "yes | head -c 1000000"});
  }

  TemporaryFolder certificates;
  std::string port = std::to_string(free_port());
  TestEngine own{std::string(DREAM_TEST_ENGINE) + "-tls"};
};

TEST_F(Tls, carries_a_whole_run_and_refuses_who_can_not_be_believed) {
  const Variable verify("DOCKER_TLS_VERIFY", "1");
  {
    const Variable folder("DOCKER_CERT_PATH", (certificates.path() / "client").string());
    FakeRun& run = start_at("localhost");
    EXPECT_EQ(exit_of(run).value, 0) << run.exits.front().text;
    EXPECT_EQ(out(run).size(), 1000000U);

    // Its certificate is for localhost.
    const FakeExit wrong_name = failed_start_of(start_at("127.0.0.1"));
    EXPECT_EQ(wrong_name.value, 125);
    EXPECT_THAT(wrong_name.text, HasSubstr("no TLS connection to the engine"));
  }
  const TemporaryFolder none;
  const Variable folder("DOCKER_CERT_PATH", none.path().string());
  const FakeExit stranger = failed_start_of(start_at("localhost"));
  EXPECT_EQ(stranger.value, 125);
  EXPECT_THAT(stranger.text, HasSubstr("certificate verify failed"));
}

}  // namespace
}  // namespace dream::docker::testing
