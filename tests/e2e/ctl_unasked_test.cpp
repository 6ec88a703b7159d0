#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "e2e/ctl_stack.hpp"
#include "e2e/process_list.hpp"

/// Runs that go on and can't be asked.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./c:dev and ./c:other, each with a run of its own.
constexpr const char* two_tasks = R"({"projects": {"./c": {"tasks": {
    "dev": {"command": "echo begun; read word < $ROOT/nobody"},
    "other": {"command": "echo other; read word < $ROOT/nobody"}}}}})";

class Unasked : public testing::Test {
 protected:
  explicit Unasked(std::vector<std::string> words = {"dev"}) : dream(stack, stack.launch(std::move(words))) {
    dream.await_out("begun\n");
    host = host_of(dream.pid());
  }
  ~Unasked() override {
    ::kill(host, SIGCONT);
    dream.send(SIGTERM);
    EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
  }
  void stop() const {
    ::kill(host, SIGSTOP);
    await_stopped(host);
  }
  Finished detach(std::vector<std::string> words) const {
    words.emplace_back("--detach");
    DreamRun asked(stack, stack.launch(std::move(words)));
    const int code = asked.exit_code_beside_others();
    return {code, asked.out(), asked.err()};
  }

  Stack stack{two_tasks};
  DreamRun dream;
  pid_t host = 0;
};

class UnaskedRecorded : public Unasked {
 protected:
  UnaskedRecorded() : Unasked({"dev", "--record"}) {}
};

TEST_F(Unasked, stopped_run_is_no_missing_run) {
  DreamRun watcher(stack, stack.launch({"ctl", "ps", "--watch"}));
  watcher.await_out("./c:dev");
  stop();
  const Finished asked = stack.ctl({"ps", "--json"});
  EXPECT_EQ(asked.code, 1);
  EXPECT_EQ(asked.out, "[]\n");
  EXPECT_THAT(asked.err, HasSubstr("(pid " + std::to_string(host) + ") is stopped"));
  watcher.await_out("(pid " + std::to_string(host) + ") is stopped");
  EXPECT_TRUE(watcher.lives());
  ::kill(host, SIGCONT);
  watcher.send(SIGTERM);
  watcher.exit_code_beside_others();
}

TEST_F(Unasked, stopped_run_of_the_same_has_no_second_one_beside_it) {
  stop();
  const Finished second = detach({"dev"});
  EXPECT_EQ(second.code, 1);
  EXPECT_EQ(second.out, "");
  EXPECT_THAT(second.err, AllOf(HasSubstr("(pid " + std::to_string(host) + ") is stopped"),
                                HasSubstr("it may be the same run, so nothing is started beside it")));
}

TEST_F(UnaskedRecorded, stopped_run_of_other_steps_is_in_nobodys_way) {
  stop();
  const Finished other = detach({"other"});
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_EQ(detach({"dev"}).code, 1);
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
}

TEST_F(UnaskedRecorded, run_without_socket_goes_on_and_can_not_be_followed) {
  const Finished by_number = stack.ctl({"logs", "--run", "-1", "-f"});
  EXPECT_EQ(by_number.code, 1);
  EXPECT_THAT(by_number.err,
              HasSubstr("a record can't be followed (the run goes on: dream ctl logs -f --run"));
  EXPECT_EQ(stack.ctl({"logs", "--run", "-1"}).out, "begun\n");

  std::filesystem::remove_all(stack.root() / "runtime/dream");
  const Finished runs = stack.ctl({"ps", "--json"});
  EXPECT_EQ(runs.code, 1);
  EXPECT_EQ(runs.out, "[]\n");
  EXPECT_THAT(runs.err, HasSubstr("its socket is gone"));
  const Finished logs = stack.ctl({"logs"});
  EXPECT_EQ(logs.code, 0);
  EXPECT_EQ(logs.out, "begun\n");
  EXPECT_THAT(logs.err, AllOf(HasSubstr("goes on and can't be asked, as its socket is gone or lies elsewhere "
                                        "(XDG_RUNTIME_DIR); this is what is "
                                        "recorded of it"),
                              Not(HasSubstr("no run goes on"))));
  const Finished followed = stack.ctl({"logs", "-f"});
  EXPECT_EQ(followed.code, 1);
  EXPECT_EQ(followed.out, "");
  EXPECT_THAT(followed.err, HasSubstr("goes on and can't be asked"));
}

TEST_F(UnaskedRecorded, each_run_without_socket_is_named_also_beside_one_that_can_be_asked) {
  const auto folder = stack.root() / "runtime/dream";
  const auto first = std::filesystem::directory_iterator(folder)->path();
  const std::string first_id = first.filename().string().substr(4, 8);
  ASSERT_EQ(detach({"other"}).code, 0);
  std::filesystem::remove(first);
  const Finished one = stack.ctl({"ps"});
  EXPECT_EQ(one.code, 1);
  EXPECT_THAT(one.out, AllOf(HasSubstr("./c:other"), Not(HasSubstr("./c:dev"))));
  EXPECT_THAT(one.err, AllOf(HasSubstr("run " + first_id), HasSubstr("as its socket is gone")));

  const auto second = std::filesystem::directory_iterator(folder)->path();
  const auto hidden = stack.root() / "hidden";
  std::filesystem::rename(second, hidden);
  const Finished none = stack.ctl({"ps", "--json"});
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.out, "[]\n");
  EXPECT_THAT(none.err, AllOf(HasSubstr("run " + first_id),
                              HasSubstr("run " + second.filename().string().substr(4, 8))));

  std::filesystem::rename(hidden, second);
  const Finished down = stack.ctl({"down"});
  EXPECT_EQ(down.code, 0);
  EXPECT_THAT(down.err, HasSubstr("run " + first_id));
}

TEST_F(UnaskedRecorded, stopped_run_is_named_when_another_one_is_told_something) {
  ASSERT_EQ(detach({"other"}).code, 0);
  stop();
  const Finished named = stack.ctl({"wait", "./c:other"});
  EXPECT_EQ(named.code, 0);
  EXPECT_EQ(named.err, "");
  const Finished down = stack.ctl({"down"});
  EXPECT_EQ(down.code, 0);
  EXPECT_THAT(down.err, HasSubstr("(pid " + std::to_string(host) + ") is stopped"));
}

TEST_F(UnaskedRecorded, run_that_has_all_clients_says_so) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int number = 0; number < 64; ++number) {
    clients.push_back(std::make_unique<RawClient>(stack));
    clients.back()->line();
  }
  for (const Finished& asked : {stack.ctl({"ps"}), stack.ctl({"logs"}), detach({"dev"})}) {
    EXPECT_EQ(asked.code, 1);
    EXPECT_EQ(asked.out, "");
    EXPECT_THAT(asked.err, AllOf(HasSubstr("(pid " + std::to_string(host) +
                                           ") can't be asked: 64 clients are connected already"),
                                 Not(HasSubstr("kill"))));
  }
}

/// A socket that somebody listens at who never says a word, and stands elsewhere.
TEST(CtlPs, passes_over_a_silent_run_of_somewhere_else) {
  const Stack stack(two_tasks);
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  const Descriptor silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = stack.root() / "runtime/dream/run-11111111-2222-4333-8444-555555555555";
  std::memcpy(address.sun_path, path.c_str(), path.size());
  ASSERT_EQ(::bind(silent.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(silent.get(), 8), 0);
  const Finished asked = stack.ctl({"ps"});
  EXPECT_EQ(asked.code, 0);
  EXPECT_EQ(asked.err, "");
  const Finished of_all = stack.ctl({"ps", "--everywhere"});
  EXPECT_EQ(of_all.code, 1);
  const std::string who = "dream: run 11111111 (pid " + std::to_string(::getpid()) + ") doesn't answer";
  EXPECT_THAT(of_all.err,
              AllOf(HasSubstr(who + " yet; dream waits for it for 5.0 s at most\n"), HasSubstr(who + "\n")));
  std::filesystem::remove(path);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlPs, tells_of_a_stopped_run_that_was_started_from_another_folder) {
  const Stack stack(two_tasks);
  Launch launch = stack.launch({"dev", "-C", (stack.root() / "c").string()});
  launch.folder = "/";
  DreamRun dream(stack, launch);
  dream.await_out("begun\n");
  const pid_t host = host_of(dream.pid());
  ::kill(host, SIGSTOP);
  await_stopped(host);
  const Finished asked = stack.ctl({"ps"});
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.err, HasSubstr("(pid " + std::to_string(host) + ") is stopped"));
  ::kill(host, SIGCONT);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

TEST(CtlPs, says_how_a_stopped_run_without_a_terminal_goes_on) {
  const Stack stack(two_tasks);
  DreamRun dream(stack, stack.launch({"dev", "--detach"}));
  EXPECT_EQ(dream.exit_code_beside_others(), 0) << dream.err();
  const std::string json = stack.ctl({"ps", "--json"}).out;
  const pid_t host = std::stoi(json.substr(json.find("\"pid\": ") + 7));
  ::kill(host, SIGSTOP);
  await_stopped(host);
  const std::string remedy = "can't be asked: `kill -CONT " + std::to_string(host) + "` continues it\n";
  EXPECT_THAT(stack.ctl({"ps"}).err, HasSubstr(remedy));
  ::kill(host, SIGCONT);
  EXPECT_EQ(stack.ctl({"down"}).code, 0);
  EXPECT_TRUE(await_all_ended());
}

}  // namespace
}  // namespace dream::e2e
