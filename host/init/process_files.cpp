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
YAML::Node read_extended(const fs::path& file, std::vector<fs::path>& way) {
  if (std::ranges::find(way, file) != way.end()) refuse_file("files extend one another in a circle: ", file);
  const auto text = read_text(file);
  if (!text) throw YAML::Exception(YAML::Mark::null_mark(), to_string(text.error()));
  if (!*text) refuse_file("there is no file ", file);
  const YAML::Node read = read_yaml(**text);
  const fs::path folder = way.empty() ? "." : file.parent_path().lexically_relative(way[0].parent_path());
  if (folder != ".") put_into(folder, member_at(read, "processes"));
  const std::string base = text_at(read, "extends");
  if (base.empty()) return read;
  way.push_back(file);
  const YAML::Node made = merged(read_extended((file.parent_path() / base).lexically_normal(), way), read);
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

YAML::Node read_layers(const fs::path& file) {
  std::vector<fs::path> way;
  const YAML::Node read = read_extended(file.lexically_normal(), way);
  for (const char* ending : {".override.yml", ".override.yaml"}) {
    const fs::path over = file.parent_path() / (file.stem().string() + ending);
    std::error_code ignored;
    if (fs::is_regular_file(over, ignored)) return merged(read, read_extended(over.lexically_normal(), way));
  }
  return read;
}

}  // namespace

YAML::Node read_process_files(const fs::path& file) {
  YAML::Node read = read_layers(file);
  const YAML::Node processes = member_at(read, "processes");
  if (!processes.IsMap()) return read;
  MapMaker all;
  Bases bases(processes);
  for (const auto& one : processes) all.set(one.first.Scalar(), bases.whole(one.first.Scalar()));
  read["processes"] = all.made();
  return read;
}

YAML::Node with_values(const YAML::Node& node, ComposeVariables& variables) {
  static const std::set<std::string> left{"command", "environment", "entrypoint", "description"};
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
