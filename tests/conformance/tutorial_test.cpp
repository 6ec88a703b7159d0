#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.hpp"

/// docs/plugin-tutorial.md, done as a reader would: its files written, its commands run, with an installed
/// dream.
namespace dream::conformance {
namespace {

using ::testing::HasSubstr;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// dream's place in the tutorial is that of its Debian packages.
std::string with_prefix(std::string text) {
  constexpr std::string_view packaged = "/usr/share/dream/";
  for (auto at = text.find(packaged); at != std::string::npos; at = text.find(packaged, at + 1))
    text.replace(at, packaged.size(), DREAM_PREFIX "/share/dream/");
  return text;
}

/// A block of the tutorial and the remark before it: "file: make/make.cpp", "run: make", "output".
struct Block {
  std::string remark;
  std::string text;
};

std::vector<Block> blocks_of(const std::string& manual) {
  constexpr std::string_view opening = "<!-- ";
  constexpr std::string_view fence = "\n```";
  std::vector<Block> blocks;
  for (auto at = manual.find(opening); at != std::string::npos; at = manual.find(opening, at + 1)) {
    const auto remark = at + opening.size();
    const auto remark_end = manual.find(" -->", remark);
    const auto begin = manual.find('\n', manual.find(fence, remark_end) + 1) + 1;
    const auto end = manual.find(fence, begin - 1) + 1;
    blocks.push_back({manual.substr(remark, remark_end - remark), manual.substr(begin, end - begin)});
  }
  return blocks;
}

struct Tutorial : ::testing::Test {
  Tutorial() {
    const std::string prefix = DREAM_PREFIX;
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (prefix + "/bin:" + path).c_str(), 1);
    ::setenv("CMAKE_PREFIX_PATH", prefix.c_str(), 1);
    ::setenv("C_INCLUDE_PATH", (prefix + "/include").c_str(), 1);
    const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "/";
    ::setenv("RUSTUP_HOME", (home + "/.rustup").c_str(), 0);  // where a rustup has its compilers
    ::setenv("HOME", folder.path().c_str(), 1);
    ::unsetenv("XDG_STATE_HOME");
    ::unsetenv("DREAM_PLUGIN_PATH");
  }
  /// The commands' output; they must all succeed.
  [[nodiscard]] std::string run(const std::string& where, const std::string& commands) const {
    folder.write("commands.sh", "set -eu\ncd '" + (folder.path() / where).string() + "'\n" + commands);
    const std::string out = (folder.path() / "out").string();
    const std::string line =
        "sh '" + (folder.path() / "commands.sh").string() + "' > '" + out + "' 2>&1 < /dev/null";
    EXPECT_EQ(std::system(line.c_str()), 0) << commands << read(out);
    return read(out);
  }
  TemporaryFolder folder;
};

TEST_F(Tutorial, does_what_it_says) {
  std::string out;
  int runs = 0;
  int outputs = 0;
  for (const Block& block : blocks_of(read(DREAM_SOURCE_DIR "/docs/plugin-tutorial.md"))) {
    if (block.remark.starts_with("file: ")) folder.write(block.remark.substr(6), with_prefix(block.text));
    if (block.remark.starts_with("run: ")) {
      out = run(block.remark.substr(5), block.text);
      ++runs;
    }
    if (block.remark == "output") {
      EXPECT_THAT(out, HasSubstr(block.text));
      ++outputs;
    }
    if (block.text.find("plugin check") == std::string::npos) continue;
    EXPECT_THAT(out, HasSubstr(" pass"));
    for (const char* broken : {"\nfail ", "\nwarn ", "\ncrash "}) {
      EXPECT_EQ(out.find(broken), std::string::npos) << out;
    }
  }
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(outputs, 3);
}

/// How many links of the documents in this folder of share/doc lead to files. All of these must be there.
int live_links(const char* package, std::initializer_list<const char*> names) {
  const std::filesystem::path folder = std::filesystem::path(DREAM_PREFIX "/share/doc") / package;
  int links = 0;
  for (const char* name : names) {
    const std::string text = read(folder / name);
    EXPECT_FALSE(text.empty()) << name;
    for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      const std::string target = text.substr(at + 2, text.find_first_of("#)", at) - at - 2);
      if (target.empty() || target.starts_with("http")) continue;
      EXPECT_TRUE(std::filesystem::exists(folder / target)) << name << ": " << target;
      ++links;
    }
  }
  return links;
}

TEST(InstalledDocuments, have_no_dead_links) {
  EXPECT_GT(live_links("dream-plugin-dev", {"plugin-tutorial.md", "plugin-abi.md", "plugin-rules.md"}), 10);
  EXPECT_GT(
      live_links("dream", {"reference.md", "configuration.md", "functional-specification.md", "control.md",
                           "migrating.md", "events.md", "clusters.md", "examples.md", "shell.md", "npm.md",
                           "deno.md", "docker.md", "ssh.md", "slurm.md", "kubernetes.md"}),
      90);
}

}  // namespace
}  // namespace dream::conformance
