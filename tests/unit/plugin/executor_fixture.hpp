#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <dream/testing/plugin_driver.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::plugin {

/// An executor on the fake host, in a workspace that is a folder of its own with the project ./web.
class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest() { plugin.create(project()); }
  void TearDown() override {
    for (std::size_t index = 0; index < host.children().size(); ++index) {
      if (host.children()[index].alive) host.exit_child(index, DREAM_EXIT_CODE, 0);
    }
  }

  [[nodiscard]] std::string root() const { return folder.path().string(); }
  [[nodiscard]] dream::testing::FakeProject project(const std::string& options = "{}") const {
    return {.root = root(), .path = "./web", .directory = root() + "/web", .options = options};
  }

  /// Programs that seem to be installed: a PATH of their own has them.
  void install(std::initializer_list<const char*> programs) const {
    for (const char* program : programs) {
      ::chmod(folder.write(std::string("tools/") + program).c_str(), 0755);
    }
  }
  [[nodiscard]] std::string search_path() const { return root() + "/tools"; }

  [[nodiscard]] dream::testing::FakeTask task(const std::string& name,
                                              const std::string& options = "{}") const {
    return {.name = name,
            .directory = root() + "/web",
            .environment = {"PATH=" + search_path()},
            .options = options};
  }

  /// What a task becomes; none: it could not be started, and plugin.error() says why.
  std::optional<dream::testing::FakeChild> child(const dream::testing::FakeTask& task) {
    const std::size_t before = host.children().size();
    if (plugin.start(task) == nullptr) return std::nullopt;
    return host.children().at(before);
  }
  std::vector<std::string> argv(const dream::testing::FakeTask& task) {
    const auto started = child(task);
    return started ? started->argv : std::vector<std::string>{};
  }

  /// The failure of a start: "message (hint)".
  std::string failure(const dream::testing::FakeTask& task) {
    if (child(task)) return "started";
    EXPECT_EQ(plugin.error().count, 1);
    return plugin.error().message + " (" + plugin.error().hint + ")";
  }

  TemporaryFolder folder;
  dream::testing::FakeHost host;
  dream::testing::PluginDriver plugin{host, dream_plugin_v1};
};

/// The PATH of this process, until the end of a test.
class ScopedSearchPath {
 public:
  explicit ScopedSearchPath(const std::string& path) : before_(std::getenv("PATH")) {
    ::setenv("PATH", path.c_str(), 1);
  }
  ~ScopedSearchPath() { ::setenv("PATH", before_.c_str(), 1); }
  ScopedSearchPath(const ScopedSearchPath&) = delete;
  ScopedSearchPath& operator=(const ScopedSearchPath&) = delete;

 private:
  std::string before_;
};

}  // namespace dream::plugin
