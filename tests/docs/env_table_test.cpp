#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/env_file.hpp"
#include "docs/markdown.hpp"

namespace dream::docs {
namespace {

std::string replaced(std::string text, std::string_view sign, std::string_view meaning) {
  for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos; at += meaning.size())
    text.replace(at, sign.size(), meaning);
  return text;
}

/// What a cell shows as code; others are words.
std::string text_of(std::string cell) {
  const std::size_t ticks = std::min(cell.find_first_not_of('`'), cell.size());
  const std::size_t blank = ticks > 1 ? 1 : 0;  // between two backticks and one of the text
  if (cell.size() >= 2 * (ticks + blank)) {
    cell = cell.substr(ticks + blank, cell.size() - 2 * (ticks + blank));
  }
  cell = replaced(replaced(std::move(cell), "⏎", "\n"), "␍", "\r");
  return replaced(replaced(std::move(cell), "⇥", "\t"), "<BOM>", "\xEF\xBB\xBF");
}

struct EnvRow {
  std::string file;
  std::string value;
};

std::vector<EnvRow> rows_of_the_table() {
  const std::string text = read_document(DREAM_SOURCE_DIR "/docs/configuration.md").text;
  std::vector<EnvRow> rows;
  std::size_t at = text.find("\n| `", text.find("| in the file |")) + 1;
  while (text.compare(at, 3, "| `") == 0) {
    const std::size_t middle = text.find(" | ", at);
    const std::size_t last = text.find(" | ", middle + 3);
    rows.push_back(
        {text_of(text.substr(at + 2, middle - at - 2)), text_of(text.substr(middle + 3, last - middle - 3))});
    at = text.find('\n', at) + 1;
  }
  return rows;
}

std::string value_of_k(const std::string& file) {
  const config::Lookup environment = [](const std::string& name) -> std::optional<std::string_view> {
    if (name == "K") return "what it is for dream";
    return std::nullopt;
  };
  const auto read = config::parse_env_file(".env", file, environment);
  if (!read) return "error";
  const auto k = read->variables.find("K");
  if (k == read->variables.end()) return "nothing";
  return k->second.empty() ? "empty" : k->second;
}

TEST(EnvTable, each_row_is_what_dream_reads) {
  const std::vector<EnvRow> rows = rows_of_the_table();
  EXPECT_GE(rows.size(), 40U);
  for (const EnvRow& row : rows) EXPECT_EQ(value_of_k(row.file), row.value) << row.file;
}

}  // namespace
}  // namespace dream::docs
