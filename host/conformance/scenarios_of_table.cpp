#include <dream/dream.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"
#include "plugin/library.hpp"

namespace dream::conformance {

namespace {

using plugin::plugin_table_size_1_0;
using plugin::text_of;
using rapidjson::Value;

/// The words of JSON Schema that options are checked by, or that only describe. Any other is one that its
/// author believes in and nobody enforces.
bool is_enforced_word(std::string_view word) {
  static const std::set<std::string_view> words{"$schema",
                                                "$ref",
                                                "$comment",
                                                "id",
                                                "title",
                                                "description",
                                                "default",
                                                "examples",
                                                "definitions",
                                                "type",
                                                "enum",
                                                "allOf",
                                                "anyOf",
                                                "oneOf",
                                                "not",
                                                "properties",
                                                "additionalProperties",
                                                "required",
                                                "dependencies",
                                                "minProperties",
                                                "maxProperties",
                                                "items",
                                                "additionalItems",
                                                "minItems",
                                                "maxItems",
                                                "uniqueItems",
                                                "minLength",
                                                "maxLength",
                                                "pattern",
                                                "minimum",
                                                "maximum",
                                                "exclusiveMinimum",
                                                "exclusiveMaximum",
                                                "multipleOf"};
  return words.contains(word);
}

/// Finds what the validator would silently accept, in a schema and those within it.
class WordCheck {
 public:
  explicit WordCheck(Findings& findings) : findings_(findings) {}

  void check(const Value& schema, const std::string& place) {
    if (!schema.IsObject()) return;
    for (const auto& member : schema.GetObject()) {
      const std::string_view word(member.name.GetString(), member.name.GetStringLength());
      const std::string inner = place + "/" + std::string(word);
      if (!is_enforced_word(word)) complain(inner, "isn't enforced");
      if (word.starts_with("exclusive") && !member.value.IsBool())
        complain(inner, "is enforced as true or false only");
      if (word == "$ref" && !(member.value.IsString() && member.value.GetString()[0] == '#')) {
        complain(inner, "is followed within the schema only");
      }
      descend(word, member.value, inner);
    }
  }

 private:
  void descend(std::string_view word, const Value& value, const std::string& place) {
    static const std::set<std::string_view> by_name{"properties", "definitions", "dependencies"};
    static const std::set<std::string_view> one_or_several{
        "allOf", "anyOf", "oneOf", "items", "additionalItems", "additionalProperties", "not"};
    if (by_name.contains(word) && value.IsObject()) {
      for (const auto& member : value.GetObject()) check(member.value, place + "/" + member.name.GetString());
    } else if (one_or_several.contains(word)) {
      check(value, place);
      if (!value.IsArray()) return;
      for (rapidjson::SizeType at = 0; at < value.Size(); ++at) {
        check(value[at], place + "/" + std::to_string(at));
      }
    }
  }

  void complain(const std::string& place, const char* what) {
    findings_.add(Fault::schema_words, fmt::format("its schema has {}, which {}", printable(place), what));
  }

  Findings& findings_;
};

bool is_line(std::string_view text) {
  if (text.empty()) return false;
  return printable(text) == text;  // UTF-8, no line feed
}

/// A function of the table and whether it is there.
struct Function {
  const char* name;
  bool there;
};

template <class Extension>
const Extension* known_extension(const dream_plugin& table, const char* id) {
  return table.extension == nullptr ? nullptr : static_cast<const Extension*>(table.extension(id));
}

void check_extension(Findings& findings, const char* id, const void* extension, std::uint32_t size,
                     bool has_function) {
  if (extension == nullptr || (size >= 2 * sizeof(void*) && has_function)) return;
  findings.add(Fault::incomplete_extension, fmt::format("its {} has no function", id));
}

void count_tasks(void* context, const dream_found_task*) noexcept {
  ++*static_cast<int*>(context);
}

void keep_line(void* context, dream_str line) noexcept {
  static_cast<std::vector<std::string>*>(context)->emplace_back(text_of(line));
}

void ask_discovery(Stage& stage, const dream_discover& discover, const Subject& subject) {
  const std::string empty = (subject.folder / "empty").string();
  const dream_project project{sizeof(dream_project), plugin::view_of(empty), plugin::view_of("./empty"),
                              plugin::view_of(empty), plugin::view_of("{}")};
  testing::FakeErrors errors;
  int found = 0;
  const dream_status status =
      discover.tasks(stage.host().table(), &project, &count_tasks, &found, errors.table());
  stage.judge("discover.tasks", status, &errors);
  if (status < 0 || found > 0) {
    stage.findings().add(Fault::extension_answer, fmt::format("\"discover.tasks\" {} an empty folder",
                                                              status < 0 ? "fails for" : "finds tasks in"));
  }
  if (discover.tool == nullptr) return;
  testing::FakeErrors missing;
  stage.judge("discover.tool", discover.tool(stage.host().table(), &project, missing.table()), &missing);
}

void ask_description(Stage& stage, const dream_describe& describe) {
  testing::FakeTask task = stage.task(0);
  dream_task wire{};
  wire.size = sizeof(wire);
  wire.name = plugin::view_of(task.name);
  wire.directory = plugin::view_of(task.directory);
  wire.options = plugin::view_of(task.options);
  testing::FakeErrors errors;
  std::vector<std::string> lines;
  const dream_status status = describe.describe(stage.executor(), &wire, &keep_line, &lines, errors.table());
  stage.judge("describe", status, &errors);
  if (status >= 0 && (lines.size() != 1 || lines[0].find('\n') != std::string::npos)) {
    stage.findings().add(Fault::extension_answer, "\"describe\" succeeds and doesn't give one line");
  }
  if (!stage.host().children().empty()) {
    stage.findings().add(Fault::extension_answer, "\"describe\" starts a process");
  }
}

}  // namespace

void look_at_table(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  if (table.size < plugin_table_size_1_0) {
    findings.add(Fault::short_table, fmt::format("its table has {} bytes, and version 1.0 of the ABI has {}",
                                                 table.size, plugin_table_size_1_0));
    return;
  }
  const std::array functions{
      Function{"create", table.create != nullptr},       Function{"destroy", table.destroy != nullptr},
      Function{"start", table.start != nullptr},         Function{"wait", table.wait != nullptr},
      Function{"terminate", table.terminate != nullptr}, Function{"status", table.status != nullptr},
      Function{"release", table.release != nullptr}};
  for (const Function& function : functions) {
    if (!function.there)
      findings.add(Fault::missing_function, fmt::format("\"{}\" is missing", function.name));
  }
}

void read_metadata(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  const std::string id(text_of(table.id));
  const bool sound = !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  const std::string name = subject.file.filename().string();
  if (!sound) {
    findings.add(Fault::id, fmt::format("its id \"{}\" has more than lower-case letters, digits, - and _",
                                        printable(id)));
  } else if (name != "libdream_" + id + ".so") {
    findings.add(Fault::id, fmt::format("its id is \"{}\", and its file {}", id, printable(name)));
  }
  if (!is_line(text_of(table.version))) findings.add(Fault::words, "its version is no line of text");
  if (!is_line(text_of(table.summary))) findings.add(Fault::words, "its summary is no line of text");
}

void read_schema(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  const std::string_view text = text_of(table.options_schema);
  if (text.empty()) return;
  rapidjson::Document schema;
  schema.Parse(text.data(), text.size());
  if (schema.HasParseError() || !schema.IsObject()) {
    findings.add(Fault::schema_text, "its schema is no JSON object");
    return;
  }
  WordCheck(findings).check(schema, "");
}

void ask_for_extensions(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table) || table.extension == nullptr) return;
  for (const char* id : {"", "dream.discover", "dream.discover/999", "acme.unheard-of/1"}) {
    if (table.extension(id) != nullptr) {
      findings.add(Fault::unknown_extension,
                   fmt::format("it has an extension \"{}\", which doesn't exist", id));
    }
  }
  if (const auto* discover = known_extension<dream_discover>(table, DREAM_DISCOVER_ID)) {
    check_extension(findings, DREAM_DISCOVER_ID, discover, discover->size, discover->tasks != nullptr);
  }
  if (const auto* describe = known_extension<dream_describe>(table, DREAM_DESCRIBE_ID)) {
    check_extension(findings, DREAM_DESCRIBE_ID, describe, describe->size, describe->describe != nullptr);
  }
  if (const auto* reap = known_extension<dream_reap>(table, DREAM_REAP_ID)) {
    check_extension(findings, DREAM_REAP_ID, reap, reap->size, reap->reap != nullptr);
  }
}

void ask_extensions(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  Stage stage(subject, table, findings);
  if (const auto* discover = known_extension<dream_discover>(table, DREAM_DISCOVER_ID)) {
    ask_discovery(stage, plugin::copy_of(discover), subject);
  }
  const auto* describe = known_extension<dream_describe>(table, DREAM_DESCRIBE_ID);
  if (describe != nullptr && stage.create()) ask_description(stage, plugin::copy_of(describe));
}

}  // namespace dream::conformance
