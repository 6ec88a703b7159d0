#include "init/toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "init/files.hpp"

namespace dream::init {

namespace {

/// An entry and where it is: a table of the library is sorted by name.
using PlacedEntry = std::pair<toml::source_position, TomlEntry>;

std::vector<std::string> texts_of(const toml::node& node) {
  std::vector<std::string> texts;
  if (const auto text = node.value<std::string>(); text && node.is_string()) texts.push_back(*text);
  if (const toml::array* const array = node.as_array())
    for (const toml::node& element : *array)
      if (element.is_string()) texts.push_back(**element.as_string());
  return texts;
}

/// The members of a table, and those of the tables in it; how deep they go, the library limits.
void add_members(const toml::table& table, const std::vector<std::string>& above,
                 std::vector<PlacedEntry>& entries) {
  for (const auto& [key, node] : table) {
    std::vector<std::string> whole = above;
    whole.emplace_back(key.str());
    entries.emplace_back(node.source().begin,
                         TomlEntry{whole, texts_of(node), node.value_exact<bool>().value_or(false)});
    if (const toml::table* const inner = node.as_table()) add_members(*inner, whole, entries);
  }
}

}  // namespace

Result<std::vector<TomlEntry>> toml_entries(std::string_view text, const std::string& file) {
  const toml::parse_result read = toml::parse(text);
  if (!read) {
    const toml::source_position& at = read.error().source().begin;
    return not_understood(
        file, fmt::format("line {}, column {}: {}", at.line, at.column, read.error().description()));
  }
  std::vector<PlacedEntry> placed;
  add_members(read.table(), {}, placed);
  const auto place = [](const PlacedEntry& entry) {
    return std::tuple(entry.first.line, entry.first.column);
  };
  std::ranges::stable_sort(placed, {}, place);
  std::vector<TomlEntry> entries;
  entries.reserve(placed.size());
  for (PlacedEntry& entry : placed) entries.push_back(std::move(entry.second));
  return entries;
}

}  // namespace dream::init
