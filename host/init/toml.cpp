#include "init/toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "init/files.hpp"

namespace dream::init {

namespace {

[[noreturn]] void refuse_toml() {
  throw std::invalid_argument("a key can't begin so");
}

}  // namespace

}  // namespace dream::init

// What begins the head of a table, the library only asserts.
#undef NDEBUG
#define TOML_ASSERT(holds) ((holds) ? void() : dream::init::refuse_toml())
#include <toml++/toml.h>

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

/// The members of a table, and those of the tables in it.
void add_members(const toml::table& table, const std::vector<std::string>& above,
                 std::vector<PlacedEntry>& entries) {
  for (const auto& [key, node] : table) {
    std::vector<std::string> whole = above;
    whole.emplace_back(key.str());
    entries.emplace_back(node.source().begin,
                         TomlEntry{whole, texts_of(node), node.value_exact<bool>().value_or(false)});
    if (const toml::table* const inner = node.as_table()) add_members(*inner, whole, entries);
    if (const toml::array* const array = node.as_array())
      for (const toml::node& element : *array)
        if (const toml::table* const inner = element.as_table()) add_members(*inner, whole, entries);
  }
}

/// The library limits how deep values are in one another, but not the parts of a name.
bool has_long_name(std::string_view text) {
  constexpr std::ptrdiff_t most_dots = 1000;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (std::ranges::count(line.substr(0, line.find('=')), '.') > most_dots) return true;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

}  // namespace

Result<std::vector<TomlEntry>> toml_entries(std::string_view text, const std::string& file) {
  if (has_long_name(text)) return not_understood(file, "a name has too many parts");
  toml::parse_result read;
  try {
    read = toml::parse(text);
  } catch (const std::invalid_argument& problem) {
    return not_understood(file, problem.what());
  }
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
