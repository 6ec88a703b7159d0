#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

TEST_F(Init, the_script_of_the_same_name_decides_whether_the_packages_have_an_order) {
  write("a/package.json",
        R"({"name": "a", "scripts": {"dev": "x", "test": "x", "build": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"dev": "x", "test": "x", "build": "x"}})");
  for (
      const char* scripts :
      {R"("dev": "pnpm -r --parallel dev", "dev:one": "pnpm -r dev")",
       R"("dev:one": "lerna run dev", "dev": "lerna run dev --parallel")",
       R"("dev": "yarn workspaces foreach -Ap run dev", "dev:one": "yarn workspaces foreach -Apt run dev")"}) {
    write("package.json", R"({"workspaces": ["*"], "scripts": {)" + std::string(scripts) + "}}");
    EXPECT_THAT(plan(workspace(), "./a", "dev"), ElementsAre("./a:dev")) << scripts;
    EXPECT_THAT(text(),
                HasSubstr("// dev of the packages has no order, as dev of the root runs them in none; "
                          "`dream dev:one` runs each after those of the packages that it uses.\n"))
        << scripts;
  }
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"dev": "pnpm -r --parallel dev", "dev:one": "pnpm -r dev"}})");
  EXPECT_THAT(plan(workspace(), "./", "dev"), UnorderedElementsAre("./a:dev b", "./b:dev b", "./:dev"));
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"test": "pnpm -r test", "test:all": "pnpm -r --parallel test",
    "build": "pnpm -r --parallel build", "build:one": "pnpm -r build", "all": "pnpm -r dev"}})");
  EXPECT_THAT(plan(workspace(), "./a", "test"), ElementsAre("./b:test", "./a:test"));
  EXPECT_THAT(plan(workspace(), "./a", "dev"), ElementsAre("./b:dev", "./a:dev"));
  EXPECT_THAT(plan(workspace(), "./a", "build"), ElementsAre("./b:build", "./a:build")) << "builds end";
  EXPECT_THAT(text(), Not(HasSubstr("no order")));
}

}  // namespace
}  // namespace dream::init
