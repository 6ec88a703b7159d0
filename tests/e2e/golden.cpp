#include "e2e/golden.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace dream::e2e {

namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

/// The size of the duration that the text begins with, `12 ms`, `1.2 s` or `1 min 02 s`; 0: none.
std::size_t duration_size(std::string_view text) {
  std::size_t at = 0;
  const auto number = [&] {
    const std::size_t start = at;
    while (at < text.size() && (std::isdigit(static_cast<unsigned char>(text[at])) != 0 || text[at] == '.'))
      ++at;
    return at > start;
  };
  const auto word = [&](std::string_view wanted) {
    if (!text.substr(at).starts_with(wanted)) return false;
    const std::size_t end = at + wanted.size();
    if (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) return false;
    at = end;
    return true;
  };
  if (!number()) return 0;
  if (word(" ms")) return at;
  if (word(" min ") && !number()) return 0;
  return word(" s") ? at : 0;
}

}  // namespace

std::string without_times(const std::string& text) {
  std::string shown;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t size = duration_size(rest);
    if (size > 0 && (shown.empty() || std::isspace(static_cast<unsigned char>(shown.back())) != 0)) {
      shown.erase(shown.find_last_not_of(' ') + 1);  // what a column was filled up with
      shown += " <time>";
      rest.remove_prefix(size);
    } else {
      shown += rest.front();
      rest.remove_prefix(1);
    }
  }
  return shown;
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
