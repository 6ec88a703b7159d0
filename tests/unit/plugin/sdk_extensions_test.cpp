#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dream/sdk.hpp>
#include <dream/testing/plugin_driver.hpp>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace dream::sdk;
using dream::testing::FakeFoundTask;
using dream::testing::FakeHealth;
using dream::testing::FakeHost;
using dream::testing::FakeNeededProject;
using dream::testing::FakeRun;
using dream::testing::PluginDriver;
using testing::ElementsAre;
using testing::IsEmpty;

/// Has every extension.
class Extended : public CommandExecutor {
 public:
  static constexpr PluginInfo info{.id = "extended", .version = "1.0.0", .summary = "has everything"};
  using CommandExecutor::CommandExecutor;

  Result<Command> command(const Task& task) override {
    if (task.name() == "nothing") return Failure{DREAM_E_NOT_FOUND, "no such task"};
    return Command{.argv = {"tool", std::string(task.name()), "it's", ""}};
  }
  static Result<std::vector<FoundTask>> discover(const Host&, const Project& project) {
    if (project.directory == "/broken") throw std::runtime_error("broken");
    return std::vector<FoundTask>{{.name = "dev", .summary = "vite", .source = "tool.json"}};
  }
  static Result<std::vector<NeededProject>> depends(const Host&, const Project& project) {
    if (project.directory == "/broken") return Failure{DREAM_E_FAILED, "tool.json:1:1: expected an object"};
    return std::vector<NeededProject>{{project.root + "/b"}, {project.root + "/a", DREAM_NEED_PEER}};
  }
  static Result<void> tool(const Host&, const Project& project) {
    if (project.path == "./without") return Failure{DREAM_E_NOT_FOUND, "tool is not installed", "get it"};
    return {};
  }
  static Result<void> inside(Run& run, const InsideCommand& command) {
    if (command.argv.front() == "nothing") return Failure{DREAM_E_UNSUPPORTED, "not there"};
    command.end(Exit::code(3),
                std::to_string(command.limit_ms) + (run.state().phase == Phase::running ? " running" : ""));
    return {};
  }
  static Result<void> health(Run& run, const HealthQuestion& question) {
    if (question.limit_ms == 0) return Failure{DREAM_E_FAILED, "nobody can tell"};
    const bool healthy = run.state().phase == Phase::running && question.limit_ms > 1;
    question.answer(healthy ? Result<void>() : Failure{DREAM_E_FAILED, "too short"});
    return {};
  }
  static Result<void> reap(const Host& host, const DeadRun& run) {
    host.log(DREAM_LOG_INFO, run.session + " " + run.options.at(0));
    if (run.root == "/gone") return Failure{DREAM_E_FAILED, "nobody answers"};
    return {};
  }
};

/// Has none, not even the describe of a CommandExecutor.
class Plain : public Executor {
 public:
  static constexpr PluginInfo info{.id = "plain", .version = "1.0.0", .summary = "has nothing"};
  Plain(const Host&, const Project&) {}
  Result<std::unique_ptr<Run>> start(const Task&) override { return Failure{DREAM_E_FAILED, "never"}; }
};

template <class Class>
const dream_plugin* entry(const dream_handshake*) {
  return PluginTable<Class>::get("{}");
}

struct SdkExtensions : testing::Test {
  FakeHost host;
  PluginDriver plugin{host, &entry<Extended>};
};

TEST_F(SdkExtensions, a_command_describes_itself_as_a_shell_would_show_it) {
  ASSERT_TRUE(plugin.create());
  EXPECT_EQ(plugin.describe({.name = "a b"}), R"(tool 'a b' 'it'\''s' '')");
  EXPECT_EQ(plugin.describe({.name = "nothing"}), "");
  EXPECT_EQ(plugin.error().message, "no such task");
  EXPECT_THAT(host.children(), IsEmpty());
}

TEST_F(SdkExtensions, discovery_needs_no_executor) {
  EXPECT_THAT(plugin.discover({}), ElementsAre(FakeFoundTask{"dev", "vite", "tool.json"}));
  EXPECT_THAT(plugin.discover({.directory = "/broken"}), IsEmpty());
  EXPECT_EQ(plugin.error().message, "broken");
}

TEST_F(SdkExtensions, needs_are_told_in_their_order) {
  EXPECT_THAT(plugin.needed({}), ElementsAre(FakeNeededProject{"/workspace/b"},
                                             FakeNeededProject{"/workspace/a", DREAM_NEED_PEER}));
  EXPECT_EQ(plugin.error().count, 0);
  EXPECT_THAT(plugin.needed({.directory = "/broken"}), IsEmpty());
  EXPECT_EQ(plugin.error().message, "tool.json:1:1: expected an object");
}

TEST_F(SdkExtensions, a_missing_tool_is_a_failure_with_a_hint) {
  EXPECT_TRUE(plugin.tool({}));
  EXPECT_FALSE(plugin.tool({.path = "./without"}));
  EXPECT_EQ(plugin.error().message, "tool is not installed");
  EXPECT_EQ(plugin.error().hint, "get it");
}

TEST_F(SdkExtensions, a_command_inside_gets_the_run_and_tells_its_end) {
  ASSERT_TRUE(plugin.create());
  FakeRun* run = plugin.start({.name = "dev"});
  ASSERT_NE(run, nullptr);
  EXPECT_TRUE(plugin.run_inside(*run, {"look"}, 500));
  ASSERT_EQ(run->insides.size(), 1U);
  EXPECT_EQ(run->insides[0].exit.value, 3);
  EXPECT_EQ(run->insides[0].output, "500 running");
  EXPECT_FALSE(plugin.run_inside(*run, {"nothing"}));
  EXPECT_EQ(plugin.error().message, "not there");
  EXPECT_EQ(run->insides.size(), 1U);
  host.exit_child(0, DREAM_EXIT_CODE, 0);
}

TEST_F(SdkExtensions, health_is_asked_of_the_run_and_told_with_a_reason) {
  ASSERT_TRUE(plugin.create());
  FakeRun* run = plugin.start({.name = "dev"});
  ASSERT_NE(run, nullptr);
  EXPECT_TRUE(plugin.ask_health(*run));
  EXPECT_TRUE(plugin.ask_health(*run, 1));
  EXPECT_FALSE(plugin.ask_health(*run, 0));
  EXPECT_EQ(plugin.error().message, "nobody can tell");
  EXPECT_THAT(run->healths, ElementsAre(FakeHealth{true, ""}, FakeHealth{false, "too short"}));
  host.exit_child(0, DREAM_EXIT_CODE, 0);
}

TEST_F(SdkExtensions, reaping_gets_the_dead_run) {
  EXPECT_TRUE(plugin.reap({.session = "s", .options = {"{\"a\":1}"}}));
  EXPECT_EQ(host.logged().at(0).message, "s {\"a\":1}");
  EXPECT_FALSE(plugin.reap({.root = "/gone"}));
  EXPECT_EQ(plugin.error().message, "nobody answers");
}

TEST(SdkWithoutExtensions, a_class_that_declares_none_has_none) {
  FakeHost host;
  const PluginDriver plugin(host, &entry<Plain>);
  for (const char* id : {DREAM_DEPENDS_ID, DREAM_DESCRIBE_ID, DREAM_DISCOVER_ID, DREAM_HEALTH_ID,
                         DREAM_INSIDE_ID, DREAM_REAP_ID}) {
    EXPECT_EQ(plugin.extension<void>(id), nullptr) << id;
  }
}

TEST(SdkLoopQueue, calls_in_order_on_the_loop_and_drops_what_is_left) {
  FakeHost host;
  std::vector<int> order;
  const auto dropped = std::make_shared<int>(0);
  {
    LoopQueue queue{Host(host.table())};
    std::thread([&] {
      for (int number = 1; number <= 3; ++number) {
        EXPECT_TRUE(queue.post([&order, number] { order.push_back(number); }));
      }
    }).join();
    EXPECT_THAT(order, IsEmpty());
    host.run_posted();
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
    EXPECT_TRUE(queue.post([dropped] { ++*dropped; }));
  }
  EXPECT_EQ(*dropped, 0);
  EXPECT_EQ(dropped.use_count(), 1);
}

/// A host that refuses its first post.
struct RefusingHost {
  dream_host base{.size = sizeof(dream_host), .service = &service};
  int posts = 0;
  std::vector<std::pair<dream_on_loop, void*>> taken;

  static dream_status post(const dream_host* self, dream_on_loop on_loop, void* context) noexcept {
    // The table is the first member, and this host's own is no constant.
    auto& host = *const_cast<RefusingHost*>(reinterpret_cast<const RefusingHost*>(self));
    if (++host.posts == 1) return DREAM_E_STALE;
    host.taken.emplace_back(on_loop, context);
    return DREAM_OK;
  }
  static const void* service(const dream_host*, const char* id) noexcept {
    static constexpr dream_post table{sizeof(dream_post), &post};
    return std::string_view(id) == DREAM_POST_ID ? &table : nullptr;
  }
};

TEST(SdkLoopQueue, forgets_what_the_host_refuses) {
  RefusingHost host;
  LoopQueue queue{Host(&host.base)};
  std::vector<int> called;
  EXPECT_FALSE(queue.post([&] { called.push_back(1); }));
  EXPECT_TRUE(queue.post([&] { called.push_back(2); }));
  ASSERT_EQ(host.taken.size(), 1U);
  host.taken[0].first(host.taken[0].second);
  EXPECT_THAT(called, ElementsAre(2));
}

TEST(SdkHostWork, reports_on_the_loop_after_the_work) {
  FakeHost fake;
  const Host host(fake.table());
  std::vector<std::string> heard;
  ASSERT_TRUE(host.work([&] { heard.emplace_back("blocking"); },
                        [&](dream_status status) { heard.push_back("done " + std::to_string(status)); }));
  EXPECT_EQ(fake.pending_work(), 1U);
  std::thread([&] { fake.do_work(); }).join();
  EXPECT_THAT(heard, ElementsAre("blocking"));
  fake.run_posted();
  EXPECT_THAT(heard, ElementsAre("blocking", "done 0"));
}

TEST(SdkHostWork, that_throws_is_an_internal_error) {
  FakeHost fake;
  dream_status heard = DREAM_OK;
  ASSERT_TRUE(Host(fake.table()).work([] { throw 1; }, [&](dream_status status) { heard = status; }));
  fake.do_work();
  fake.run_posted();
  EXPECT_EQ(heard, DREAM_E_INTERNAL);
}

TEST(SdkHostWork, is_given_back_at_the_end) {
  FakeHost fake;
  const Host host(fake.table());
  dream_status heard = DREAM_OK;
  ASSERT_TRUE(host.work([] { FAIL(); }, [&](dream_status status) { heard = status; }));
  EXPECT_FALSE(host.stopping());
  fake.stop_work();
  EXPECT_TRUE(host.stopping());
  EXPECT_EQ(heard, DREAM_E_STALE);
}

TEST(SdkHostPaths, are_those_of_the_host) {
  FakeHost fake;
  const Host host(fake.table());
  EXPECT_EQ(*host.state_folder(), fake.state_folder);
  EXPECT_EQ(*host.cache_folder(), fake.cache_folder);
  EXPECT_EQ(host.session(), fake.session);
}

TEST(SdkHostServices, that_are_missing_are_failures) {
  FakeHost fake;
  for (const char* id : {DREAM_POST_ID, DREAM_WORK_ID, DREAM_PATHS_ID}) fake.without(id);
  const Host host(fake.table());
  EXPECT_FALSE(host.work([] {}, [](auto) {}));
  EXPECT_FALSE(host.state_folder());
  EXPECT_FALSE(host.stopping());
  EXPECT_EQ(host.session(), "");
  EXPECT_FALSE(LoopQueue(host).post([] {}));
}

}  // namespace
