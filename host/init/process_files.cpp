#include "init/process_files.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "init/compose_merge.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_file(const std::string& why, const fs::path& file) {
  throw YAML::Exception(YAML::Mark::null_mark(), why + printable(file.filename().string()));
}

/// Processes of an extended file run in its folder, but for those that say where.
void put_into(const fs::path& folder, const YAML::Node& processes) {
  for (const auto& one : processes) {
    YAML::Node process = one.second;
    const std::string own = text_at(process, "working_dir");
    const bool is_fixed = !own.empty() && std::string_view("/~$").find(own[0]) != std::string_view::npos;
    if (process.IsMap() && !is_fixed)
      process["working_dir"] = YAML::Node((folder / own).lexically_normal().string());
  }
}

/// `way`: the files that lead to this one; paths count from the folder of the first.
YAML::Node read_extended(const fs::path& file, std::vector<fs::path>& way, Draft& draft) {
  if (std::ranges::find(way, file) != way.end()) refuse_file("files extend one another in a circle: ", file);
  const auto text = read_text(file);
  if (!text) throw YAML::Exception(YAML::Mark::null_mark(), to_string(text.error()));
  if (!*text) refuse_file("there is no file ", file);
  draft.see_read(file);
  const YAML::Node read = read_yaml(**text);
  const fs::path folder = way.empty() ? "." : file.parent_path().lexically_relative(way[0].parent_path());
  if (folder != ".") put_into(folder, member_at(read, "processes"));
  const std::string base = text_at(read, "extends");
  if (base.empty()) return read;
  way.push_back(file);
  const YAML::Node made =
      merged(read_extended((file.parent_path() / base).lexically_normal(), way, draft), read);
  way.pop_back();
  return made;
}

/// The processes of a file, each put over the one that it extends.
class Bases {
 public:
  explicit Bases(const YAML::Node& processes) {
    for (const auto& one : processes) written_.emplace(one.first.Scalar(), one.second);
  }

  /// `depth`: of those that extend this one.
  YAML::Node whole(const std::string& name, std::size_t depth = 0) {
    constexpr std::size_t deepest = 100;  // or it is a circle
    if (const auto done = whole_.find(name); done != whole_.end()) return done->second;
    const auto process = written_.find(name);
    if (process == written_.end() || depth == deepest)
      throw YAML::Exception(YAML::Mark::null_mark(),
                            (depth == deepest ? "processes extend one another without end: "
                                              : "a process extends one that isn't there: ") +
                                printable(name));
    const std::string base = text_at(process->second, "extends");
    const YAML::Node made = base.empty() ? process->second : over(whole(base, depth + 1), process->second);
    return whole_.emplace(name, made).first->second;
  }

 private:
  /// Lists are appended, and what isn't true takes nothing away (`is_disabled` does).
  static YAML::Node over(const YAML::Node& base, const YAML::Node& process) {
    YAML::Node made = merged(base, process);
    if (is_true(member_at(base, "disabled"))) made["disabled"] = "true";
    const YAML::Node first = member_at(base, "entrypoint");
    const YAML::Node more = member_at(process, "entrypoint");
    if (!first.IsSequence() || !more.IsSequence()) return made;
    YAML::Node words(YAML::NodeType::Sequence);
    for (const YAML::Node& list : {first, more})
      for (const auto& word : list) words.push_back(word);
    made["entrypoint"] = words;
    return made;
  }

  std::map<std::string, YAML::Node> written_;
  std::map<std::string, YAML::Node> whole_;
};

YAML::Node read_layers(const fs::path& file, Draft& draft) {
  std::vector<fs::path> way;
  const YAML::Node read = read_extended(file.lexically_normal(), way, draft);
  for (const char* ending : {".override.yml", ".override.yaml"}) {
    const fs::path over = file.parent_path() / (file.stem().string() + ending);
    std::error_code ignored;
    if (fs::is_regular_file(over, ignored))
      return merged(read, read_extended(over.lexically_normal(), way, draft));
  }
  return read;
}

}  // namespace

YAML::Node read_process_files(const fs::path& file, Draft& draft) {
  YAML::Node read = read_layers(file, draft);
  const YAML::Node processes = member_at(read, "processes");
  if (!processes.IsMap()) return read;
  MapMaker all;
  Bases bases(processes);
  for (const auto& one : processes) all.set(one.first.Scalar(), bases.whole(one.first.Scalar()));
  read["processes"] = all.made();
  return read;
}

ProcessVars vars_in(const YAML::Node& vars, ProcessVars outer) {
  if (!vars.IsMap()) return outer;
  for (const auto& one : vars)
    if (one.second.IsScalar()) outer[one.first.Scalar()] = one.second.Scalar();
  return outer;
}

bool is_template(const std::string& text) {
  return text.find("{{") != std::string::npos;
}

namespace {

/// "{{.NAME}}", "{{ .NAME }}"; any other template stays.
std::string filled(const std::string& text, const ProcessVars& vars) {
  std::string made;
  std::size_t at = 0;
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", at)) {
    const std::size_t close = text.find("}}", open);
    if (close == std::string::npos) break;
    const std::string name = trimmed(std::string_view(text).substr(open + 2, close - open - 2));
    const auto value = name.starts_with('.') ? vars.find(name.substr(1)) : vars.end();
    made += text.substr(at, open - at);
    made += value == vars.end() ? text.substr(open, close + 2 - open) : value->second;
    at = close + 2;
  }
  return made + text.substr(at);
}

YAML::Node all_filled(const YAML::Node& node, const ProcessVars& vars) {
  if (node.IsScalar())
    return is_template(node.Scalar()) ? YAML::Node(filled(node.Scalar(), vars)) : YAML::Clone(node);
  YAML::Node list(node.Type());
  MapMaker map;
  for (const auto& one : node) {
    if (node.IsMap())
      map.set(one.first.Scalar(), all_filled(one.second, vars));
    else
      list.push_back(all_filled(one, vars));
  }
  return node.IsMap() ? map.made() : list;
}

}  // namespace

YAML::Node with_vars(const YAML::Node& process, const ProcessVars& vars) {
  static const std::set<std::string> rendered{"command",       "working_dir", "log_location",
                                              "description",   "environment", "readiness_probe",
                                              "liveness_probe"};
  const bool spares_command = is_true(member_at(process, "is_template_disabled"));
  if (!process.IsMap()) return process;
  MapMaker made;
  for (const auto& one : process) {
    const std::string& key = one.first.Scalar();
    const bool is_rendered = rendered.contains(key) && !(spares_command && key == "command");
    made.set(key, is_rendered ? all_filled(one.second, vars) : one.second);
  }
  return made.made();
}

bool has_template(const YAML::Node& process) {
  const bool spares_command = is_true(member_at(process, "is_template_disabled"));
  if ((!spares_command && is_template(text_at(process, "command"))) ||
      is_template(text_at(process, "working_dir")))
    return true;
  const auto environment = as_map(member_at(process, "environment"));
  return std::ranges::any_of(
      environment, [](const auto& one) { return one.second.IsScalar() && is_template(one.second.Scalar()); });
}

YAML::Node with_values(const YAML::Node& node, ComposeVariables& variables) {
  static const std::set<std::string> left{"command", "environment", "entrypoint", "description", "headers"};
  if (node.IsScalar() && node.Scalar().find('$') != std::string::npos)
    return YAML::Node(variables.expanded(node.Scalar()));
  if (!node.IsSequence() && !node.IsMap()) return node;
  YAML::Node list(YAML::NodeType::Sequence);
  MapMaker map;
  for (const auto& one : node) {
    if (node.IsSequence())
      list.push_back(with_values(one, variables));
    else
      map.set(one.first.Scalar(),
              left.contains(one.first.Scalar()) ? one.second : with_values(one.second, variables));
  }
  return node.IsSequence() ? list : map.made();
}

}  // namespace dream::init
