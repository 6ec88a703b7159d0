#include "plan/workspace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream {
namespace {

TEST(NormaliseProject, gives_every_spelling_of_a_folder_one_name) {
  for (const char* written : {"services/api", "./services/api", "./services/api/", "./services/./api",
                              "services//api", "./services/web/../api", "././services/api//"}) {
    EXPECT_EQ(normalise_project(written), "./services/api") << written;
  }
}

TEST(NormaliseProject, names_the_root_with_a_dot_and_a_slash) {
  for (const char* written : {".", "./", "././", "a/..", "./a/b/../../"}) {
    EXPECT_EQ(normalise_project(written), "./") << written;
  }
}

TEST(NormaliseProject, refuses_what_is_not_below_the_root) {
  for (const char* written : {"", "..", "../a", "a/../../b", "/a", "/", "./../a"}) {
    EXPECT_EQ(normalise_project(written), "") << written;
  }
  EXPECT_EQ(normalise_project(std::string("a\0b", 3)), "");
}

TEST(NormaliseProject, keeps_names_that_only_look_special) {
  EXPECT_EQ(normalise_project("..."), "./...");
  EXPECT_EQ(normalise_project(".hidden/..x"), "./.hidden/..x");
  EXPECT_EQ(normalise_project("packages/*"), "./packages/*");
}

TEST(CutOfId, is_the_first_colon_behind_the_last_slash_unless_another_has_a_known_project_before_it) {
  const auto project_of = [](std::string_view id) {
    const auto is_known = [](std::string_view project, std::string_view) {
      return project == "./a" || project == "./x:y" || project == "./" || project == "./c/d";
    };
    return std::string(id.substr(0, std::min(cut_of_id(id, is_known), id.size())));
  };
  EXPECT_EQ(project_of("./nobody:t"), "./nobody");
  EXPECT_EQ(project_of("./nobody:t:u"), "./nobody");
  EXPECT_EQ(project_of("./a:t:u"), "./a");
  EXPECT_EQ(project_of("./a:build/prod"), "./a");
  EXPECT_EQ(project_of("./a:build:x/prod:y"), "./a");
  EXPECT_EQ(project_of("./:build/prod"), "./");
  EXPECT_EQ(project_of("./x:y:t"), "./x:y");
  EXPECT_EQ(project_of("./x:y:t/u"), "./x:y");
  EXPECT_EQ(project_of("./c/d:t"), "./c/d");
  for (const char* none : {"a:t", "./a", "./nobody:x/y"}) EXPECT_EQ(project_of(none), none);
}

TEST(GlobMatches, a_star_stays_within_its_segment) {
  EXPECT_TRUE(glob_matches("./packages/*", "./packages/auth"));
  EXPECT_TRUE(glob_matches("packages/*", "./packages/auth"));
  EXPECT_TRUE(glob_matches("./packages/*-api", "./packages/user-api"));
  EXPECT_TRUE(glob_matches("./packages/a*b*c", "./packages/a-b-b-c"));
  EXPECT_TRUE(glob_matches("./*/api", "./services/api"));
  EXPECT_FALSE(glob_matches("./packages/*", "./packages/auth/core"));
  EXPECT_FALSE(glob_matches("./packages/*", "./packages"));
  EXPECT_FALSE(glob_matches("./packages/*-api", "./packages/user-web"));
  EXPECT_FALSE(glob_matches("./*", "./"));
}

TEST(GlobMatches, a_question_mark_takes_one_character) {
  EXPECT_TRUE(glob_matches("./p?", "./p1"));
  EXPECT_TRUE(glob_matches("./p?x", "./p\xC3\xA9x")) << "a character of two bytes is one character";
  EXPECT_FALSE(glob_matches("./p?", "./p"));
  EXPECT_FALSE(glob_matches("./p?", "./p12"));
}

TEST(GlobMatches, two_stars_take_any_number_of_segments) {
  for (const char* project : {"./packages", "./packages/a", "./packages/a/b/c"}) {
    EXPECT_TRUE(glob_matches("./packages/**", project)) << project;
  }
  EXPECT_TRUE(glob_matches("./**/api", "./api"));
  EXPECT_TRUE(glob_matches("./**/api", "./a/b/api"));
  EXPECT_TRUE(glob_matches("./a/**/b/**/c", "./a/x/b/y/b/c"));
  EXPECT_TRUE(glob_matches("./**", "./"));
  EXPECT_FALSE(glob_matches("./**/api", "./a/b/web"));
  EXPECT_FALSE(glob_matches("./packages/**", "./packages-old"));
}

TEST(GlobMatches, goes_back_over_segments_that_matched_too_early) {
  EXPECT_TRUE(glob_matches("./**/a/b", "./a/x/a/b"));
  EXPECT_TRUE(glob_matches("./**/a/*/c", "./a/b/a/b/c"));
  EXPECT_FALSE(glob_matches("./**/a/b", "./a/b/a"));
}

TEST(GlobMatches, many_stars_cost_no_more_than_the_product_of_the_lengths) {
  // With naive backtracking these would take longer than the age of the universe.
  std::string stars = "./";
  std::string deep = "./";
  for (int i = 0; i < 200; ++i) {
    stars += "*a";
    deep += "**/a/";
  }
  EXPECT_FALSE(glob_matches(stars + "b", "./" + std::string(2000, 'a')));
  std::string folders = "./";
  for (int i = 0; i < 1000; ++i) folders += "a/";
  EXPECT_FALSE(glob_matches(deep + "b", folders + "c"));
}

TEST(GlobIndex, gives_those_that_match_in_the_order_added) {
  const std::vector<std::string> patterns{"./packages/**",  "./**", "./packages/w*", "./pack*/web", "./*",
                                          "./packages/web", "x/?",  "packages/*/",   "**/web"};
  GlobIndex index;
  for (const std::string& pattern : patterns) index.add(pattern);
  for (const char* project : {"./", "./packages", "./packages/web", "./packages/web/in", "./pack/web",
                              "./packages-old", "./x/y", "./x/\xC3\xA9", "./web"}) {
    std::vector<std::size_t> expected;
    for (std::size_t at = 0; at < patterns.size(); ++at)
      if (glob_matches(patterns[at], project)) expected.push_back(at);
    EXPECT_EQ(index.matching(project), expected) << project;
  }
  EXPECT_TRUE(index.contains("./pack*/web"));
  EXPECT_FALSE(index.contains("./pack*/we?"));
}

/// The time for thousands of globs and projects is that of their number: compared, each with each, this would
/// be a hundred million matches.
TEST(GlobIndex, compares_a_project_only_with_globs_that_begin_like_it) {
  constexpr std::size_t most = 10'000;
  GlobIndex index;
  for (std::size_t at = 0; at < most; ++at) index.add("./p" + std::to_string(at) + "/*");
  std::size_t compared = 0;
  for (std::size_t at = 0; at < most; ++at)
    compared += index.candidates("./p" + std::to_string(at) + "/x").size();
  EXPECT_LT(compared, 5 * most);
}

TEST(SettingsOf, the_exact_entry_wins_over_every_glob) {
  Workspace workspace;
  workspace.projects["./packages/auth"].executor = "docker";
  workspace.project_globs.push_back({"./packages/*", {}});
  workspace.project_globs.back().settings.executor = "npm";
  workspace.project_globs.push_back({"./**", {}});
  workspace.project_globs.back().settings.executor = "deno";

  EXPECT_EQ(workspace.settings_of("./packages/auth")->executor, "docker");
  EXPECT_EQ(workspace.settings_of("./packages/core")->executor, "npm") << "the first glob that matches";
  EXPECT_EQ(workspace.settings_of("./services/api")->executor, "deno");
}

TEST(SettingsOf, a_project_without_an_entry_has_none) {
  Workspace workspace;
  workspace.project_globs.push_back({"./packages/*", {}});
  EXPECT_EQ(workspace.settings_of("./services/api"), nullptr);
}

}  // namespace
}  // namespace dream
