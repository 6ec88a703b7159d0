#include "ssh/far_script.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <dream/sdk/command_line.hpp>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::ssh {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What the script writes to both streams, read by this shell; its life line stays open.
std::string output_in(const std::vector<std::string>& shell, const FarTask& task) {
  const TemporaryFolder folder;
  const std::string line = (folder.path() / "line").string();
  EXPECT_EQ(::mkfifo(line.c_str(), 0600), 0);
  const int held = ::open(line.c_str(), O_RDWR | O_CLOEXEC);
  const std::string script = folder.write("script", far_script(task)).string();
  std::vector<std::string> words = shell;
  words.insert(words.end(), {"-c", "eval \"$(cat " + script + ")\"", "sh"});
  FILE* pipe = ::popen((sdk::shell_line(words) + " < " + line + " 2>&1").c_str(), "re");
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), got);
  ::pclose(pipe);
  ::close(held);
  return output;
}

TEST(FarScript, sets_variables_that_are_a_shells_own) {
  for (const std::vector<std::string>& shell :
       {std::vector<std::string>{"sh"}, {"bash", "--posix"}, {"bash"}}) {
    FarTask task{.nonce = "cafe"};
    task.environment = {"PLAIN=it's\n$x", "UID=4711", "EUID=4712",  "PPID=1",     "SHELLOPTS=x", "BASHOPTS=y",
                        "nonce=own",      "sid=own",  "setsid=own", "odd.name=z", "IFS=i"};
    task.argv = {"env"};
    const std::string output = output_in(shell, task);
    for (const std::string& entry : task.environment)
      EXPECT_THAT(output, HasSubstr("\n" + entry + "\n")) << shell.front();
    EXPECT_THAT(output, HasSubstr("\036cafe ended 0\n")) << shell.front();
  }
}

TEST(FarScript, shows_no_variable_in_a_command_line) {
  FarTask task{.nonce = "cafe", .environment = {"SECRET=hidden-4711"}};
  task.argv = {"sh", "-c", "echo is $SECRET; cat /proc/$$/cmdline /proc/$PPID/cmdline | tr '\\0' ' '"};
  const std::string output = output_in({"sh"}, task);
  EXPECT_THAT(output, HasSubstr("is hidden-4711\n"));
  EXPECT_THAT(output.substr(output.find("is hidden-4711") + 14), Not(HasSubstr("hidden-4711")));
}

/// Linux takes no word of a command that is longer than 128 KiB.
TEST(FarScript, takes_more_variables_than_a_word_can_hold) {
  FarTask task{.nonce = "cafe"};
  for (const char* name : {"A", "B", "C"})
    task.environment.push_back(name + ("=" + std::string(70'000, 'x')));
  task.argv = {"sh", "-c", "echo ${#A} ${#B} ${#C}"};
  EXPECT_THAT(output_in({"sh"}, task), HasSubstr("70000 70000 70000\n"));
}

}  // namespace
}  // namespace dream::ssh
