#include "plugin/search_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct SearchPathTest : testing::Test {
  SearchPathTest() {
    search.root = folder.path() / "root";
    search.environment = {folder.path() / "env1", folder.path() / "env2"};
    search.user = folder.path() / "user";
    search.installed = folder.path() / "installed";
    search.named = {"acme"};
  }

  std::filesystem::path put(const std::string& where, const std::string& id = "acme") const {
    return folder.write(std::filesystem::path(where) / ("libdream_" + id + ".so"));
  }

  TemporaryFolder folder;
  SearchPath search;
};

TEST_F(SearchPathTest, the_best_place_wins_and_says_why) {
  const auto expect = [&](const std::filesystem::path& path, const std::string& why) {
    const auto found = search.resolve("acme");
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->path, path);
    EXPECT_EQ(found->why, why);
  };
  expect(put("installed"), "installed with dream");
  expect(put("user"), "found among the user's plugins");
  expect(put("root/.dream/plugins"), "found in the workspace's .dream/plugins");
  expect(put("env2"), "found through DREAM_PLUGIN_PATH");
  expect(put("env1"), "found through DREAM_PLUGIN_PATH");
  search.configured["acme"] = "./tools/libanything.so";
  expect(folder.write("root/tools/libanything.so"), "named by executors.acme.plugin in dream.json");
}

TEST_F(SearchPathTest, a_workspace_file_that_nobody_named_is_not_loaded) {
  const auto planted = put("root/.dream/plugins", "shell");
  put("user", "shell");
  const auto installed = put("installed", "shell");
  const auto found = search.resolve("shell");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, installed);

  std::filesystem::remove(installed);
  const auto missing = search.resolve("shell");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("there is no executor \"shell\": no libdream_shell.so in "));
  EXPECT_THAT(missing.error().hint, HasSubstr("is only loaded when dream.json names the executor"));
}

TEST_F(SearchPathTest, a_missing_plugin_lists_where_it_looked) {
  const auto missing = search.resolve("acme");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::plugin);
  const std::string base = folder.path().string();
  EXPECT_EQ(missing.error().message, "there is no executor \"acme\": no libdream_acme.so in " + base +
                                         "/env1, " + base + "/env2, " + base + "/root/.dream/plugins, " +
                                         base + "/user and " + base + "/installed");
  EXPECT_EQ(missing.error().hint,
            "install the plugin, or set executors.acme.plugin in dream.json to its file");
}

TEST_F(SearchPathTest, a_misspelt_executor_is_told_the_nearest_one) {
  put("installed", "docker");
  EXPECT_EQ(search.resolve("doker").error().hint, "did you mean \"docker\"?");
}

TEST_F(SearchPathTest, a_file_that_dream_json_names_is_the_only_one_tried) {
  put("installed");
  search.configured["acme"] = "gone.so";
  const auto missing = search.resolve("acme");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "there is no such file, but executors.acme.plugin in dream.json names it");
  EXPECT_EQ(missing.error().where, (search.root / "gone.so").string());
}

TEST_F(SearchPathTest, a_name_never_leads_out_of_the_folder) {
  for (const char* name : {"../evil", "a/b", "", "A", "x.y"}) {
    const auto refused = search.resolve(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, HasSubstr("can't be an executor's name"));
  }
}

TEST_F(SearchPathTest, a_file_that_others_can_change_is_refused) {
  const auto path = put("installed");
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  const auto refused = search.resolve("acme");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "is not loaded: everybody may change it");
  EXPECT_EQ(refused.error().hint, "chmod o-w " + path.string());
  ASSERT_EQ(::chmod(path.c_str(), 0664), 0);
  EXPECT_TRUE(search.resolve("acme"));
}

TEST_F(SearchPathTest, a_file_that_a_group_of_several_can_change_is_refused) {
  const auto path = put("installed");
  ASSERT_EQ(::chmod(path.c_str(), 0664), 0);
  // Only root can do so; for others the file keeps a group in which nobody else is, or is refused as well.
  if (::chown(path.c_str(), static_cast<uid_t>(-1), 4711) != 0) return;
  const auto refused = search.resolve("acme");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "is not loaded: a whole group may change it");
  EXPECT_EQ(refused.error().hint, "chmod g-w " + path.string());
}

TEST_F(SearchPathTest, a_file_in_a_folder_that_others_can_change_is_refused) {
  const auto path = put("installed/deep/er");
  search.installed = path.parent_path();
  const auto open_folder = folder.path() / "installed";
  ASSERT_EQ(::chmod(open_folder.c_str(), 0777), 0);
  const auto refused = search.resolve("acme");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "is not loaded: everybody may change the folder " + open_folder.string());
  EXPECT_EQ(refused.error().hint, "chmod o-w " + open_folder.string());
  // As /tmp is: nobody can replace what belongs to somebody else.
  ASSERT_EQ(::chmod(open_folder.c_str(), 01777), 0);
  EXPECT_TRUE(search.resolve("acme"));
}

/// An access control list with these entries besides those of the owner and the rest of the world.
struct AccessEntry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};
std::string access_list(const std::vector<AccessEntry>& entries) {
  std::string list{2, 0, 0, 0};
  const auto add = [&list](const AccessEntry& entry) {
    const auto put = [&list](std::uint32_t value, int bytes) {
      for (int at = 0; at < bytes; ++at) list += static_cast<char>((value >> (8U * unsigned(at))) & 0xFFU);
    };
    put(entry.tag, 2);
    put(entry.permissions, 2);
    put(entry.id, 4);
  };
  add({ACL_USER_OBJ, 7, static_cast<std::uint32_t>(ACL_UNDEFINED_ID)});
  for (const AccessEntry& entry : entries) add(entry);
  add({ACL_OTHER, 5, static_cast<std::uint32_t>(ACL_UNDEFINED_ID)});
  return list;
}

TEST_F(SearchPathTest, a_folder_that_a_list_lets_others_change_is_refused) {
  put("installed");
  constexpr auto nobody = static_cast<std::uint32_t>(ACL_UNDEFINED_ID);
  const auto set = [&](const char* name, const std::vector<AccessEntry>& entries) {
    const std::string list = access_list(entries);
    EXPECT_EQ(::setxattr(search.installed.c_str(), name, list.data(), list.size(), 0), 0)
        << std::strerror(errno);
  };
  const auto message = [&] {
    const auto found = search.resolve("acme");
    return found ? std::string() : found.error().message + " (" + found.error().hint + ")";
  };
  const std::string folder_words = "the folder " + search.installed.string();
  const char* const access = "system.posix_acl_access";
  set(access, {{ACL_USER, 7, 4711}, {ACL_GROUP_OBJ, 5, nobody}, {ACL_MASK, 7, nobody}});
  EXPECT_EQ(message(), "is not loaded: user 4711 may change " + folder_words + " (setfacl -b " +
                           search.installed.string() + ")");
  set(access, {{ACL_GROUP_OBJ, 5, nobody}, {ACL_GROUP, 7, 4711}, {ACL_MASK, 7, nobody}});
  EXPECT_THAT(message(), HasSubstr("a whole group may change " + folder_words));
  // The mask takes it from them, and to read is harmless.
  set(access, {{ACL_USER, 7, 4711}, {ACL_GROUP_OBJ, 5, nobody}, {ACL_MASK, 5, nobody}});
  EXPECT_EQ(message(), "");
  set(access, {{ACL_USER, 5, 4711}, {ACL_GROUP_OBJ, 5, nobody}, {ACL_MASK, 7, nobody}});
  EXPECT_EQ(message(), "");
  set(access, {{ACL_USER, 7, ::geteuid()}, {ACL_GROUP_OBJ, 5, nobody}, {ACL_MASK, 7, nobody}});
  EXPECT_EQ(message(), "");
  set("system.posix_acl_default", {{ACL_USER, 7, 4711}, {ACL_GROUP_OBJ, 5, nobody}, {ACL_MASK, 7, nobody}});
  EXPECT_EQ(message(), "is not loaded: user 4711 may change " + folder_words + " (setfacl -k " +
                           search.installed.string() + ")");
}

TEST_F(SearchPathTest, a_link_of_another_user_is_refused_wherever_it_leads) {
  put("real");
  std::filesystem::create_directory_symlink("real", folder.path() / "link");
  search.installed = folder.path() / "link";
  const auto found = search.resolve("acme");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file->path, folder.path() / "real/libdream_acme.so");
  // Only root can give it away; a folder that is open to everybody is refused for anybody.
  if (::lchown(search.installed.c_str(), 4711, static_cast<gid_t>(-1)) == 0) {
    EXPECT_EQ(search.resolve("acme").error().message,
              "is not loaded: user 4711 owns the link " + search.installed.string());
  } else {
    std::filesystem::create_directories(folder.path() / "open");
    std::filesystem::rename(search.installed, folder.path() / "open/link");
    ASSERT_EQ(::chmod((folder.path() / "open").c_str(), 0777), 0);
    search.installed = folder.path() / "open/link";
    EXPECT_FALSE(search.resolve("acme"));
  }
}

TEST_F(SearchPathTest, only_what_comes_with_the_workspace_has_to_be_confirmed) {
  put("installed");
  EXPECT_FALSE(search.resolve("acme")->of_workspace);
  put("user");
  EXPECT_FALSE(search.resolve("acme")->of_workspace);
  put("root/.dream/plugins");
  EXPECT_TRUE(search.resolve("acme")->of_workspace);
  put("env1");
  EXPECT_FALSE(search.resolve("acme")->of_workspace);
  search.configured["acme"] = "./libacme.so";
  folder.write("root/libacme.so");
  EXPECT_TRUE(search.resolve("acme")->of_workspace);
  search.configured["acme"] = "../installed/libdream_acme.so";
  EXPECT_FALSE(search.resolve("acme")->of_workspace);
}

TEST_F(SearchPathTest, a_link_to_elsewhere_is_not_installed) {
  put("installed");
  std::filesystem::create_symlink(put("root"), search.installed / "libdream_link.so");
  search.configured["link"] = "../installed/libdream_link.so";
  EXPECT_TRUE(search.resolve("link")->of_workspace);
}

TEST_F(SearchPathTest, a_file_of_another_user_is_refused) {
  // Only root can give a file away; for others the file system refuses, and there is nothing to check.
  const auto path = put("installed");
  if (::chown(path.c_str(), 4711, static_cast<gid_t>(-1)) == 0) {
    EXPECT_EQ(search.resolve("acme").error().message, "is not loaded: user 4711 owns it");
  } else {
    EXPECT_TRUE(search.resolve("acme"));
  }
}

TEST_F(SearchPathTest, lists_what_can_be_used) {
  put("installed", "shell");
  put("installed", "docker");
  put("root/.dream/plugins", "acme");
  put("root/.dream/plugins", "unnamed");
  folder.write("installed/README.md");
  EXPECT_THAT(search.available(), ElementsAre("acme", "docker", "shell"));
}

TEST(MakeSearchPath, takes_what_the_workspace_names_and_the_environment) {
  Workspace workspace;
  workspace.root = "/w";
  workspace.executor = "deno";
  workspace.executors["acme"].plugin = "tools/libdream_acme.so";
  workspace.projects["./a"].executor = "npm";
  workspace.projects["./a"].tasks["dev"].executor = "docker";
  workspace.tasks["test"].executor = "jest";
  workspace.project_globs.push_back({"./p/*", {}});
  workspace.project_globs.back().settings.executor = "make";
  const auto search = make_search_path(workspace, "/usr/lib/dream/plugins", [](const std::string& name) {
    if (name == "DREAM_PLUGIN_PATH") return std::optional<std::string>("/x::relative:/y:.");
    if (name == "XDG_DATA_HOME") return std::optional<std::string>("relative/is/ignored");
    if (name == "HOME") return std::optional<std::string>("/home/me");
    return std::optional<std::string>();
  });
  EXPECT_THAT(search.named, ElementsAre("acme", "deno", "docker", "jest", "make", "npm"));
  EXPECT_EQ(search.configured.at("acme"), "tools/libdream_acme.so");
  EXPECT_THAT(search.environment, ElementsAre("/x", "/y"));
  EXPECT_THAT(search.ignored, ElementsAre("relative", "."));
  EXPECT_EQ(search.user, "/home/me/.local/share/dream/plugins");
  EXPECT_EQ(search.installed, "/usr/lib/dream/plugins");
}

TEST(MakeSearchPath, the_built_in_default_is_named_by_nobody) {
  const auto search = make_search_path(Workspace{}, "/i", [](const std::string& name) {
    return name == "XDG_DATA_HOME" ? std::optional<std::string>("/data") : std::nullopt;
  });
  EXPECT_TRUE(search.named.empty());
  EXPECT_EQ(search.user, "/data/dream/plugins");
}

}  // namespace
}  // namespace dream::plugin
