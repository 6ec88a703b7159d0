#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "plugin/error_sink.hpp"
#include "scripted_plugin.hpp"
#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What happened, in order. Only one thread at a time adds to it.
struct HeardOnThreads {
  std::vector<std::string> lines;

  static void on_loop(void* context) noexcept {
    static_cast<HeardOnThreads*>(context)->lines.emplace_back("posted");
  }
  static void do_work(void* context) noexcept {
    static_cast<HeardOnThreads*>(context)->lines.emplace_back("worked");
  }
  static void on_done(void* context, dream_status status) noexcept {
    static_cast<HeardOnThreads*>(context)->lines.push_back("done " + status_name(status));
  }
};

struct HostThreads : testing::Test {
  [[nodiscard]] const dream_host* self() const { return host.plugin.host; }
  dream_status work_once() {
    return work.run(self(), &HeardOnThreads::do_work, &HeardOnThreads::on_done, &heard);
  }

  HeardOnThreads heard;
  ScriptedHost host;
  const dream_post& post = host.plugin.service<dream_post>(DREAM_POST_ID);
  const dream_work& work = host.plugin.service<dream_work>(DREAM_WORK_ID);
  std::vector<std::string>& logged = host.services.log_.lines;
};

TEST_F(HostThreads, a_post_of_any_thread_is_called_on_the_loop_in_order) {
  std::vector<int> order;
  struct Numbered {
    std::vector<int>* order;
    int number;
    std::thread::id thread;
    static void call(void* context) noexcept {
      auto& post = *static_cast<Numbered*>(context);
      post.order->push_back(post.number);
      post.thread = std::this_thread::get_id();
    }
  };
  Numbered posts[] = {{&order, 1, {}}, {&order, 2, {}}, {&order, 3, {}}};
  std::thread([&] {
    for (Numbered& one : posts) EXPECT_EQ(post.call(self(), &Numbered::call, &one), DREAM_OK);
  }).join();
  EXPECT_THAT(order, IsEmpty());
  host.services.run_posted();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_EQ(posts[0].thread, std::this_thread::get_id());
}

TEST_F(HostThreads, a_post_is_dropped_when_the_executor_goes_and_refused_after_it) {
  EXPECT_EQ(post.call(self(), &HeardOnThreads::on_loop, &heard), DREAM_OK);
  host.executor.reset();
  EXPECT_EQ(post.call(self(), &HeardOnThreads::on_loop, &heard), DREAM_E_STALE);
  host.services.run_posted();
  EXPECT_THAT(heard.lines, IsEmpty());
}

TEST_F(HostThreads, a_post_of_nothing_is_told_off) {
  EXPECT_EQ(post.call(self(), nullptr, &heard), DREAM_E_INVALID);
  host.services.run_posted();
  EXPECT_THAT(logged, ElementsAre("warning: plugin scripted: post.call was given no function"));
}

TEST_F(HostThreads, work_is_done_on_a_worker_and_reported_on_the_loop) {
  ASSERT_EQ(work_once(), DREAM_OK);
  EXPECT_THAT(heard.lines, IsEmpty());
  std::thread(host.services.blocking_work.at(0)).join();
  EXPECT_THAT(heard.lines, ElementsAre("worked"));
  host.services.run_posted();
  EXPECT_THAT(heard.lines, ElementsAre("worked", "done DREAM_OK"));
  host.executor.reset();
  EXPECT_THAT(heard.lines, ElementsAre("worked", "done DREAM_OK"));
}

TEST_F(HostThreads, work_that_no_thread_can_be_had_for_is_refused) {
  host.services.work_error = Error{ErrorCode::io, "no threads", {}, {}};
  EXPECT_EQ(work_once(), DREAM_E_FAILED);
  host.executor.reset();
  EXPECT_THAT(heard.lines, IsEmpty());
}

TEST_F(HostThreads, work_without_functions_is_told_off) {
  EXPECT_EQ(work.run(self(), nullptr, &HeardOnThreads::on_done, &heard), DREAM_E_INVALID);
  EXPECT_EQ(work.run(self(), &HeardOnThreads::do_work, nullptr, &heard), DREAM_E_INVALID);
  EXPECT_EQ(logged.size(), 2U);
}

TEST_F(HostThreads, work_from_another_thread_than_the_loop_is_refused) {
  std::thread([&] { EXPECT_EQ(work_once(), DREAM_E_THREAD); }).join();
}

TEST_F(HostThreads, work_that_has_not_begun_is_given_back_before_the_destroy) {
  ASSERT_EQ(work_once(), DREAM_OK);
  EXPECT_EQ(work.stopping(self()), 0);
  host.executor->finish_work(read_clock());
  EXPECT_NE(work.stopping(self()), 0);
  EXPECT_THAT(heard.lines, ElementsAre("done DREAM_E_STALE"));
  EXPECT_EQ(work_once(), DREAM_E_STALE);
  host.services.blocking_work.at(0)();  // its thread comes too late
  host.executor.reset();
  EXPECT_THAT(heard.lines, ElementsAre("done DREAM_E_STALE"));
  EXPECT_EQ(host.plugin.calls.back(), "destroy");
}

/// Work that returns when it is told to, or when it sees that it should.
struct Blocked {
  explicit Blocked(const HostThreads& fixture) : work(fixture.work), host(fixture.self()) {}

  static void until_stopping(void* context) noexcept {
    auto& self = *static_cast<Blocked*>(context);
    self.tell(self.begun);
    while (self.work.stopping(self.host) == 0) std::this_thread::yield();
  }
  static void until_let_go(void* context) noexcept {
    auto& self = *static_cast<Blocked*>(context);
    self.tell(self.begun);
    self.await(self.let_go);
  }
  static void on_done(void* context, dream_status status) noexcept {
    static_cast<Blocked*>(context)->done.push_back(status);
  }

  void tell(bool& flag) {
    const std::scoped_lock lock(mutex);
    flag = true;
    changed.notify_all();
  }
  void await(const bool& flag) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return flag; });
  }

  const dream_work& work;
  const dream_host* host;
  std::mutex mutex;
  std::condition_variable changed;
  bool begun = false;
  bool let_go = false;
  std::vector<dream_status> done;
};

TEST_F(HostThreads, the_end_of_an_executor_waits_for_work_that_runs) {
  Blocked blocked(*this);
  ASSERT_EQ(work.run(self(), &Blocked::until_stopping, &Blocked::on_done, &blocked), DREAM_OK);
  std::thread worker(host.services.blocking_work.at(0));
  blocked.await(blocked.begun);
  host.executor->finish_work(read_clock() + std::chrono::minutes(1));
  EXPECT_THAT(blocked.done, ElementsAre(DREAM_OK));
  worker.join();
  host.services.run_posted();
  EXPECT_THAT(blocked.done, ElementsAre(DREAM_OK));
  host.executor.reset();
  EXPECT_EQ(host.plugin.calls.back(), "destroy");
}

TEST_F(HostThreads, work_that_does_not_return_is_told_off_and_nothing_of_the_plugin_is_freed) {
  Blocked blocked(*this);
  ASSERT_EQ(work.run(self(), &Blocked::until_let_go, &Blocked::on_done, &blocked), DREAM_OK);
  std::thread worker(host.services.blocking_work.at(0));
  blocked.await(blocked.begun);
  host.executor->finish_work(read_clock());
  host.executor.reset();
  EXPECT_THAT(host.plugin.calls, ElementsAre("create"));
  EXPECT_THAT(blocked.done, IsEmpty());
  EXPECT_THAT(logged, ElementsAre(HasSubstr("plugin scripted: do_work did not return")));
  blocked.tell(blocked.let_go);
  worker.join();
}

struct HostPaths : testing::Test {
  HostPaths() {
    services.place_ = std::make_shared<const Place>(Place{.session = "the-session",
                                                          .root = "/w",
                                                          .state = folder.path() / "state/dream",
                                                          .cache = folder.path() / "cache/dream"});
    auto created =
        LoadedExecutor::create(ScriptedPlugin::table(), calls, services, {"/w", "./web", "", "{}"});
    if (created) executor = std::move(*created);
  }

  TemporaryFolder folder;
  ScriptedPlugin plugin;
  FakeServices services;
  Calls calls{"acme", services};
  std::unique_ptr<LoadedExecutor> executor;
};

TEST_F(HostPaths, are_folders_of_the_plugin_that_are_made_for_the_user_alone) {
  const auto& paths = plugin.service<dream_paths>(DREAM_PATHS_ID);
  dream_str state{};
  dream_str cache{};
  ASSERT_EQ(paths.state(plugin.host, &state, nullptr), DREAM_OK);
  ASSERT_EQ(paths.cache(plugin.host, &cache, nullptr), DREAM_OK);
  EXPECT_EQ(text_of(state), (folder.path() / "state/dream/acme").native());
  EXPECT_EQ(text_of(cache), (folder.path() / "cache/dream/acme").native());
  for (const dream_str path : {state, cache}) {
    struct stat status {};
    ASSERT_EQ(::stat(std::string(text_of(path)).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
  }
  EXPECT_EQ(text_of(paths.root(plugin.host)), "/w");
  EXPECT_EQ(text_of(paths.session(plugin.host)), "the-session");
}

TEST_F(HostPaths, a_folder_that_others_may_look_into_is_closed_to_them) {
  const auto& paths = plugin.service<dream_paths>(DREAM_PATHS_ID);
  const auto state = folder.path() / "state/dream/acme";
  std::filesystem::create_directories(state);
  ::chmod(state.c_str(), 0755);
  dream_str path{};
  ASSERT_EQ(paths.state(plugin.host, &path, nullptr), DREAM_OK);
  struct stat status {};
  ASSERT_EQ(::stat(state.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(HostPaths, a_folder_that_can_not_be_made_is_a_failure_in_words) {
  folder.write("state", "a file");
  const auto& paths = plugin.service<dream_paths>(DREAM_PATHS_ID);
  ErrorSink errors;
  dream_str path{};
  const dream_status status = paths.state(plugin.host, &path, errors.table());
  EXPECT_EQ(status, DREAM_E_FAILED);
  const auto error = errors.finish(status, {"test"}, calls);
  ASSERT_TRUE(error);
  EXPECT_THAT(to_string(*error), HasSubstr("/state/dream"));
  EXPECT_THAT(error->message, HasSubstr("can't be created"));
}

TEST(HostPathsNowhere, are_a_failure_with_a_hint) {
  ScriptedHost host;
  const auto& paths = host.plugin.service<dream_paths>(DREAM_PATHS_ID);
  ErrorSink errors;
  dream_str path{};
  const dream_status status = paths.cache(host.plugin.host, &path, errors.table());
  EXPECT_EQ(status, DREAM_E_FAILED);
  EXPECT_EQ(errors.finish(status, {"test"}, host.calls)->hint, "set HOME to an absolute path");
  EXPECT_EQ(paths.state(host.plugin.host, nullptr, nullptr), DREAM_E_INVALID);
}

TEST(MakePlace, follows_the_xdg_variables_and_else_home) {
  const auto lookup = [](const std::map<std::string, std::string>& variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
  };
  const auto xdg = make_place("s", "/w", lookup({{"XDG_STATE_HOME", "/s"}, {"XDG_CACHE_HOME", "/c"}}));
  EXPECT_EQ(xdg->state, "/s/dream");
  EXPECT_EQ(xdg->cache, "/c/dream");
  const auto home = make_place("s", "/w", lookup({{"XDG_STATE_HOME", "relative"}, {"HOME", "/home/me"}}));
  EXPECT_EQ(home->state, "/home/me/.local/state/dream");
  EXPECT_EQ(home->cache, "/home/me/.cache/dream");
  EXPECT_EQ(make_place("s", "/w", lookup({}))->state, "");
}

TEST(NewSessionId, is_a_uuid_and_never_the_same) {
  const std::string id = new_session_id();
  EXPECT_THAT(id,
              testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(new_session_id(), id);
}

}  // namespace
}  // namespace dream::plugin
