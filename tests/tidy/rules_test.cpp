#include "rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string lines(std::size_t count, const std::string& line = "x;\n") {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) text += line;
  return text;
}

Findings arrows_from(const std::string& path, const std::string& include) {
  return wrong_arrows({path, "#include \"" + include + "\"\n"});
}

TEST(Arrows, of_the_host_point_down_only) {
  EXPECT_THAT(arrows_from("host/plan/plan.cpp", "base/text.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("host/plan/plan.cpp", "plan/plan.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("host/plan/plan.cpp", "engine/engine.hpp"),
              ElementsAre("host/plan/plan.cpp:1: must not include engine/engine.hpp"));
  EXPECT_THAT(arrows_from("host/base/text.cpp", "plan/plan.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/config/read.cpp", "engine/engine.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/output/prefix.cpp", "engine/engine.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("host/output/prefix.cpp", "runtime/driver.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/process/child.cpp", "plan/plan.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/plugin/registry.cpp", "dream/abi.h"), IsEmpty());
  EXPECT_THAT(arrows_from("host/runtime/driver.cpp", "cli/main.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/cli/main.cpp", "runtime/driver.hpp"), IsEmpty());
}

TEST(Arrows, of_plugins_point_to_the_plugin_api_only) {
  EXPECT_THAT(arrows_from("plugins/shell/executor.cpp", "dream/sdk.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("plugins/shell/executor.cpp", "argv.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("plugins/shell/executor.cpp", "base/text.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("plugins/docker/engine.cpp", "http/http.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("plugins/http/http.cpp", "shared/programs.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("plugins/http/http.cpp", "life/life.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("plugins/shared/marks.cpp", "http/http.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("host/plugin/registry.cpp", "shared/json.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("plugin_api/include/dream/sdk.hpp", "plugin/services.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("tests/plugins/crash.cpp", "base/text.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("tests/plugins/bad_plugins_test.cpp", "plugin/registry.hpp"), IsEmpty());
}

TEST(Arrows, of_unit_tests_are_those_of_what_they_test) {
  EXPECT_THAT(arrows_from("tests/unit/plan/plan_test.cpp", "plan/plan.hpp"), IsEmpty());
  EXPECT_THAT(arrows_from("tests/unit/plan/plan_test.cpp", "engine/engine.hpp"), SizeIs(1));
  EXPECT_THAT(arrows_from("tests/simulation/run.cpp", "engine/engine.hpp"), IsEmpty());
}

TEST(Arrows, of_the_engine_never_lead_outside) {
  EXPECT_THAT(wrong_arrows({"host/engine/engine.cpp", "#include <vector>\n#include <thread>\n"}), SizeIs(1));
  EXPECT_THAT(wrong_arrows({"host/engine/engine.cpp", "#include <boost/asio/post.hpp>\n"}), SizeIs(1));
  EXPECT_THAT(wrong_arrows({"host/process/child.cpp", "#include <boost/asio/post.hpp>\n"}), IsEmpty());
}

TEST(TooLongFile, starts_at_401_lines) {
  EXPECT_THAT(too_long_file({"host/a.cpp", lines(400)}), IsEmpty());
  EXPECT_THAT(too_long_file({"host/a.cpp", lines(401)}), SizeIs(1));
  EXPECT_THAT(too_long_file({"plugin_api/a.h", lines(400) + lines(400, "/* x */\n")}), IsEmpty());
  EXPECT_THAT(too_long_file({"plugin_api/a.h", lines(401)}), SizeIs(1));
}

TEST(TooLongFunctions, start_at_71_lines) {
  EXPECT_THAT(too_long_functions({"host/a.cpp", "void f() {\n" + lines(68) + "}\n"}), IsEmpty());
  EXPECT_THAT(too_long_functions({"host/a.cpp", "int a;\nvoid f() {\n" + lines(69) + "}\n"}),
              ElementsAre("host/a.cpp:2: `void f()` has 71 lines; 70 are enough"));
  EXPECT_THAT(too_long_functions({"tests/a.cpp", "TEST(A, b) {\n" + lines(69) + "}\n"}), SizeIs(1));
}

TEST(MissingPragmaOnce, is_asked_of_cpp_headers) {
  EXPECT_THAT(missing_pragma_once({"host/a.hpp", "#pragma once\n"}), IsEmpty());
  EXPECT_THAT(missing_pragma_once({"host/a.hpp", "// why\n#pragma once\n"}), IsEmpty());
  EXPECT_THAT(missing_pragma_once({"host/a.hpp", "// #pragma once\n"}), SizeIs(1));
  EXPECT_THAT(missing_pragma_once({"host/a.cpp", ""}), IsEmpty());
}

TEST(UndocumentedTypes, are_those_of_more_than_five_lines) {
  EXPECT_THAT(undocumented_types({"host/a.hpp", "struct A {\n" + lines(3) + "};\n"}), IsEmpty());
  EXPECT_THAT(undocumented_types({"host/a.hpp", "struct A {\n" + lines(4) + "};\n"}),
              ElementsAre("host/a.hpp:1: A has no /// before it"));
  EXPECT_THAT(undocumented_types({"tests/a.hpp", "struct A {\n" + lines(4) + "};\n"}), IsEmpty());
  EXPECT_THAT(undocumented_types({"host/a.hpp", "/// Why.\nstruct A {\n" + lines(4) + "};\n"}), IsEmpty());
}

TEST(SleepingTests, are_found_in_code_but_not_in_what_a_child_is_told) {
  EXPECT_THAT(sleeping_tests({"tests/a.cpp", "std::this_thread::sleep_for(x);\n"}), SizeIs(1));
  EXPECT_THAT(sleeping_tests({"tests/a.c", "nanosleep(x);\nusleep(x);\nsleep(1);\n"}), SizeIs(3));
  EXPECT_THAT(sleeping_tests({"tests/a.cpp", "run(\"sleep 100\"); // sleep\n"}), IsEmpty());
  EXPECT_THAT(sleeping_tests({"host/a.cpp", "sleep_for(x);\n"}), IsEmpty());
  EXPECT_THAT(sleeping_tests({"tests/a.py", "time.sleep(1)\n"}), SizeIs(1));
}

TEST(AbsolutePaths, are_those_of_the_machine_it_was_written_on) {
  EXPECT_THAT(absolute_paths({"a.cpp", "x\n\"/home/me/dream/host\"\n"}, "/home/me/dream"),
              ElementsAre("a.cpp:2: a path of one machine: /home/me/dream/"));
  EXPECT_THAT(absolute_paths({"a.cpp", "\"/usr/lib/dream/plugins\""}, "/home/me/dream"), IsEmpty());
  EXPECT_THAT(absolute_paths({"a.cpp", std::string("\"/") + "work/x\""}, "/home/me/dream"), SizeIs(1));
  EXPECT_THAT(absolute_paths({"a.cpp", std::string("a/") + "work/x"}, "/home/me/dream"), IsEmpty());
}

}  // namespace
}  // namespace dream::tidy
