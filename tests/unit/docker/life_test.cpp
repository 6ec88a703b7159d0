#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <cstdlib>
#include <fstream>
#include <new>
#include <stdexcept>
#include <thread>

#include "container_life.hpp"
#include "scripted_life.hpp"
#include "support/force_limit.hpp"

namespace dream::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Life : ScriptedLife {
  std::shared_ptr<ContainerLife> begin(LifeLimits limits = {}) {
    auto life = std::make_shared<ContainerLife>(context.get_executor(), plan(), listener, limits);
    context.restart();
    life->begin();
    return life;
  }
};

TEST_F(Life, tells_of_a_forced_end_before_the_host_gives_it_up) {
  const LifeLimits limits;
  EXPECT_LT(limits.force + limits.removal, force_limit_in(DREAM_ABI_HEADER));
}

Async<LifeEnd> throwing() {
  if (true) throw std::runtime_error("too much");
  co_return LifeEnd();
}

Async<LifeEnd> waiting_for_what_throws(asio::any_io_executor executor) {
  const auto initiate = [executor](auto handler) {
    asio::post(executor,
               [kept = std::make_shared<decltype(handler)>(std::move(handler))] { throw std::bad_alloc(); });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
  co_return LifeEnd();
}

TEST_F(Life, in_which_something_throws_has_failed) {
  life::begin_life(context.get_executor(), listener, throwing());
  until_end();
  EXPECT_EQ(std::get<Failure>(*listener->end).message, "an error inside its executor: too much");
  EXPECT_THAT(listener->left, ElementsAre("what it may have made there"));
  listener->end.reset();
  life::begin_life(context.get_executor(), listener, waiting_for_what_throws(context.get_executor()));
  EXPECT_THROW(until_end(), std::bad_alloc);
  until_end();
  EXPECT_THAT(std::get<Failure>(*listener->end).message, HasSubstr("an error inside its executor"));
}

TEST_F(Life, nothing_is_read_from_the_engine_while_there_is_no_room) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  std::string lines;
  for (int line = 0; line < 1500; ++line) lines += "{\"status\":\"" + std::string(50, 'x') + "\"}\n";
  engine.answer("POST /images/create", ScriptedEngine::reply(200, lines));
  listener->reads = false;
  const auto life = begin();
  until([&] { return listener->room != nullptr; });
  engine.await_sent("POST /images/create");
  // All of it could be read now, and would be given to the listener, which complains.
  for (int turn = 0; turn < 100; ++turn) context.poll();
  EXPECT_LT(listener->output.size(), 1500U * 51);
  listener->reads = true;
  listener->make_room();
  until_end();
  EXPECT_EQ(listener->output.size(), 1500U * 51);
}

TEST_F(Life, that_is_to_end_while_another_makes_their_network_never_joins_it) {
  shares_network = true;
  engine.hold("POST /networks/create");
  engine.hold("POST /containers/c1/wait");
  const auto life = begin();
  while (engine.count("POST /networks/create") == 0) context.poll();
  const auto second = std::make_shared<Listener>();
  const auto late = std::make_shared<ContainerLife>(context.get_executor(), plan(), second);
  late->begin();
  until([&] { return !second->standings.empty() && second->standings.back() == "creating its container"; });
  late->terminate(sdk::Urgency::graceful);
  engine.release("POST /networks/create");
  until([&] { return second->end.has_value(); });
  until([&] { return listener->started; });
  EXPECT_EQ(engine.count("DELETE /networks/of-the-run"), 0U) << "another one is in it";
  engine.release("POST /containers/c1/wait");
  until_end();
  EXPECT_EQ(engine.count("POST /containers/create"), 1U);
  EXPECT_EQ(engine.count("DELETE /networks/of-the-run"), 1U);
}

TEST_F(Life, a_credential_helper_that_hangs_is_broken_off) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  const std::string fifo = (folder.path() / "asked").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto helper =
      folder.write("docker-credential-fake", "#!/bin/sh\necho asked > " + fifo + "; exec sleep 1000");
  ::chmod(helper.c_str(), 0700);
  folder.write("config.json", R"({"credsStore": "fake"})");
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder.path().string() + ":" + path).c_str(), 1);
  const auto life = begin({.helper = std::chrono::hours(1)});
  std::thread user([&] {
    std::string line;
    std::ifstream stream(fifo);
    std::getline(stream, line);
    asio::post(context, [&] { life->terminate(sdk::Urgency::graceful); });
  });
  until_end();
  user.join();
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(exit().kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(engine.count("POST /images/create"), 0U);
}

TEST_F(Life, a_helper_without_an_answer_is_named_when_the_pull_fails_and_else_a_warning) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  engine.answer("POST /images/create", ScriptedEngine::reply(200, "{\"error\":\"pull access denied\"}\n"));
  folder.write("config.json", R"({"credsStore": "missing"})");
  const auto denied = begin();
  until_end();
  EXPECT_THAT(std::get<Failure>(*listener->end).hint, HasSubstr("docker-credential-missing"));
  EXPECT_THAT(listener->warnings, ElementsAre());

  listener = std::make_shared<Listener>();
  engine.answer("POST /images/create", ScriptedEngine::reply(200, "{}\n"));
  const auto pulled = begin();
  until_end();
  EXPECT_THAT(listener->warnings, ElementsAre(HasSubstr("docker-credential-missing")));
}

TEST_F(Life, a_forced_end_does_not_wait_for_an_engine_that_says_nothing) {
  engine.hold("POST /containers/c1/wait");
  engine.hold("DELETE /containers/c1");
  const LifeLimits at_once{.force = std::chrono::milliseconds(1), .removal = std::chrono::milliseconds(1)};
  const auto life = begin(at_once);
  until([&] { return listener->started; });
  life->terminate(sdk::Urgency::force);
  until_end();
  EXPECT_EQ(exit().kind, DREAM_EXIT_LOST);
  EXPECT_THAT(exit().text, HasSubstr("docker rm -f c1"));
  EXPECT_THAT(listener->left, ElementsAre(HasSubstr("its container c1 may still be there")));
}

TEST_F(Life, nor_for_one_that_does_not_tell_whether_its_program_runs) {
  for (const char* question : {"GET /containers/c1/top", "GET /containers/c1/json"}) {
    engine.hold(question);
    listener = std::make_shared<Listener>();
    const auto life = begin({.force = std::chrono::milliseconds(1)});
    std::thread user([&] {
      engine.await(question);
      asio::post(context, [&] { life->terminate(sdk::Urgency::force); });
    });
    until_end();
    user.join();
    EXPECT_EQ(exit().kind, DREAM_EXIT_LOST) << question;
    engine.release(question);
  }
}

TEST_F(Life, nor_for_one_that_does_not_remove) {
  engine.hold("DELETE /containers/c1");
  const auto life = begin({.force = std::chrono::milliseconds(1)});
  until([&] { return listener->started; });
  // It is asked to remove the container, and only then forced.
  std::thread user([&] {
    engine.await("DELETE /containers/c1");
    asio::post(context, [&] { life->terminate(sdk::Urgency::force); });
  });
  until_end();
  user.join();
  EXPECT_EQ(exit().kind, DREAM_EXIT_CODE);
  EXPECT_THAT(listener->left, ElementsAre(HasSubstr("its container c1 may still be there")));
}

TEST_F(Life, nor_for_one_that_does_not_create) {
  engine.hold("POST /containers/create");
  const auto life = begin({.force = std::chrono::milliseconds(1)});
  std::thread user([&] {
    engine.await("POST /containers/create");
    engine.hold("GET /containers/json");
    asio::post(context, [&] { life->terminate(sdk::Urgency::force); });
  });
  until_end();
  user.join();
  EXPECT_EQ(exit().kind, DREAM_EXIT_SIGNAL);
  EXPECT_THAT(listener->left, ElementsAre(HasSubstr("its container dream-web-dev may still be there")));
}

TEST_F(Life, its_limits_are_less_than_those_of_the_host) {
  constexpr std::chrono::seconds host_gives_up{8};  // dream_plugin.terminate
  EXPECT_LT(LifeLimits().force + LifeLimits().removal, host_gives_up);
}

TEST_F(Life, what_did_not_run_has_failed_to_start) {
  engine.answer("POST /containers/create", ScriptedEngine::reply(500, R"({"message": "no"})"));
  const auto refused = begin();
  until_end();
  EXPECT_EQ(std::get<Failure>(*listener->end).message, "the container engine can't create the container: no");
  EXPECT_FALSE(listener->started);
}

}  // namespace
}  // namespace dream::docker
