#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What nobody writes by hand ends soon, too: with an error, or with all that it says.
namespace dream::init {
namespace {

using testing::HasSubstr;

TEST_F(Init, what_a_merge_key_holds_has_an_end) {
  const std::string circle = "<<: &x [*x]\n";
  std::string many = "<<:\n  - &l0 []\n";  // each list ten times the one before it
  for (int level = 1; level <= 11; ++level) {
    const std::string before = "*l" + std::to_string(level - 1);
    many += "  - &l" + std::to_string(level) + " [";
    for (int one = 0; one < 9; ++one) many += before + ", ";
    many += before + "]\n";
  }
  for (const char* file :
       {"compose.yaml", "Taskfile.yml", "mprocs.yaml", "process-compose.yaml", "pnpm-workspace.yaml"}) {
    for (const std::string& content : {circle, many}) {
      write(file, content);
      EXPECT_THAT(text(), HasSubstr("too many values, or an alias that holds itself")) << file;
    }
    std::filesystem::remove(folder_.path() / file);
  }
}

}  // namespace
}  // namespace dream::init
