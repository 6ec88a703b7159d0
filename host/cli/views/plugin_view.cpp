#include "cli/views/plugin_view.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace dream::cli {

namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ", \"" + std::string(name) + "\": ";
  if (value.empty()) {
    out += "null";
  } else {
    append_json(out, value);
  }
}

/// The members of a row, without the braces.
std::string row_members(const PluginRow& row) {
  std::string out = "\"id\": ";
  append_json(out, row.id);
  append_member(out, "version", row.version);
  append_member(out, "summary", row.summary);
  append_member(out, "path", row.path);
  append_member(out, "why", row.why);
  out += std::string(", \"trusted\": ") + (row.trusted ? "true" : "false");
  append_member(out, "problem", row.problem);
  append_member(out, "hint", row.hint);
  return out;
}

void append_names(std::string& out, std::string_view name, const std::vector<std::string>& names) {
  out += ",\n \"" + std::string(name) + "\": [";
  const char* before = "";
  for (const std::string& one : names) {
    out += before;
    before = ", ";
    append_json(out, one);
  }
  out += ']';
}

void append_problem(std::string& out, const PluginRow& row, const TextStyle& style) {
  if (row.problem.empty()) return;
  std::string text = row.id + ": " + row.problem;
  if (!row.hint.empty()) text += " (" + row.hint + ")";
  append_toned_printable(out, text, Tone::warning, style.colour);
  out += '\n';
}

/// JSON as the plugin has it, but with what would disturb a terminal escaped: that can only be within
/// strings.
void append_json_text(std::string& out, std::string_view json) {
  while (!json.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(json));
    const std::string_view character = json.substr(0, length);
    if (character == "\n" || character == "\t" || character == "\r" || is_printable(character)) {
      out += character;
    } else {
      const std::string quoted = json_string(character);
      out.append(quoted, 1, quoted.size() - 2);
    }
    json.remove_prefix(length);
  }
}

std::string words_or_none(const std::vector<std::string>& words) {
  return words.empty() ? "none" : join_words(words);
}

}  // namespace

std::string plugin_list_text(const std::vector<PluginRow>& rows, const TextStyle& style) {
  if (rows.empty()) return "no executor plugins were found\n";
  Table table({Tone::strong, Tone::plain, Tone::plain, Tone::faint}, style.colour);
  for (const PluginRow& row : rows) {
    table.add({row.id, row.version.empty() ? "-" : row.version, row.path.empty() ? "-" : row.path, row.why});
  }
  std::string out = table.text();
  for (const PluginRow& row : rows) append_problem(out, row, style);
  return out;
}

std::string plugin_list_json(const std::vector<PluginRow>& rows) {
  std::string out = "{\"plugins\": [";
  const char* before = "\n  ";
  for (const PluginRow& row : rows) {
    out += before + ("{" + row_members(row)) + "}";
    before = ",\n  ";
  }
  return out + "\n]}\n";
}

std::string plugin_info_text(const PluginFacts& facts, const TextStyle& style) {
  const PluginRow& row = facts.row;
  std::string out;
  append_toned_printable(out, row.id + " " + row.version, Tone::strong, style.colour);
  out += "\n";
  Table table({Tone::faint, Tone::plain}, style.colour);
  table.add({"summary", row.summary});
  if (!facts.homepage.empty()) table.add({"homepage", facts.homepage});
  table.add({"file", row.path});
  table.add({"why", row.why});
  table.add({"extensions", words_or_none(facts.extensions)});
  table.add({"services", words_or_none(facts.services)});
  table.add({"options", facts.options_schema.empty() ? "any" : words_or_none(facts.options)});
  return out + table.text();
}

std::string plugin_info_json(const PluginFacts& facts) {
  std::string out = "{" + row_members(facts.row);
  append_member(out, "homepage", facts.homepage);
  append_names(out, "extensions", facts.extensions);
  append_names(out, "services", facts.services);
  out += ",\n \"optionsSchema\": ";
  if (facts.options_schema.empty()) {
    out += "null";
  } else {
    append_json_text(out, facts.options_schema);
  }
  return out + "}\n";
}

}  // namespace dream::cli
