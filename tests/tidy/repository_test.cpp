#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "rules.hpp"

namespace dream::tidy {
namespace {

namespace fs = std::filesystem;

/// Every file of the sources, in order of path; what a script compiled or fetched beside them is left out.
std::vector<File> files_of(const fs::path& root) {
  std::vector<File> files;
  for (const char* top : {"host", "plugin_api", "plugins", "tests", "docs", "packaging"}) {
    if (!fs::exists(root / top)) continue;
    for (auto entry = fs::recursive_directory_iterator(root / top);
         entry != fs::recursive_directory_iterator(); ++entry) {
      const std::string name = entry->path().filename().string();
      if (entry->is_directory() && (name == "build" || name == "node_modules" || name.starts_with('.'))) {
        entry.disable_recursion_pending();
      }
      if (!entry->is_regular_file()) continue;
      std::ifstream stream(entry->path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
      files.push_back({fs::relative(entry->path(), root).generic_string(), std::move(text)});
    }
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

TEST(TheRepository, keeps_the_rules_of_the_house) {
  const std::vector<File> files = files_of(DREAM_SOURCE_DIR);
  ASSERT_GT(files.size(), 30U) << "the sources were not found in " DREAM_SOURCE_DIR;
  for (const File& file : files) {
    for (const std::string& finding : check(file, DREAM_SOURCE_DIR)) ADD_FAILURE() << finding;
  }
}

}  // namespace
}  // namespace dream::tidy
