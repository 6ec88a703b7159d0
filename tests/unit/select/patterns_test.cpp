#include "select/patterns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dream::select {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

const Words workspace{"./services/web", "./packages/b", "./packages/legacy", "./services/api",
                      "./packages/a",   "./",           "./packages/a/sub"};

Words selected(const Words& patterns, const Words& projects = workspace) {
  auto result = select_by_pattern(patterns, projects);
  return result ? *result : Words{"error: " + to_string(result.error())};
}

Error refusal(const Words& patterns, const Words& projects = workspace) {
  auto result = select_by_pattern(patterns, projects);
  return result ? Error{ErrorCode::internal, "selected", {}, {}} : result.error();
}

TEST(Patterns, a_path_means_its_project_however_it_is_spelled) {
  for (const char* path :
       {"./services/api", "services/api", "services/./api/", "services//api", "x/../services/api"}) {
    EXPECT_THAT(selected({path}), ElementsAre("./services/api")) << path;
  }
  EXPECT_THAT(selected({"."}), ElementsAre("./"));
  EXPECT_THAT(selected({"./"}), ElementsAre("./"));
}

TEST(Patterns, a_glob_takes_what_it_matches_by_name) {
  EXPECT_THAT(selected({"./packages/*"}), ElementsAre("./packages/a", "./packages/b", "./packages/legacy"));
  EXPECT_THAT(selected({"packages/?"}), ElementsAre("./packages/a", "./packages/b"));
  EXPECT_THAT(selected({"**/sub"}), ElementsAre("./packages/a/sub"));
}

TEST(Patterns, the_order_is_that_of_the_patterns_and_each_project_comes_once) {
  EXPECT_THAT(selected({"./services/*", "./packages/b", "./packages/?", "services/api"}),
              ElementsAre("./services/api", "./services/web", "./packages/b", "./packages/a"));
}

TEST(Patterns, an_exclamation_mark_takes_away_wherever_it_stands) {
  EXPECT_THAT(selected({"./packages/*", "!./packages/legacy"}), ElementsAre("./packages/a", "./packages/b"));
  EXPECT_THAT(selected({"!packages/leg*", "./packages/*"}), ElementsAre("./packages/a", "./packages/b"));
}

TEST(Patterns, what_is_only_taken_away_is_taken_from_all) {
  EXPECT_THAT(selected({"!./packages/**"}), ElementsAre("./", "./services/api", "./services/web"));
}

TEST(Patterns, a_project_with_this_very_name_comes_before_the_glob) {
  EXPECT_THAT(selected({"./a*"}, {"./a*", "./ab"}), ElementsAre("./a*"));
  EXPECT_THAT(selected({"./!odd"}, {"./!odd", "./odd"}), ElementsAre("./!odd"));
}

TEST(Patterns, one_that_matches_nothing_is_refused_with_the_nearest_name) {
  const Error error = refusal({"./services/*", "./services/apl"});
  EXPECT_EQ(error.code, ErrorCode::usage);
  EXPECT_THAT(error.message, HasSubstr("\"./services/apl\""));
  EXPECT_THAT(error.hint, HasSubstr("did you mean \"./services/api\"?"));
  EXPECT_THAT(error.hint, HasSubstr("there are ./, ./packages/a"));
  EXPECT_THAT(refusal({"./nope/*"}).message, HasSubstr("\"./nope/*\""));
  EXPECT_THAT(refusal({"./packages/*", "!./packages/legacyy"}).hint, HasSubstr("\"./packages/legacy\""));
}

TEST(Patterns, the_last_part_of_a_path_alone_leads_to_the_path) {
  EXPECT_THAT(refusal({"./packages/[lm]*"}).hint,
              HasSubstr("only *, ? and ** are wildcards: write -p more than once; there are "));
  EXPECT_THAT(refusal({"legacy"}).hint, HasSubstr("did you mean \"./packages/legacy\"?"));
}

TEST(Patterns, a_few_of_many_projects_are_listed) {
  Words many;
  for (int at = 0; at < 1000; ++at) many.push_back("./project" + std::to_string(1000 + at));
  const std::string hint = refusal({"./zzzzzzzzzzzzzzzzzzzzz"}, many).hint;
  EXPECT_THAT(hint, HasSubstr("./project1007 and 992 more"));
  EXPECT_THAT(hint, Not(HasSubstr("./project1008")));
  EXPECT_THAT(refusal({"./a"}, {}).hint, HasSubstr("no projects"));
}

TEST(Patterns, what_leaves_the_workspace_is_refused) {
  for (const char* path : {"../x", "/srv/api", "", "!", "packages/../../x"}) {
    EXPECT_THAT(refusal({path}).message, HasSubstr("no folder of the workspace")) << path;
  }
}

TEST(Patterns, a_message_shows_no_control_characters) {
  const Error error = refusal({"./a\x1b[31m\n"});
  EXPECT_THAT(error.message, Not(HasSubstr("\x1b")));
  EXPECT_THAT(error.message, Not(HasSubstr("\n")));
}

TEST(Patterns, to_take_everything_away_is_refused) {
  EXPECT_THAT(refusal({"./services/api", "!./services/*"}).message, HasSubstr("leaves no project"));
}

TEST(Patterns, without_a_pattern_all_projects_are_meant) {
  EXPECT_THAT(selected({}, {"./b", "./a", "./b"}), ElementsAre("./a", "./b"));
}

}  // namespace
}  // namespace dream::select
