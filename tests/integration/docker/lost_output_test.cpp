#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "cutting_proxy.hpp"
#include "engine_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::IsEmpty;

struct Proxied {
  CuttingProxy proxy{shared_engine().folder() / "docker.sock"};
};

/// A container whose output comes over connections that are closed in its midst.
struct LostOutput : Proxied, EngineTest {
  LostOutput() : EngineTest(proxy.address()) {}

  static std::string numbers(int last) {
    std::string all;
    for (int number = 1; number <= last; ++number) all += std::to_string(number) + "\n";
    return all;
  }
};

TEST_F(LostOutput, of_a_container_that_ends_soon_comes_whole) {
  proxy.cut("/attach", 200'000);
  FakeRun& run = run_line("busybox seq 1 60000");
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_TRUE(out(run) == numbers(60'000)) << out(run).size();
  EXPECT_THAT(host.logged(), IsEmpty());
}

TEST_F(LostOutput, of_a_container_that_goes_on_comes_whole_from_both_streams) {
  proxy.cut("/attach", 50'000);
  proxy.cut("follow=1", 70'000);
  proxy.cut("follow=1", 200'000);
  FakeRun& run = run_line("busybox seq 1 30000; busybox seq 1 20000 >&2; echo ready; exec sleep 1000");
  await_output(run, "ready\n");
  EXPECT_TRUE(out(run) == numbers(30'000) + "ready\n") << out(run).size();
  until([&] { return err(run).size() == numbers(20'000).size(); });
  EXPECT_TRUE(err(run) == numbers(20'000));
  EXPECT_EQ(proxy.count("follow=1"), 3);
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
  EXPECT_THAT(host.logged(), IsEmpty());
}

TEST_F(LostOutput, of_very_long_lines_and_bytes_that_are_no_text_comes_whole) {
  proxy.cut("/attach", 5'000);
  FakeRun& run = run_line(
      R"(printf '\377\000\r\n\n'; busybox seq 1 10000 | tr '\n0' ' \376'; echo; busybox seq 1 10000 | tr '\n' ' '; )"
      R"(printf '\nopen')");
  EXPECT_EQ(exit_of(run).value, 0);
  std::string lines = numbers(10'000);
  std::ranges::replace(lines, '\n', ' ');
  std::string bytes = lines;
  std::ranges::replace(bytes, '0', '\376');
  EXPECT_TRUE(out(run) == std::string("\377\0\r\n\n", 5) + bytes + "\n" + lines + "\nopen")
      << out(run).size();
}

}  // namespace
}  // namespace dream::docker::testing
