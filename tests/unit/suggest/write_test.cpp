#include "suggest/write.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "support/temporary_folder.hpp"

/// Suggestions in the text of dream.json.
namespace dream::suggest {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

config::LoadResult read(const std::string& text) {
  config::LoadResult loaded =
      config::interpret(config::Document::parse("dream.json", text), std::vector<std::string>{"shell"});
  EXPECT_THAT(loaded.problems, IsEmpty()) << text;
  return loaded;
}

/// A text with a port suggested for each step of ./api:dev in the background.
struct Suggested {
  explicit Suggested(const std::string& text) : loaded(read(text)), plan(plan_of(loaded)) {
    std::uint16_t port = 5001;
    for (const StepIndex step : steps_of_interest(plan, loaded.workspace))
      all.push_back({.step = step, .ready = PortProbe{{port++}}});
    result = with_suggestions(text, loaded.workspace, plan, all);
    followed = is_followed(plan_of(read(result.text)), plan, result, all);
  }

  static Plan plan_of(const config::LoadResult& loaded) {
    return *make_plan(loaded.workspace, {.ids = {{"./api", "dev"}}});
  }

  config::LoadResult loaded;
  Plan plan;
  std::vector<Suggestion> all;
  NewText result;
  bool followed = false;
};

TEST(WithSuggestions, writes_ready_and_takes_the_delay_of_the_entry_away) {
  const Suggested suggested(R"({
  "workspace": {
    "./api": {
      "dev": [
        { "projectPath": "./db", "task": "start", "async": true, "delay": 2000 }, // slow
        { "projectPath": "./auth", "async": true }
      ]
    }
  },
  "projects": {
    "db/": { "tasks": { "start": { "service": true } } }
  }
}
)");
  EXPECT_TRUE(suggested.followed);
  EXPECT_EQ(suggested.result.text, R"({
  "workspace": {
    "./api": {
      "dev": [
        { "projectPath": "./db", "task": "start", "async": true }, // slow
        { "projectPath": "./auth", "async": true }
      ]
    }
  },
  "projects": {
    "db/": { "tasks": { "start": { "service": true, "ready": { "port": 5001 } } } },
    "./auth": { "tasks": { "dev": { "ready": { "port": 5002 } } } }
  }
}
)");
}

TEST(WithSuggestions, takes_a_delay_of_the_task_away) {
  const Suggested suggested(
      R"({ "workspace": { "./api": { "dev": ["./db"] } },
  "projects": { "./db": { "tasks": { "dev": { "async": true, "delay": 100 } } } } })");
  EXPECT_TRUE(suggested.followed);
  EXPECT_THAT(suggested.result.text, HasSubstr(R"("dev": { "async": true, "ready": { "port": 5001 } })"));
}

TEST(WithSuggestions, leaves_the_delay_of_all_tasks_of_a_name_to_the_others) {
  const Suggested suggested(
      R"({ "workspace": { "./api": { "dev": ["./db"] } }, "tasks": { "dev": { "async": true, "delay": 100 } } })");
  EXPECT_TRUE(suggested.followed);
  EXPECT_THAT(suggested.result.text, HasSubstr(R"("tasks": { "dev": { "async": true, "delay": 100 } })"));
  EXPECT_THAT(suggested.result.text,
              HasSubstr(R"("./db": { "tasks": { "dev": { "ready": { "port": 5001 }, "delay": 0 } } })"));
}

TEST(WithSuggestions, leaves_entries_of_other_tasks_and_names_them) {
  const Suggested suggested(
      R"({ "workspace": { "./api": { "dev": [{ "projectPath": "./db", "async": true, "delay": 5 }] },
  "./web": { "dev": [{ "projectPath": "./db", "async": true, "delay": 7 }],
    "other": [{ "projectPath": "./db", "async": true, "delay": 7 }] } } })");
  EXPECT_TRUE(suggested.followed);
  EXPECT_THAT(suggested.result.text, HasSubstr(R"({ "projectPath": "./db", "async": true, "delay": 7 })"));
  ASSERT_THAT(suggested.result.written, SizeIs(1));
  ASSERT_THAT(suggested.result.written[0].others, SizeIs(1));
  EXPECT_EQ(suggested.loaded.document->position(suggested.result.written[0].others[0]).line, 2);
}

TEST(WithSuggestions, names_entries_of_patterns_that_may_mean_the_same_task) {
  const Suggested suggested(
      R"({ "workspace": { "./api": { "dev": [{ "projectPath": "./db", "async": true, "delay": 5 }] },
  "./*": { "up": [{ "task": "dev", "delay": 7 }, { "task": "x", "delay": 7 }] } } })");
  ASSERT_THAT(suggested.result.written, SizeIs(1));
  EXPECT_THAT(suggested.result.written[0].others, SizeIs(1));
}

TEST(WithSuggestions, makes_no_entry_for_a_project_that_has_its_settings_from_a_glob) {
  const std::string text =
      R"({ "workspace": { "./api": { "dev": [{ "projectPath": "./db", "async": true, "delay": 5 }] } },
  "projects": { "./d*": { "env": { "A": "1" } } } })";
  const Suggested suggested(text);
  EXPECT_EQ(suggested.result.text, text);
  EXPECT_FALSE(suggested.result.written[0].is_in);
  EXPECT_THAT(suggested.result.written[0].why_not, HasSubstr("a glob of \"projects\""));
}

TEST(WithSuggestions, writes_no_guess) {
  const std::string text =
      R"({ "workspace": { "./api": { "dev": [{ "projectPath": "./db", "async": true, "delay": 5 }] } } })";
  Suggested suggested(text);
  suggested.all[0].doubt = "it may be another one";
  const NewText result = with_suggestions(text, suggested.loaded.workspace, suggested.plan, suggested.all);
  EXPECT_EQ(result.text, text);
  EXPECT_THAT(result.written[0].why_not, HasSubstr("guess"));
}

TEST(IsFollowed, sees_a_text_that_would_not_do) {
  Suggested suggested(
      R"({ "workspace": { "./api": { "dev": [{ "projectPath": "./db", "async": true, "delay": 5 }] } } })");
  EXPECT_TRUE(suggested.followed);
  EXPECT_FALSE(is_followed(suggested.plan, suggested.plan, suggested.result, suggested.all));
  Plan delayed = Suggested::plan_of(read(suggested.result.text));
  delayed.steps[0].delay = std::chrono::milliseconds(1);
  EXPECT_FALSE(is_followed(delayed, suggested.plan, suggested.result, suggested.all));
  Plan shorter = suggested.plan;
  shorter.steps.pop_back();
  EXPECT_FALSE(is_followed(shorter, suggested.plan, suggested.result, suggested.all));
}

TEST(WithSuggestions, leaves_what_stands_in_another_file) {
  const TemporaryFolder folder;
  const std::string text = R"({"workspace": {"./api": {"dev": [
    {"projectPath": "./db", "async": true, "delay": 5}, {"projectPath": "./auth", "async": true, "delay": 5}]}}})";
  folder.write("dream.local.json", R"({"projects": {"./db": {"tasks": {"dev": {"service": true}}}}})");
  config::Outside outside;
  outside.files.emplace();
  const config::LoadResult loaded =
      config::interpret(config::Document::parse(folder.path() / "dream.json", text, outside),
                        std::vector<std::string>{"shell"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  const Plan plan = Suggested::plan_of(loaded);
  const std::vector<Suggestion> all{{.step = StepIndex(0), .ready = PortProbe{{5001}}},
                                    {.step = StepIndex(1), .ready = PortProbe{{5002}}}};
  const NewText result = with_suggestions(text, loaded.workspace, plan, all);
  EXPECT_FALSE(result.written[0].is_in);
  EXPECT_EQ(result.written[0].why_not, "it stands in another file");
  EXPECT_THAT(loaded.document->place(result.written[0].elsewhere), HasSubstr("dream.local.json:1:34"));
  EXPECT_TRUE(result.written[1].is_in);
  EXPECT_THAT(result.text, HasSubstr(R"({"projectPath": "./db", "async": true, "delay": 5})"));
  EXPECT_THAT(result.text, HasSubstr(R"({"projectPath": "./auth", "async": true})"));
}

}  // namespace
}  // namespace dream::suggest
