// The life of a Pod, with an API server that answers what a test tells it to.
#include "pod_life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <dream/testing/fake_host.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "../docker/scripted_engine.hpp"

namespace dream::kubernetes {
namespace {

using docker::ScriptedEngine;
using ::testing::HasSubstr;

constexpr const char* pods = "/api/v1/namespaces/here/pods";
const std::string create_route = std::string("POST ") + pods;
const std::string pod_route = std::string("GET ") + pods + "/p";
const std::string watch_route = std::string("GET ") + pods;
const std::string log_route = pod_route + "/log";

struct Listener : life::LifeObserver {
  void on_output(std::vector<life::Piece> pieces, std::function<void()> go_on) override {
    for (const life::Piece& piece : pieces) output += piece.bytes;
    go_on();
  }
  void on_started() override { started = true; }
  void on_ready() override { ready = true; }
  void on_standing(life::Standing /*standing*/) override {}
  void on_warning(std::string text) override { warnings += text; }
  void on_left_behind(std::string what) override { left = std::move(what); }
  void on_end(life::LifeEnd told) override { end = std::move(told); }

  bool started = false, ready = false;
  std::string output, left, warnings;
  std::optional<life::LifeEnd> end;
};

std::string scripted_pod(const std::string& state, const std::string& status = R"("phase": "Running")") {
  return ScriptedEngine::reply(
      200, R"({"metadata": {"resourceVersion": "5"}, "spec": {"nodeName": "n"}, "status": {)" + status +
               R"(, "containerStatuses": [{"name": "step", "state": {)" + state + "}}]}}");
}

constexpr const char* runs_on = R"("running": {})";
constexpr const char* has_ended = R"("terminated": {"exitCode": 3, "reason": "Error"})";

struct ScriptedPod : ::testing::Test {
  ScriptedPod() {
    server.answer(create_route, ScriptedEngine::reply(201, "{}"));
    server.answer("DELETE " + std::string(pods) + "/p", ScriptedEngine::reply(200, "{}"));
    server.answer(pod_route, scripted_pod(has_ended));
    server.answer(log_route, ScriptedEngine::reply(200, ""));
  }

  std::shared_ptr<PodLife> begin() {
    auto login = std::make_shared<Login>(context.get_executor(), plan.access);
    auto life = std::make_shared<PodLife>(context.get_executor(), std::move(login), plan, listener, limits);
    life->begin();
    return life;
  }
  template <class Condition>
  void until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (context.run_one_until(end) == 0) throw std::runtime_error("waited in vain");
    }
  }
  /// Something that another thread or process does.
  template <class Condition>
  void until_elsewhere(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      context.run_one_for(std::chrono::milliseconds(10));
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain");
    }
  }
  void until_asked(const std::string& route, std::size_t times) {
    until_elsewhere([&] { return server.count(route) >= times; });
  }
  sdk::Exit exit() {
    until([&] { return listener->end.has_value(); });
    const auto* failure = std::get_if<Failure>(&*listener->end);
    return failure == nullptr ? std::get<sdk::Exit>(*listener->end) : sdk::Exit::lost(failure->message);
  }

  ScriptedEngine server;
  TemporaryFolder folder;
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  PodLimits limits;
  PodPlan plan{.access = {.endpoint = {.address = server.address(), .path = server.address().substr(7)},
                          .name_space = "here"},
               .name = "p",
               .grace = std::chrono::milliseconds(0)};
};

TEST_F(ScriptedPod, is_made_by_a_server_that_had_too_much_to_do_at_first) {
  for (const int status : {429, 500}) {
    server.answer(create_route,
                  ScriptedEngine::reply(status, R"({"message": "etcdserver: leader changed"})"));
    const std::size_t before = server.count(create_route);
    const auto life = begin();
    until_asked(create_route, before + 1);
    server.answer(create_route, ScriptedEngine::reply(201, "{}"));
    EXPECT_EQ(exit().value, 3);
    listener->end.reset();
  }
}

TEST_F(ScriptedPod, is_not_asked_for_before_the_time_that_the_server_names) {
  server.answer(create_route, "HTTP/1.1 429 Busy\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n");
  limits.busy = std::chrono::milliseconds(1200);
  const auto life = begin();
  EXPECT_THAT(exit().text, HasSubstr("can't create pods: status 429"));
  EXPECT_LE(server.count(create_route), 2U) << "at once, and when there is no more patience";
}

TEST_F(ScriptedPod, that_is_stopped_meanwhile_is_not_waited_for) {
  server.answer(create_route, "HTTP/1.1 429 Busy\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n");
  limits.busy = std::chrono::hours(1);
  const auto life = begin();
  until_asked(create_route, 1);
  life->terminate(sdk::Urgency::graceful);
  EXPECT_EQ(exit().text, "stopped before its Pod ran");
}

TEST_F(ScriptedPod, is_told_before_it_is_made_that_its_files_can_not_be_copied) {
  plan.copies = true;
  plan.folder = folder.path() / "none";
  const auto life = begin();
  EXPECT_THAT(exit().text, HasSubstr("the project's folder can't be copied: No such file or directory"));
  EXPECT_EQ(server.count(create_route), 0U);
}

TEST_F(ScriptedPod, can_be_stopped_while_its_files_are_read) {
  plan.copies = true;
  plan.folder = folder.path() / "none";
  const auto life = begin();
  asio::post(context, [&] { life->terminate(sdk::Urgency::graceful); });
  EXPECT_EQ(exit().text, "stopped before its Pod ran");
}

TEST_F(ScriptedPod, has_ended_though_nobody_tells_of_its_container) {
  server.answer(pod_route, scripted_pod(runs_on, R"("phase": "Failed", "reason": "DeadlineExceeded")"));
  server.hold(watch_route);
  limits.last_state = std::chrono::milliseconds(1);
  const auto life = begin();
  EXPECT_THAT(exit().text, HasSubstr("its Pod has ended: DeadlineExceeded"));
}

TEST_F(ScriptedPod, is_looked_at_when_its_log_has_ended) {
  server.answer(pod_route, scripted_pod(runs_on));
  server.answer(log_route, ScriptedEngine::reply(200, "2026-11-29T10:54:01.000000001Z hello\n"));
  server.hold(watch_route);
  server.hold(log_route);
  const auto life = begin();
  until_asked(log_route, 1);
  until_asked(watch_route, 1);
  server.answer(pod_route, scripted_pod(has_ended));
  server.release(log_route);
  EXPECT_EQ(exit().value, 3) << "the watch tells nothing";
  EXPECT_EQ(listener->output, "hello\n");
}

/// A node answers with 200 and such words when the container is gone.
TEST_F(ScriptedPod, whose_log_was_followed_to_its_end_has_no_words_of_its_node_in_its_output) {
  server.answer(pod_route, scripted_pod(runs_on));
  server.answer(log_route, ScriptedEngine::reply(200, "2026-11-29T10:54:01.000000001Z hello\n"));
  server.hold(watch_route);
  const auto life = begin();
  until_asked(log_route, 1);
  until([&] { return listener->output == "hello\n"; });
  server.answer(log_route, ScriptedEngine::reply(200, "failed to open log file"));
  until_asked(log_route, 3);
  server.answer(pod_route, scripted_pod(has_ended));
  EXPECT_EQ(exit().value, 3);
  EXPECT_EQ(listener->output, "hello\n");
  EXPECT_EQ(listener->warnings, "");
}

TEST_F(ScriptedPod, is_healthy_until_it_was_ready_and_is_no_more) {
  const auto pod = [](const std::string& ready) {
    return scripted_pod(runs_on, R"("phase": "Running", "conditions": [{"type": "Ready", )" + ready + "}]");
  };
  const std::string unready =
      pod(R"("status": "False", "message": "containers with unready status: [step]")");
  server.answer(pod_route, unready);
  server.answer("GET /api/v1/nodes/n", ScriptedEngine::reply(200, "{}"));
  server.answer(watch_route, ScriptedEngine::reply(200, ""));
  server.hold(log_route);
  const auto life = begin();
  std::string told;
  const auto is_told = [&](const std::string& what) {
    life->ask_health([&](const Result<void>& health) { told = health ? "" : health.failure().message; });
    return told == what;
  };
  until_asked(pod_route, 2);
  EXPECT_TRUE(is_told("")) << "it is still starting";
  server.answer(pod_route, pod(R"("status": "True")"));
  until_asked(pod_route, server.count(pod_route) + 2);
  EXPECT_TRUE(is_told(""));
  server.answer(pod_route, unready);
  until([&] { return is_told("containers with unready status: [step]"); });
  server.answer(pod_route, pod(R"("status": "False")"));
  until([&] { return is_told("its Pod isn't ready"); });
  server.answer(pod_route, pod(R"("status": "True")"));
  until([&] { return is_told(""); });
  EXPECT_FALSE(listener->ready) << "nobody waits for that";
  server.answer(pod_route, scripted_pod(has_ended));
  server.release(log_route);
  EXPECT_EQ(exit().value, 3);
}

TEST_F(ScriptedPod, is_watched_with_pauses_if_each_watch_ends_at_once) {
  server.answer(pod_route, scripted_pod(runs_on));
  server.answer(watch_route, ScriptedEngine::reply(200, ""));
  server.hold(log_route);
  const auto life = begin();
  until_asked(watch_route, 1);
  const auto first = std::chrono::steady_clock::now();
  until_asked(watch_route, 4);
  EXPECT_GE(std::chrono::steady_clock::now() - first, std::chrono::milliseconds(600));
}

/// A login program that says that it runs, and hangs.
struct HangingLogin : ScriptedPod {
  HangingLogin() {
    const auto file = folder.write("login", "#!/bin/sh\n: > $0.runs\nexec sleep 1000\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    plan.access.program = LoginProgram{.command = {file.string()}, .api_version = "v1"};
    host.state_folder = folder.path().string();
    plan.notes = std::make_shared<plugins::RunNotes>();
    plan.notes->find_place(sdk::Host(host.table()));
  }
  testing::FakeHost host;
};

TEST_F(HangingLogin, ends_with_its_step_and_nothing_is_noted) {
  const auto life = begin();
  until_elsewhere([&] { return std::filesystem::exists(folder.path() / "login.runs"); });
  EXPECT_TRUE(plugins::DeadNotes(sdk::Host(host.table()), host.session).lines()->empty());
  life->terminate(sdk::Urgency::graceful);
  EXPECT_EQ(exit().text, "stopped before its Pod ran");
  EXPECT_THAT(server.routes(), ::testing::IsEmpty());
}

TEST_F(HangingLogin, is_noted_when_a_pod_may_be_there) {
  plan.access.program.reset();
  server.hold(create_route);
  const auto life = begin();
  until_asked(create_route, 1);
  const sdk::Host seen(host.table());
  EXPECT_EQ(plugins::DeadNotes(seen, host.session).lines()->size(), 1U);
  server.release(create_route);
  EXPECT_EQ(exit().value, 3);
  plan.notes.reset();
}

}  // namespace
}  // namespace dream::kubernetes
