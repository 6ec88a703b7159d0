#include "e2e/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace dream::e2e {

namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

}  // namespace

std::string without_times(const std::string& text) {
  static const std::regex duration(R"( *\b(\d+ min \d\d s|\d+\.\d s|\d+ ms)(?=[ ,\n]))");
  return std::regex_replace(text, duration, " <time>");
}

void expect_golden(const std::string& name, const std::string& text, const Workspace& workspace) {
  std::string shown = text;
  replace_all(shown, workspace.root().string(), "<root>");
  const std::filesystem::path build = std::filesystem::path(DREAM_BINARY).parent_path().parent_path();
  replace_all(shown, (build / "lib/dream/plugins").string(), "<plugins>");
  const std::filesystem::path file = std::filesystem::path(DREAM_GOLDEN) / name;
  if (std::getenv("DREAM_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << shown;
  }
  std::ostringstream expected;
  expected << std::ifstream(file).rdbuf();
  EXPECT_EQ(shown, expected.str()) << "DREAM_UPDATE_GOLDEN=1 rewrites " << file;
}

}  // namespace dream::e2e
