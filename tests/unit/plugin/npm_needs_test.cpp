#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <tuple>

#include "needs_fixture.hpp"
#include "shared/folder_patterns.hpp"

namespace dream::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class NpmNeeds : public NeedsTest {
 protected:
  /// A member "@acme/NAME" in libs/NAME.
  void lib(const std::string& name, const std::string& version = "1.2.0") const {
    folder.write("libs/" + name + "/package.json",
                 R"({"name": "@acme/)" + name + R"(", "version": ")" + version + "\"}");
  }
  void workspace(const std::string& patterns = R"(["libs/*", "app"])") const {
    folder.write("package.json", R"({"name": "root", "workspaces": )" + patterns + "}");
  }
  void app(const std::string& members) const {
    folder.write("app/package.json", R"({"name": "app", )" + members + "}");
  }
  /// Whether a dependency on @acme/util, of version 1.2.0, is the one of the workspace.
  bool meets(const std::string& wanted) {
    // Each in a workspace of its own: what was read is kept.
    const std::string base = "case" + std::to_string(++cases_);
    folder.write(base + "/package.json", R"({"workspaces": ["*"]})");
    folder.write(base + "/util/package.json", R"({"name": "@acme/util", "version": "1.2.0"})");
    folder.write(base + "/app/package.json", R"({"dependencies": {"@acme/util": ")" + wanted + "\"}}");
    return needs(base + "/app") == std::vector{base + "/util runtime"};
  }

 private:
  int cases_ = 0;
};

TEST_F(NpmNeeds, tells_the_members_that_a_manifest_names_in_its_order_and_how_they_are_needed) {
  workspace();
  for (const char* name : {"a", "b", "c", "d", "unused"}) lib(name);
  app(R"("devDependencies": {"@acme/d": "*", "vite": "^5"}, "dependencies": {"react": "*", "@acme/c": "^1.0.0"},
         "optionalDependencies": {"@acme/b": "1.x"}, "peerDependencies": {"@acme/a": "*"})");
  EXPECT_THAT(needs("app"),
              ElementsAre("libs/d development", "libs/c runtime", "libs/b optional", "libs/a peer"));
  EXPECT_THAT(needs("app"), SizeIs(4)) << "asked again";
  EXPECT_THAT(needs("libs/a"), IsEmpty());
}

/// Each way to share out the folders among the stars would take years.
TEST_F(NpmNeeds, patterns_with_many_stars_take_no_longer_than_few) {
  std::string deep = "app";
  std::string out = "!**";
  for (int at = 0; at < 60; ++at) deep += "/app";
  for (int at = 0; at < 12; ++at) out += "/app/**";
  lib("util");
  workspace(R"(["libs/*", "**", ")" + out + R"(/b", "!**/libs/**/none"])");
  folder.write(deep + "/package.json", R"({"name": "deep", "dependencies": {"@acme/util": "*"}})");
  EXPECT_THAT(needs(deep), ElementsAre("libs/util runtime"));
}

TEST(FolderPatterns, braces_make_so_many_bytes_and_no_more) {
  using plugins::BraceExpander;
  const std::string commas(9'990, ',');
  std::string nested;
  for (int at = 0; at < 100'000; ++at) nested += "{a}";
  for (const std::string& pattern :
       {"{" + commas + "}" + std::string(100'000, 'x'), "{" + commas + "}", nested}) {
    BraceExpander expander;
    expander.expand(pattern);
    std::size_t bytes = 0;
    const std::vector<std::string> made = expander.take();
    for (const std::string& one : made) bytes += one.size();
    EXPECT_LE(bytes, std::size_t{1} << 20U);
    EXPECT_LE(made.size(), 1'000U);
  }
  BraceExpander expander;
  expander.expand("a/{b,c}/{d,e}");
  EXPECT_THAT(expander.take(), ElementsAre("a/b/d", "a/b/e", "a/c/d", "a/c/e"));
}

TEST(FolderPatterns, a_star_takes_a_hidden_folder_only_to_leave_it_out) {
  const auto fits = [](const std::string& pattern, const std::string& folder) {
    return plugins::fits(plugins::read_patterns({pattern}).front(), plugins::parts_of(folder));
  };
  EXPECT_TRUE(fits("a/**/b", "a/b"));
  EXPECT_TRUE(fits("a/**/b", "a/x/b/y/b"));
  EXPECT_TRUE(fits("**", "a/b"));
  EXPECT_TRUE(fits("**/.h/**", "a/.h/b"));
  EXPECT_TRUE(fits("!**/b", ".h/b"));
  EXPECT_FALSE(fits("**/b", ".h/b"));
  EXPECT_FALSE(fits("*", ".h"));
  EXPECT_FALSE(fits("a/**/b", "a/x"));
  EXPECT_FALSE(fits("a", "a/b"));
}

TEST_F(NpmNeeds, what_is_needed_in_several_ways_is_told_once_for_each) {
  workspace();
  lib("util");
  app(R"("peerDependencies": {"@acme/util": "*"}, "devDependencies": {"@acme/util": "workspace:*", "again": "link:../libs/util"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util peer", "libs/util development"));
}

TEST_F(NpmNeeds, optional_wins_over_a_plain_dependency_and_leaves_a_peer) {
  workspace();
  lib("util");
  lib("extra");
  app(R"("dependencies": {"@acme/util": "*"}, "optionalDependencies": {"@acme/util": "*"},
         "peerDependencies": {"@acme/extra": "*"}, "peerDependenciesMeta": {"@acme/extra": {"optional": true}})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util optional", "libs/extra peer"))
      << "as a strong need it would hold circles together";
}

TEST_F(NpmNeeds, never_tells_the_project_itself) {
  workspace();
  app(R"("devDependencies": {"app": "link:.", "root": "workspace:*"})");
  EXPECT_THAT(needs("app"), ElementsAre(" development")) << "the root alone";
  EXPECT_THAT(needs(""), IsEmpty());
}

TEST_F(NpmNeeds, a_range_has_to_allow_the_members_version) {
  for (const char* wanted : {"^1.0.0", "~1.2.0", "1", "1.2.0", "=1.2.0", ">=1 <2", "1.0.0 - 1.3", "2 || 1.2",
                             "*", "", "latest", "x", "npm:^1.1", "catalog:", "catalog:react18"})
    EXPECT_TRUE(meets(wanted)) << wanted;
  for (const char* wanted :
       {"^2.0.0", "~1.1", "1.1.9", ">1.2.0", "next", "npm:^2", "acme/util", "github:acme/util#1",
        "https://acme.example/util.tgz", "git+ssh://git@acme.example/util.git", "file:util.tgz"})
    EXPECT_FALSE(meets(wanted)) << wanted;
}

TEST_F(NpmNeeds, the_workspace_protocol_means_a_member_whatever_its_version) {
  for (const char* wanted :
       {"workspace:*", "workspace:^", "workspace:~", "workspace:^1.0.0", "workspace:2.0.0",
        "workspace:@acme/util@*", "workspace:../util", "workspace:util/"})
    EXPECT_TRUE(meets(wanted)) << wanted;
  EXPECT_FALSE(meets("workspace:@acme/other@*"));
}

TEST_F(NpmNeeds, an_alias_names_another_package) {
  workspace();
  lib("util");
  lib("other");
  app(R"("dependencies": {"u": "npm:@acme/util@^1", "@acme/other": "npm:lodash@4", "o": "workspace:@acme/other@^", "old": "npm:@acme/util@0.9"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime", "libs/other runtime"));
}

TEST_F(NpmNeeds,
       a_member_without_a_version_meets_any_range_and_of_two_with_one_name_the_one_that_fits_counts) {
  workspace();
  folder.write("libs/plain/package.json", R"({"name": "plain"})");
  folder.write("libs/one/package.json", R"({"name": "twin", "version": "1.0.0"})");
  folder.write("libs/two/package.json", R"({"name": "twin", "version": "2.0.0"})");
  app(R"("dependencies": {"plain": "^7.1", "twin": "^2"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/plain runtime", "libs/two runtime"));
}

TEST_F(NpmNeeds, paths_need_no_workspace) {
  folder.write(
      "web/package.json",
      R"({"dependencies": {"util": "file:../util", "dot": "../dot/", "gone": "file:../gone", "none": "link:../text"}})");
  folder.write("util/package.json", "{}");
  folder.write("dot/package.json", "{}");
  folder.write("text/readme", "");
  EXPECT_THAT(needs("web"), ElementsAre("util runtime", "dot runtime"));
}

TEST_F(NpmNeeds, members_are_those_of_pnpms_file_or_of_either_form_of_workspaces) {
  const std::string names = R"({"dependencies": {"in": "*", "out": "*"}})";
  const std::map<std::string, std::string> files{
      {"pnpm/pnpm-workspace.yaml",
       "packages:\n  - '!p/out' # taken out, though it stands first\n  - \"p/**\"\n"},
      {"flow/pnpm-workspace.yaml", "packages: [p/*, '!**/out']\ncatalog:\n  x: 1\n"},
      {"plain/pnpm-workspace.yaml",
       "# all\r\npackages :\r\n- p/in   # one\r\n\r\n- p/app\r\nother:\r\n- p/*\r\n"},
      {"lines/pnpm-workspace.yaml", "\"packages\":\n  [\n    'p/*', # all\n    \"!p/out\",\n  ]\n"},
      {"object/package.json", R"({"workspaces": {"packages": ["./p/{in,app}/"]}})"},
      {"array/package.json", R"({"workspaces": ["p/*", "!p/out"]})"},
      {"named/package.json", R"({"workspaces": ["p/in", "p/[a-b]pp"]})"}};
  for (const auto& [file, text] : files) {
    const std::string base = file.substr(0, file.find('/'));
    folder.write(file, text);
    folder.write(base + "/p/in/package.json", R"({"name": "in"})");
    folder.write(base + "/p/out/package.json", R"({"name": "out"})");
    folder.write(base + "/p/app/package.json", names);
    EXPECT_THAT(needs(base + "/p/app"), ElementsAre(base + "/p/in runtime"));
  }
}

/// What YAML has beside it is refused: without the members a needed package would silently be missing.
TEST_F(NpmNeeds, a_range_means_a_member_as_pnpms_version_and_settings_say) {
  struct Case {
    std::string manager, lock, npmrc, setting;
    bool links;
  };
  int number = 0;
  for (const Case& one :
       {Case{"", "", "", "", true}, Case{"", "'9.0'", "", "", false}, Case{"", "'6.0'", "", "", true},
        Case{"", "5.4", "", "", true}, Case{"pnpm@8.15.0", "'9.0'", "", "", true},
        Case{"pnpm@10.1.0+sha512.a", "", "", "", false}, Case{"pnpm@^9", "", "", "", false},
        Case{"pnpm", "'9.0'", "", "", false}, Case{"yarn@4.0.0", "'9.0'", "", "", true},
        Case{"pnpm@10.1.0", "", " = true", "", true}, Case{"pnpm@10.1.0", "", "=false", ": deep", true},
        Case{"pnpm@10.1.0", "", "=true", ": false # why", false}, Case{"pnpm@8.0.0", "", "=false", "", false},
        Case{"pnpm@11.0.0", "", "=true", "", false}, Case{"pnpm@11.0.0", "", "", ": 'true'", true}}) {
    const std::string base = "pnpm" + std::to_string(++number) + "/";
    folder.write(base + "package.json", R"({"packageManager": ")" + one.manager + "\"}");
    folder.write(
        base + "pnpm-workspace.yaml",
        "packages: ['*']\n" + (one.setting.empty() ? "" : "linkWorkspacePackages" + one.setting + "\n"));
    if (!one.lock.empty()) folder.write(base + "pnpm-lock.yaml", "lockfileVersion: " + one.lock + "\n");
    if (!one.npmrc.empty()) folder.write(base + ".npmrc", "a=b\nlink-workspace-packages" + one.npmrc + "\n");
    for (const char* name : {"by-range", "by-catalog", "by-alias", "by-protocol", "by-path"})
      folder.write(base + name + "/package.json",
                   std::string(R"({"version": "1.2.0", "name": ")") + name + "\"}");
    folder.write(base + "app/package.json",
                 R"({"dependencies": {"by-protocol": "workspace:^", "by-path": "file:../by-path",
      "by-range": "^1.0.0", "by-catalog": "catalog:", "other": "npm:by-alias@^1"}})");
    std::vector<std::string> expected{base + "by-protocol runtime", base + "by-path runtime"};
    if (one.links)
      for (const char* name : {"by-range", "by-catalog", "by-alias"})
        expected.push_back(base + name + " runtime");
    EXPECT_EQ(needs(base + "app"), expected) << number;
  }
}

TEST_F(NpmNeeds, what_else_pnpms_file_can_be_in_yaml_is_an_error) {
  int number = 0;
  for (const char* text :
       {"packages: &p\n  - p/*\n", "{packages: [p/*]}\n", "packages: !!seq\n  - p/*\n", "packages: *p\n",
        "packages: |\n  - p/*\n", "  packages:\n    - p/*\n", "--- {packages: [p/*]}\n",
        "&a\npackages:\n- p/*\n", "? packages\n: - p/*\n", "packages: p/*\n", "packages:\n  p/*\n",
        "packages:\n  - p/in\n    more\n", "packages: [p/*] more\n", "packages:\n  - &a p/*\n",
        "packages:\n  - *a\n", "packages:\n  - !!str p\n", "packages:\n  - \"\\x70/*\"\n"}) {
    const std::string base = "case" + std::to_string(++number);
    folder.write(base + "/pnpm-workspace.yaml", text);
    folder.write(base + "/p/in/package.json", "{}");
    EXPECT_THAT(needs(base + "/p/in"), ElementsAre(HasSubstr(": expected "))) << text;
  }
  for (const char* text :
       {"", "# nothing\n", "packages:\n", "packages: ~\n", "packages: null # none\n", "packages: []\n",
        "%YAML 1.2\n---\npackages:\nother: 1\n", "--- # x\nother:\n  packages: 1\n"}) {
    const std::string base = "case" + std::to_string(++number);
    folder.write(base + "/pnpm-workspace.yaml", text);
    folder.write(base + "/p/in/package.json", "{}");
    EXPECT_THAT(needs(base + "/p/in"), IsEmpty()) << text;
  }
}

TEST_F(NpmNeeds, a_manifest_that_is_no_regular_file_is_refused) {
  folder.write("a/readme");
  ASSERT_EQ(::mkfifo((root() + "/a/package.json").c_str(), 0600), 0);
  EXPECT_THAT(needs("a"), ElementsAre(HasSubstr("/a/package.json can't be read: it is no regular file")));
  folder.write("b/package.json", "{}");
  ASSERT_EQ(::symlink("/dev/zero", (root() + "/b/pnpm-workspace.yaml").c_str()), 0);
  EXPECT_THAT(needs("b"),
              ElementsAre(HasSubstr("/b/pnpm-workspace.yaml can't be read: it is no regular file")));
}

TEST_F(NpmNeeds, stars_take_no_hidden_folders_and_no_modules) {
  workspace(R"(["**", ".tools/*"])");
  for (const char* place :
       {"node_modules/m", "libs/node_modules/m", ".hidden/m", ".tools/t", "deep/er/and/er/x"})
    folder.write(std::string(place) + "/package.json",
                 R"({"name": ")" + std::string(1, std::string(place).back()) + "\"}");
  app(R"("dependencies": {"m": "*", "t": "*", "x": "*"})");
  EXPECT_THAT(needs("app"), ElementsAre(".tools/t runtime", "deep/er/and/er/x runtime"));
}

TEST_F(NpmNeeds, the_nearest_workspace_that_has_the_project_counts) {
  workspace(R"(["inner", "inner/libs/*"])");
  folder.write("inner/package.json", R"({"workspaces": ["app"]})");
  folder.write("inner/app/package.json", R"({"dependencies": {"util": "*"}})");
  folder.write("inner/libs/util/package.json", R"({"name": "util"})");
  folder.write("inner/libs/more/package.json", R"({"dependencies": {"util": "*"}})");
  folder.write("alone/package.json", R"({"dependencies": {"util": "*"}})");
  EXPECT_THAT(needs("inner/app"), IsEmpty());
  EXPECT_THAT(needs("inner/libs/more"), ElementsAre("inner/libs/util runtime"));
  EXPECT_THAT(needs("alone"), IsEmpty()) << "it is no member";
}

TEST_F(NpmNeeds, a_folder_without_a_manifest_needs_nothing) {
  folder.write("package.json", "{");
  folder.write("app/readme");
  EXPECT_THAT(needs("app"), IsEmpty());
}

TEST_F(NpmNeeds, a_broken_manifest_is_told_with_its_place) {
  folder.write("own/package.json", "{\n  \"dependencies\" {}\n}");
  EXPECT_THAT(needs("own"), ElementsAre(StartsWith(root() + "/own/package.json:2:18: missing a colon")));
  workspace();
  lib("util");
  folder.write("libs/broken/package.json", "{,}");
  app(R"("dependencies": {"@acme/util": "*"})");
  EXPECT_THAT(needs("app"), ElementsAre(StartsWith(root() + "/libs/broken/package.json:1:2: ")))
      << "it may be what is needed";
  folder.write("pnpm/pnpm-workspace.yaml", "packages:\n  - [a\n");
  folder.write("pnpm/a/package.json", "{}");
  EXPECT_THAT(needs("pnpm/a"),
              ElementsAre(StartsWith(root() + "/pnpm/pnpm-workspace.yaml:2:5: expected a list of patterns")));
}

TEST_F(NpmNeeds, tells_once_of_two_packages_with_one_name) {
  workspace();
  app(R"("dependencies": {"@acme/util": "*"})");
  for (const char* folder_name : {"a", "b"})
    folder.write(std::string("libs/") + folder_name + "/package.json", R"({"name": "@acme/util"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/a runtime"));
  EXPECT_THAT(needs("libs/a"), IsEmpty());
  ASSERT_EQ(host.logged().size(), 1U);
  EXPECT_EQ(host.logged().front().message,
            "two packages of the workspace are called \"@acme/util\": " + root() + "/libs/a and " + root() +
                "/libs/b; whoever needs it gets the first");
}

TEST_F(NpmNeeds, reads_each_manifest_once_however_many_are_asked_about) {
  workspace();
  lib("util");
  app(R"("dependencies": {"@acme/util": "*"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime"));
  folder.write("libs/util/package.json", "{");
  workspace("[");
  EXPECT_THAT(needs("libs/util"), IsEmpty()) << "it was read before";
  EXPECT_THAT(needs("app"), ElementsAre("libs/util runtime"));
}

/// Where each of them is looked for among all others, this takes minutes.
TEST_F(NpmNeeds, many_dependencies_that_are_optional_or_peers_are_told_apart) {
  constexpr int each = 30'000;
  const auto object = [](const std::string& prefix, const std::string& value) {
    std::string text = "{\"@acme/" + prefix + "\": " + value;
    for (int one = 0; one < each; ++one) text += ", \"" + prefix + std::to_string(one) + "\": " + value;
    return text + "}";
  };
  workspace();
  for (const char* name : {"o", "p"}) lib(name);
  app("\"dependencies\": " + object("o", "\"*\"") + ", \"optionalDependencies\": " + object("o", "\"*\"") +
      ", \"peerDependencies\": " + object("p", "\"*\"") +
      ", \"peerDependenciesMeta\": " + object("p", R"({"optional": true})"));
  EXPECT_THAT(needs("app"), ElementsAre("libs/o optional", "libs/p peer"));
}

TEST_F(NpmNeeds, a_peer_is_no_need_where_turbo_orders) {
  workspace();
  lib("util");
  app(R"("peerDependencies": {"@acme/util": "*"})");
  folder.write("turbo.json", "{}");
  EXPECT_THAT(needs("app"), IsEmpty());
  folder.write("other/package.json", R"({"workspaces": ["*"]})");
  folder.write("other/a/package.json", R"({"name": "a", "peerDependencies": {"b": "*"}})");
  folder.write("other/b/package.json", R"({"name": "b"})");
  EXPECT_THAT(needs("other/a"), ElementsAre("other/b peer")) << "a workspace of its own";
}

TEST_F(NpmNeeds, knows_the_projects_of_rush) {
  folder.write("rush.json", R"({ /* c */ "projects": [
    {"packageName": "app", "projectFolder": "./app/", "decoupledLocalDependencies": ["@acme/old"]},
    {"packageName": "@acme/a", "projectFolder": "libs/a/"}, {"packageName": "@acme/old", "projectFolder": "libs/old",},
    {"packageName": "@acme/peer", "projectFolder": "libs/peer"}]})");
  for (const char* name : {"a", "old", "peer", "none"}) lib(name);
  app(R"("dependencies": {"@acme/a": "workspace:*", "@acme/old": "1", "@acme/none": "*"}, "peerDependencies": {"@acme/peer": "*"})");
  EXPECT_THAT(needs("app"), ElementsAre("libs/a runtime"));
}

TEST_F(NpmNeeds, knows_the_packages_of_lerna) {
  for (const auto& [base, said, member] :
       {std::tuple{"one", R"({"packages": ["mods/*"]})", "mods/b"}, {"two", "{}", "packages/b"}}) {
    const std::string root = base;
    folder.write(root + "/lerna.json", said);
    folder.write(root + "/" + member + "/package.json", R"({"name": "b"})");
    const std::string beside =
        root + "/" + std::string(member).substr(0, std::string(member).rfind('/')) + "/a";
    folder.write(beside + "/package.json", R"({"name": "a", "dependencies": {"b": "*"}})");
    EXPECT_THAT(needs(beside), ElementsAre(root + "/" + member + " runtime"));
  }
}

TEST_F(NpmNeeds, of_a_rush_json_that_nobody_understands_are_a_failure) {
  folder.write("rush.json", "{ \"projects\": [");
  app("\"dependencies\": {}");
  EXPECT_THAT(needs("app"), ElementsAre(HasSubstr("rush.json:1:")));
}

}  // namespace
}  // namespace dream::plugin
