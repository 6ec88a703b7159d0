#include "output/label.hpp"

#include <gtest/gtest.h>

namespace dream::output {
namespace {

Plan plan_of(const std::vector<StepId>& ids) {
  Plan plan;
  for (const StepId& id : ids) plan.steps.push_back({.id = id});
  return plan;
}

using Names = std::vector<std::string>;

TEST(ShortNames, take_the_last_part_of_the_path) {
  EXPECT_EQ(short_names(plan_of({{"./services/api", "dev"}, {"./", "dev"}})), (Names{"api", "root"}));
}

TEST(ShortNames, take_the_whole_path_where_the_last_part_is_not_enough) {
  EXPECT_EQ(short_names(plan_of({{"./a/api", "dev"}, {"./b/api", "dev"}, {"./db", "dev"}})),
            (Names{"a/api", "b/api", "db"}));
}

TEST(ShortNames, take_the_task_where_a_project_has_several) {
  EXPECT_EQ(short_names(plan_of({{"./api", "build"}, {"./api", "dev"}, {"./db", "dev"}})),
            (Names{"api:build", "api:dev", "db"}));
}

TEST(ShortNames, are_all_unlike) {
  EXPECT_EQ(short_names(plan_of({{"./", "dev"}, {"./root", "dev"}})), (Names{"./", "root"}));
  EXPECT_EQ(short_names(plan_of({{"./", "a"}, {"./", "b"}, {"./x/root", "dev"}})),
            (Names{"./:a", "./:b", "x/root"}));
  EXPECT_EQ(short_names(plan_of({{"./x", "y"}, {"./x", "z"}, {"./x:y", "t"}})),
            (Names{"./x:y", "x:z", "./x:y:t"}));
  EXPECT_EQ(short_names(plan_of({{"./x", "y:t"}, {"./x", "z"}, {"./x:y", "t"}, {"./x:y", "u"}})),
            (Names{"./x:y:t", "x:z", "./x:y:t (2)", "x:y:u"}));
}

TEST(LineLabels, are_padded_by_columns) {
  const Plan plan = plan_of({{"./数据库", "dev"}, {"./api", "dev"}, {"./héé", "dev"}});
  EXPECT_EQ(line_labels(plan, false), (Names{"数据库 | ", "api    | ", "héé    | "}));
}

TEST(LineLabels, hold_no_command_for_the_terminal) {
  EXPECT_EQ(line_labels(plan_of({{"./a\x1b[2J", "dev"}}), false), (Names{"a\\x1b[2J | "}));
}

TEST(ColumnsBesideLabel, are_never_too_few_to_show_anything) {
  EXPECT_EQ(columns_beside_label(80, 9), 71U);
  EXPECT_EQ(columns_beside_label(25, 9), 20U);
  EXPECT_EQ(columns_beside_label(5, 9), 20U);
}

TEST(LineLabels, are_of_one_width_and_coloured_only_when_asked) {
  const Plan plan = plan_of({{"./database", "dev"}, {"./api", "dev"}});
  EXPECT_EQ(line_labels(plan, false), (Names{"database | ", "api      | "}));
  EXPECT_EQ(line_labels(plan, true)[1], "\033[33mapi      | \033[0m");
}

}  // namespace
}  // namespace dream::output
