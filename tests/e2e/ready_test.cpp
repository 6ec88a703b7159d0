#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "e2e/dream_run.hpp"
#include "support/free_port.hpp"

/// Steps that can tell when they are ready.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./a:go, a service that runs `command` and is ready by `probe`, before ./c:go, which says that it runs.
Workspace with_service(const std::string& command, const std::string& probe, const std::string& more = "") {
  return Workspace({{"a", command, "", std::string(service) + R"(, "ready": )" + probe + more},
                    {"c", "echo c runs", "", ""}});
}

class ReadyByPort : public testing::TestWithParam<const char*> {};

TEST_P(ReadyByPort, lets_the_next_step_start_when_the_server_listens) {
  const std::string port = std::to_string(free_port());
  const Workspace workspace =
      with_service("read go < $ROOT/gate; server " + port + " " + GetParam(), R"({"port": )" + port + "}");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: port " + port + " isn't listened on (");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("server: listening"), HasSubstr("c runs")));
  EXPECT_THAT(dream.err(), HasSubstr("./a:go is ready after "));
}

TEST_P(ReadyByPort, may_be_by_a_connection) {
  const std::string port = std::to_string(free_port());
  const Workspace workspace = with_service("read go < $ROOT/gate; server " + port + " " + GetParam(),
                                           R"({"tcp": "localhost:)" + port + "\"}");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: no connection to localhost:" + port + ": ");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

INSTANTIATE_TEST_SUITE_P(Families, ReadyByPort, testing::Values("4", "6"));

TEST(ReadyByPort, may_be_a_process_that_has_lost_its_parent) {
  const std::string port = std::to_string(free_port());
  const Workspace workspace =
      with_service("(server " + port + " 4 &); read go < $ROOT/gate", R"({"port": )" + port + "}");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
  EXPECT_THAT(finished.err, Not(HasSubstr("is listened on by")));
}

TEST(ReadyByPort, does_not_take_a_stranger_for_the_step) {
  const int stranger = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(stranger, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(stranger, 1), 0);
  ASSERT_EQ(::getsockname(stranger, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const Workspace workspace = with_service("read go < $ROOT/gate", R"({"port": )" + port + "}");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("./a:go: port " + port + " is listened on by pid " + std::to_string(::getpid()) + " (");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 1);
  EXPECT_THAT(dream.err(), HasSubstr("./a:go failed: exit code 0, ended before it was ready"));
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  ::close(stranger);
}

TEST(ReadyByLog, waits_for_a_line_of_either_stream_without_its_colours) {
  const Workspace workspace = with_service(
      R"(read go < $ROOT/gate; printf '\033[32mlistening\033[0m on 80\n' >&2; read go < $ROOT/gate)",
      R"({"log": "listening on *0"})");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: no line has \"listening on *0\" yet (");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), HasSubstr("c runs"));
}

/// Though both of dream's streams are one pipe.
TEST(ReadyByLog, finds_its_text_in_a_line_of_one_stream_that_the_other_writes_into) {
  const Workspace workspace = with_service(
      "printf 'list'; echo warning >&2; echo ening; read stop < $ROOT/nobody", R"({"log": "listening"})");
  const Gate nobody(workspace, "nobody");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c", .merged = true});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
}

TEST(ReadyByLog, does_not_wait_for_the_end_of_the_line) {
  const Workspace workspace =
      with_service("printf 'ready in '; read go < $ROOT/gate; printf '42 ms> '; read go < $ROOT/gate",
                   R"({"log": "ready * ms"})");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: no line has \"ready * ms\" yet (");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), HasSubstr("c runs"));
}

TEST(ReadyByFile, does_not_take_the_file_of_yesterday) {
  const Workspace workspace =
      with_service("read go < $ROOT/gate; echo more >> up; read go < $ROOT/gate", R"({"file": "up"})");
  workspace.write("a/up", "old\n");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: the file \"up\" is as it was before (");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(ReadyByExec, runs_in_the_folder_and_environment_of_the_step) {
  const Workspace workspace =
      with_service("read go < $ROOT/gate; touch up; read go < $ROOT/gate",
                   R"({"exec": "echo not yet; test -e $UP"})", R"(, "env": { "UP": "up" })");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("\"echo not yet; test -e $UP\" ends with exit code 1: not yet (");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), Not(HasSubstr("not yet"))) << "what a probe writes is nobody's output";
}

TEST(ReadyByExec, of_a_missing_tool_fails_at_once) {
  const Workspace workspace = with_service("read go < $ROOT/gate", R"({"exec": ["no-such-tool"]})");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("no-such-tool"), HasSubstr("can't become ready")));
}

TEST(ReadyByFile, is_told_of_it_and_does_not_try) {
  const Workspace workspace =
      with_service("read go < $ROOT/gate; touch up; read go < $ROOT/gate", R"({"file": "up"})");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: there is no file \"up\" (");
  EXPECT_THAT(dream.err(), Not(HasSubstr("tries")));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("./a:go is ready after "));
}

/// server.py PORT WORD: answers 503, and once WORD is a file, what it is asked for with the header X-Key.
constexpr const char* http_server = R"(
import http.server, os, socket, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = os.path.exists(sys.argv[2]) and self.path == "/up?x=1" and self.headers["X-Key"] == "a b"
        self.send_response(204 if good else 503)
        self.end_headers()
    def log_message(self, *words): pass
Server(("::1", int(sys.argv[1])), Handler).serve_forever()
)";

TEST(ReadyByHttp, waits_for_the_status) {
  const std::string port = std::to_string(free_port());
  const Workspace workspace =
      with_service("exec python3 $ROOT/server.py " + port + " up",
                   R"({"http": {"url": ":)" + port +
                       R"(/up?x=1", "status": [204, "500-502"], "headers": {"X-Key": "a b"}}})");
  workspace.write("server.py", http_server);
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready: :" + port + "/up?x=1 answers 503, not 204 or 500-502 (");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  workspace.write("a/up", "");
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), HasSubstr("c runs"));
}

/// ./a:go is ready by `notify`; what comes after it waits for the gate "end".
Workspace that_notifies(const std::string& command, const std::string& more = "") {
  return Workspace({{"a", command, "", std::string(service) + R"(, "ready": {"notify": true})" + more},
                    {"c", "echo c runs; read go < $ROOT/end", "", ""}});
}

TEST(ReadyByNotify, is_what_systemd_notify_says) {
  const Workspace workspace = that_notifies(
      "systemd-notify --status='3 of 4' && read go < $ROOT/gate && systemd-notify --ready && "
      "systemd-notify --status=more && echo all was heard; read go < $ROOT/gate");
  const Gate gate(workspace, "gate");
  const Gate end(workspace, "end");
  DreamRun dream(workspace);
  dream.await_err(
      "waiting for ./a:go to be ready: it hasn't said READY=1 on its NOTIFY_SOCKET; its status is \"3 of 4\" "
      "(");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  gate.open();
  dream.await_out("c runs");
  dream.await_out("all was heard");
  end.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("./a:go is ready after "));
}

/// notify.py WORDS…: one message, from a process that is soon gone.
constexpr const char* notify_script = R"(
import os, socket, sys
name = os.environ["NOTIFY_SOCKET"]
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sender.connect("\0" + name[1:] if name[0] == "@" else name)
sender.sendall("\n".join(sys.argv[1:]).encode())
)";

TEST(ReadyByNotify, moves_the_deadline_and_leaves_no_socket) {
  const Workspace workspace = that_notifies(
      "python3 $ROOT/notify.py EXTEND_TIMEOUT_USEC=7200000000 STATUS=slow; read go < $ROOT/gate; "
      "python3 $ROOT/notify.py STATUS=fast READY=1 MAINPID=1; read go < $ROOT/gate",
      R"(, "readyTimeout": 60000)");
  workspace.write("notify.py", notify_script);
  const Gate gate(workspace, "gate");
  const Gate end(workspace, "end");
  DreamRun dream(
      workspace,
      {.arguments = {"go"}, .folder = "c", .environment = {{"XDG_RUNTIME_DIR", workspace.root()}}});
  dream.await_err("its status is \"slow\" (");
  dream.await_err("gives up in 119 min ");
  gate.open();
  dream.await_out("c runs");
  end.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_TRUE(std::filesystem::is_directory(workspace.root() / "dream"));
  EXPECT_TRUE(std::filesystem::is_empty(workspace.root() / "dream")) << "its socket is left";
}

TEST(NotReady, in_time_is_a_failure) {
  const Workspace workspace =
      with_service("read go < $ROOT/gate", R"({"file": "up"})", R"(, "readyTimeout": 50)");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 124);
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("./a:go isn't ready after "), HasSubstr(": there is no file \"up\"\n"),
                    HasSubstr("not ready within 50 ms")));
  EXPECT_THAT(finished.out, Not(HasSubstr("c runs")));
}

TEST(NotReady, in_time_is_told_where_nobody_waits) {
  const Workspace workspace({{"a", "read go < $ROOT/other", R"("waitFor": "started")",
                              std::string(service) + R"(, "ready": {"file": "up"}, "readyTimeout": 1)"},
                             {"c", "echo c runs; read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate other(workspace, "other");
  DreamRun dream(workspace);
  dream.await_out("c runs");
  dream.await_err("./a:go isn't ready after ");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.err(), Not(HasSubstr("not ready within")));
}

TEST(Readiness, is_in_the_events_and_the_plan) {
  const Workspace workspace = with_service("touch up; read go < $ROOT/gate", R"({"file": "up"})");
  const Gate gate(workspace, "gate");
  const Finished events = run(workspace, {.arguments = {"go", "-o", "events"}, .folder = "c"});
  EXPECT_EQ(events.code, 0) << events.err;
  EXPECT_THAT(events.out, HasSubstr(R"("event":"ready","step":"./a:go","attempt":1,"afterUs":)"));
  const Finished plan = run(workspace, {.arguments = {"plan", "go"}, .folder = "c"});
  EXPECT_THAT(plan.out, HasSubstr("after ./a:go is ready"));
}

TEST(SuccessCodes, make_a_success_of_another_exit_code) {
  const Workspace workspace({{"a", "exit 3", "", R"("successCodes": [0, 3])"},
                             {"b", "exit 0", R"("required": false)", R"("successCodes": [3])"},
                             {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("./a:go succeeded: exit code 3"),
                    HasSubstr("./b:go failed: exit code 0, which its successCodes don't list")));
}

}  // namespace
}  // namespace dream::e2e
