#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/own_dream.hpp"

/// A user, and another one who would like to have code run with that user's rights. Where the tests are root
/// both are made up; elsewhere the user is whoever tests, and what the other one would own is open to
/// everybody instead, which is as bad.
namespace dream::e2e {

namespace fs = std::filesystem;

constexpr uid_t user = 4711;
constexpr uid_t stranger = 4712;

struct Strangers : ::testing::Test {
  Strangers() {
    open_to_all(workspace.root(), 0755);
    copy_dream_into(workspace);
    fs::create_directories(at("home"));
    fs::create_directories(at("tmp/mine"));
    give_to_user("home");
    give_to_user("tmp/mine");
    open_to_all(at("tmp"), 01777);
  }

  [[nodiscard]] fs::path at(const std::string& path) const { return workspace.root() / path; }
  static void open_to_all(const fs::path& path, mode_t mode) { EXPECT_EQ(::chmod(path.c_str(), mode), 0); }
  /// With everything in it.
  void give_to_user(const std::string& path) const {
    if (!is_root) return;
    const auto give = [](const fs::path& one) { EXPECT_EQ(::lchown(one.c_str(), user, user), 0) << one; };
    give(at(path));
    if (!fs::is_directory(fs::symlink_status(at(path)))) return;
    for (const auto& entry : fs::recursive_directory_iterator(at(path))) give(entry.path());
  }
  void give_to_stranger(const std::string& path) const {
    if (is_root) {
      EXPECT_EQ(::lchown(at(path).c_str(), stranger, stranger), 0);
    } else {
      open_to_all(at(path), fs::is_directory(at(path)) ? 0777 : 0666);
    }
  }

  /// dream as the user; `before` is what starts it: "unshare" and its options, say.
  [[nodiscard]] Finished dream(const std::vector<std::string>& arguments, const std::string& folder,
                               const std::map<std::string, std::string>& environment = {},
                               const std::vector<std::string>& before = {}) const {
    std::map<std::string, std::string> variables{{"HOME", at("home").string()},
                                                 {"MARK", at("tmp/mark").string()}};
    for (const auto& [name, value] : environment) variables[name] = value;
    std::vector<std::string> words;
    std::string program = at("bin/dream").string();
    if (is_root) {
      words = {"--reuid=4711", "--regid=4711", "--clear-groups"};
      words.insert(words.end(), before.begin(), before.end());
      words.push_back(program);
      program = "/usr/bin/setpriv";
    }
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run(workspace,
               {.arguments = words, .folder = folder, .environment = variables, .program = program});
  }
  [[nodiscard]] bool is_marked() const { return fs::exists(at("tmp/mark")); }

  bool is_root = ::geteuid() == 0;
  Workspace workspace{"{}"};
};

}  // namespace dream::e2e
