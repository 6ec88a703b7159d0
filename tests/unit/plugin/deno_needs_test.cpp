#include "needs_fixture.hpp"

namespace dream::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DenoNeeds : public NeedsTest {
 protected:
  void workspace(const std::string& more = "") const {
    folder.write("deno.json", R"({"workspace": ["./app", "libs/*"])" + more + "}");
  }
  /// A member "@acme/NAME" in libs/NAME.
  void lib(const std::string& name, const std::string& version = "1.2.0") const {
    folder.write("libs/" + name + "/deno.json",
                 R"({"name": "@acme/)" + name + R"(", "version": ")" + version + "\"}");
  }
  void imports(const std::string& members) const {
    folder.write("app/deno.jsonc", "{ /* the map */ \"imports\": {" + members + "} }");
  }
};

TEST_F(DenoNeeds, tells_the_members_that_an_import_map_names_in_its_order) {
  workspace();
  for (const char* name : {"a", "b", "c", "d", "unused"}) lib(name);
  imports(
      R"("d": "jsr:@acme/d@^1", "@std/path": "jsr:@std/path@1", "@acme/c": "workspace:*", "b/": "../libs/b/",
             "a": "../libs/a/src/mod.ts", "own": "./src/", "again": "jsr:/@acme/d/part.ts", "x": "https://deno.land/x/a.ts")");
  EXPECT_THAT(needs("app"),
              ElementsAre("libs/d runtime", "libs/c runtime", "libs/b runtime", "libs/a runtime"));
  EXPECT_THAT(needs("libs/a"), IsEmpty());
}

TEST_F(DenoNeeds, a_range_has_to_allow_the_members_version) {
  workspace();
  lib("util", "2.1.0");
  lib("old", "1.0.0");
  folder.write("libs/plain/deno.json", R"({"name": "@acme/plain"})");
  imports(
      R"("old": "jsr:@acme/old@^2", "util": "jsr:@acme/util@2/mod.ts", "plain": "jsr:@acme/plain@^7", "tag": "jsr:@acme/old@beta")");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime", "libs/plain runtime"));
}

TEST_F(DenoNeeds, members_with_a_package_json_have_its_dependencies_and_names) {
  workspace();
  folder.write("libs/node/package.json", R"({"name": "node-lib", "version": "3.0.0"})");
  folder.write(
      "libs/more/package.json",
      R"({"name": "more", "dependencies": {"node-lib": "^3"}, "devDependencies": {"x": "file:../../app"}})");
  imports(R"("node": "npm:node-lib@3/sub", "no": "npm:node-lib@2", "npm": "npm:more")");
  EXPECT_THAT(needs("app"), ElementsAre("libs/node runtime", "libs/more runtime"));
  EXPECT_THAT(needs("libs/more"), ElementsAre("libs/node runtime", "app development"));
}

TEST_F(DenoNeeds, what_the_roots_import_map_has_any_member_may_use) {
  workspace(R"(, "imports": {"util": "./libs/util/mod.ts", "core": "jsr:@acme/core", "src/": "./src/"})");
  lib("util");
  lib("core");
  imports(R"("core": "jsr:@acme/core")");
  EXPECT_THAT(needs("app"), ElementsAre("libs/core runtime", "libs/util development"));
  EXPECT_THAT(needs("libs/util"), ElementsAre("libs/core development"));
  EXPECT_THAT(needs(""), ElementsAre("libs/util runtime", "libs/core runtime")) << "they are its own";
}

TEST_F(DenoNeeds, a_root_that_names_very_many_says_nothing_of_one) {
  std::string all;
  for (int number = 0; number <= 101; ++number) {
    lib("n" + std::to_string(number));
    all += (all.empty() ? "\"n" : ", \"n") + std::to_string(number) + "\": \"jsr:@acme/n" +
           std::to_string(number) + "\"";
  }
  workspace(", \"imports\": {" + all + "}");
  EXPECT_THAT(needs("libs/n0"), IsEmpty());
  EXPECT_EQ(needs("").size(), 102U);
}

TEST_F(DenoNeeds, an_import_map_may_be_a_file_of_its_own) {
  workspace();
  lib("util");
  folder.write("app/deno.json", R"({"importMap": "maps/all.json"})");
  folder.write("app/maps/all.json", R"({"imports": {"util": "../../libs/util/mod.ts"}})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime"));
}

TEST_F(DenoNeeds, paths_need_no_workspace) {
  folder.write("web/deno.json",
               R"({"imports": {"s": "../shared/mod.ts", "up": "../top.ts", "no": "../none/mod.ts"}})");
  folder.write("shared/deno.json", "{}");
  folder.write("none/mod.ts");
  folder.write("deno.json", "{}");
  EXPECT_THAT(needs("web"), ElementsAre("shared runtime"));
}

TEST_F(DenoNeeds, a_folder_without_a_manifest_or_with_one_of_npms_alone_needs_nothing) {
  folder.write("app/readme");
  EXPECT_THAT(needs("app"), IsEmpty());
  folder.write("web/package.json", R"({"dependencies": {"util": "file:../util"}})");
  folder.write("util/package.json", "{}");
  EXPECT_THAT(needs("web"), IsEmpty());
}

TEST_F(DenoNeeds, a_broken_manifest_is_told_with_its_place) {
  folder.write("own/deno.json", "{\n  \"imports\" {}\n}");
  EXPECT_THAT(needs("own"), ElementsAre(StartsWith(root() + "/own/deno.json:2:13: missing a colon")));
  workspace();
  folder.write("libs/broken/deno.json", "[");
  imports(R"("x": "jsr:@acme/x")");
  EXPECT_THAT(needs("app"), ElementsAre(StartsWith(root() + "/libs/broken/deno.json:1:2: ")));
}

TEST_F(DenoNeeds, reads_each_manifest_once) {
  workspace();
  lib("util");
  imports(R"("u": "jsr:@acme/util")");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime"));
  folder.write("libs/util/deno.json", "{");
  folder.write("deno.json", "{");
  EXPECT_THAT(needs("libs/util"), IsEmpty());
}

}  // namespace
}  // namespace dream::plugin
