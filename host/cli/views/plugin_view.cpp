#include "cli/views/plugin_view.hpp"

#include <rapidjson/document.h>

#include "base/json_builder.hpp"
#include "base/text.hpp"

namespace dream::cli {

namespace {

void add_row(JsonPage& json, const PluginRow& row) {
  json.member("id", row.id)
      .text_or_null("version", row.version)
      .text_or_null("summary", row.summary)
      .text_or_null("path", row.path)
      .text_or_null("why", row.why)
      .member("trusted", row.trusted)
      .text_or_null("problem", row.problem)
      .text_or_null("hint", row.hint);
}

void append_problem(std::string& out, const PluginRow& row, const TextStyle& style) {
  if (row.problem.empty()) return;
  std::string text = row.id + ": " + row.problem;
  if (!row.hint.empty()) text += " (" + row.hint + ")";
  append_toned_printable(out, text, Tone::warning, style.colour);
  out += '\n';
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
  JsonPage json;
  json.begin_object().begin_array("plugins");
  for (const PluginRow& row : rows) {
    json.begin_object();
    add_row(json, row);
    json.end_object();
  }
  return json.end_array().end_object().line();
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
  table.add({"abilities", words_or_none(facts.abilities)});
  table.add({"extensions", words_or_none(facts.extensions)});
  table.add({"services", words_or_none(facts.services) + " (asked for when an executor is made)"});
  table.add({"options", facts.options_schema.empty() ? "any" : words_or_none(facts.options)});
  return out + table.text();
}

std::string plugin_info_json(const PluginFacts& facts) {
  JsonPage json;
  json.begin_object();
  add_row(json, facts.row);
  json.text_or_null("homepage", facts.homepage)
      .member("abilities", facts.abilities)
      .member("extensions", facts.extensions)
      .member("services", facts.services);
  rapidjson::Document schema;
  schema.Parse<rapidjson::kParseIterativeFlag>(facts.options_schema.data(), facts.options_schema.size());
  if (schema.HasParseError())
    json.null("optionsSchema");
  else
    json.member("optionsSchema", static_cast<const rapidjson::Value&>(schema));
  return json.end_object().line();
}

}  // namespace dream::cli
