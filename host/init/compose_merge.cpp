#include "init/compose_merge.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include "init/compose_text.hpp"
#include "init/compose_values.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The same value under every name of a list.
YAML::Node names_as_map(const YAML::Node& node, const char* key, const char* value) {
  if (!node.IsSequence()) return node;
  MapMaker map;
  for (const YAML::Node& one : node) {
    YAML::Node member(YAML::NodeType::Map);
    member[key] = value;
    map.set(one.Scalar(), member);
  }
  return map.made();
}

std::string rebased(const std::string& path, const std::string& prefix) {
  if (path.empty() || path.starts_with('/') || path.starts_with('~') || path.starts_with("${") ||
      is_elsewhere(path))
    return path;
  std::string whole = (fs::path(prefix) / path).lexically_normal().string();
  return whole.starts_with("../") || whole == ".." || whole == "." ? whole : "./" + whole;
}

/// The same of a text with variables: of `${DATA:-./data}` the word behind the name is a path, too.
std::string rebased_written(const std::string& written, const std::string& prefix) {
  if (!written.starts_with("${")) return rebased(written, prefix);
  const std::size_t operation = std::min(written.find_first_of(":-?+}"), written.size());
  const std::string_view rest = std::string_view(written).substr(operation);
  const std::size_t word = operation + (rest.starts_with(":-.") ? 2 : rest.starts_with("-.") ? 1 : 0);
  if (word == operation) return written;
  const std::size_t end = std::min(written.find('}', word), written.size());
  return written.substr(0, word) + rebased(written.substr(word, end - word), prefix) + written.substr(end);
}

/// A path, the first `length` bytes of a text and `written_length` of its text with variables, seen from the
/// folder above `prefix`. A node of its own, as other services may hold the same one.
YAML::Node rebased_node(const YAML::Node& path, const std::string& prefix, std::size_t length,
                        std::size_t written_length) {
  const std::string& text = path.Scalar();
  const std::string made = rebased(text.substr(0, length), prefix) + text.substr(length);
  if (!path.Tag().starts_with('$')) return YAML::Node(made);
  const std::string written = written_text(path);
  return written_scalar(
      made, rebased_written(written.substr(0, written_length), prefix) + written.substr(written_length));
}

YAML::Node rebased_node(const YAML::Node& path, const std::string& prefix) {
  if (prefix.empty() || !path.IsDefined() || !path.IsScalar()) return path;
  return rebased_node(path, prefix, path.Scalar().size(), written_text(path).size());
}

/// With the tag of what it was made of, which says how it goes over others.
YAML::Node tagged(YAML::Node form, const YAML::Node& written) {
  if (written.Tag() == "!reset" || written.Tag() == "!override") form.SetTag(written.Tag());
  return form;
}

YAML::Node build_form(const YAML::Node& build, const std::string& prefix) {
  MapMaker made;
  if (build.IsScalar()) made.set("context", rebased_node(build, prefix));
  if (!build.IsMap()) return made.made();
  for (const auto& one : build) {
    const std::string& key = one.first.Scalar();
    made.set(key, key == "args" || key == "labels" ? tagged(as_map(one.second), one.second)
                  : key == "context"               ? rebased_node(one.second, prefix)
                                                   : one.second);
  }
  return made.made();
}

YAML::Node env_files_form(const YAML::Node& files, const std::string& prefix) {
  YAML::Node list(YAML::NodeType::Sequence);
  const auto add = [&](const YAML::Node& one) {
    MapMaker file;
    if (one.IsMap()) {
      for (const auto& member : one) file.set(member.first.Scalar(), member.second);
      file.set("path", rebased_node(member_at(one, "path"), prefix));
    } else {
      file.set("path", rebased_node(one, prefix));
    }
    list.push_back(file.made());
  };
  if (files.IsScalar()) add(files);
  if (files.IsSequence()) {
    for (const YAML::Node& one : files) add(one);
  }
  return list;
}

YAML::Node volumes_form(const YAML::Node& volumes, const std::string& prefix) {
  if (prefix.empty() || !volumes.IsSequence()) return volumes;
  YAML::Node list(YAML::NodeType::Sequence);
  for (const YAML::Node& one : volumes) {
    if (one.IsScalar()) {
      const std::string& text = one.Scalar();
      list.push_back(text.starts_with('.') ? rebased_node(one, prefix, std::min(text.find(':'), text.size()),
                                                          find_outside_variables(written_text(one), ':'))
                                           : one);
      continue;
    }
    MapMaker volume;
    if (one.IsMap()) {
      for (const auto& member : one) volume.set(member.first.Scalar(), member.second);
    }
    if (text_at(one, "type") == "bind") volume.set("source", rebased_node(member_at(one, "source"), prefix));
    list.push_back(volume.made());
  }
  return list;
}

/// What tells two elements of a list apart: where a volume is, else everything.
std::string identity(const YAML::Node& one, const std::string& key) {
  if (key == "volumes" && one.IsMap()) {
    const YAML::Node target = one["target"];
    if (target.IsDefined() && target.IsScalar()) return target.Scalar();
  }
  if (!one.IsScalar()) return YAML::Dump(one);
  const std::string& text = one.Scalar();
  const std::size_t colon = text.find(":/");
  if (key != "volumes" || colon == std::string::npos) return text;
  return text.substr(colon + 1, text.find(':', colon + 1) - colon - 1);
}

YAML::Node appended(const YAML::Node& base, const YAML::Node& over, const std::string& key) {
  std::set<std::string> replaced;
  for (const YAML::Node& one : over) replaced.insert(identity(one, key));
  YAML::Node list(YAML::NodeType::Sequence);
  for (const YAML::Node& one : base) {
    if (!replaced.contains(identity(one, key))) list.push_back(one);
  }
  for (const YAML::Node& one : over) list.push_back(one);
  return list;
}

YAML::Node form_of(const std::string& key, const YAML::Node& value, const std::string& prefix) {
  if (key == "environment" || key == "labels" || key == "networks" || key == "sysctls") return as_map(value);
  if (key == "depends_on") return names_as_map(value, "condition", "service_started");
  if (key == "build") return build_form(value, prefix);
  if (key == "env_file") return env_files_form(value, prefix);
  return key == "volumes" ? volumes_form(value, prefix) : value;
}

}  // namespace

YAML::Node as_map(const YAML::Node& node) {
  if (!node.IsSequence() && !node.IsMap()) return node;
  MapMaker map;
  const auto add = [&](const YAML::Node& one) {
    const std::string text = one.IsScalar() ? one.Scalar() : std::string();
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      map.set(text, YAML::Node());
      return;
    }
    const std::string written = written_text(one);
    map.set(text.substr(0, equals),
            written_scalar(text.substr(equals + 1),
                           written.substr(std::min(written.find('='), written.size() - 1) + 1)));
  };
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) add(one);
    return map.made();
  }
  for (const auto& one : node) {
    if (one.second.IsNull() && one.first.Scalar().find('=') != std::string::npos)
      add(one.first);  // of a set: `? A=b`
    else
      map.set(one.first.Scalar(), one.second);
  }
  return map.made();
}

YAML::Node long_form(const YAML::Node& service, const std::string& prefix) {
  MapMaker made;
  if (!service.IsMap()) return made.made();
  for (const auto& one : service) {
    const std::string& key = one.first.Scalar();
    if (key == "extends") continue;
    made.set(key, tagged(form_of(key, one.second, prefix), one.second));
  }
  return made.made();
}

YAML::Node rebased_file(const YAML::Node& resource, const std::string& prefix) {
  MapMaker made;
  if (!resource.IsMap()) return made.made();
  for (const auto& one : resource) made.set(one.first.Scalar(), one.second);
  if (const YAML::Node file = member_at(resource, "file"); file.IsScalar())
    made.set("file", rebased_node(file, prefix));
  return made.made();
}

bool is_reset(const YAML::Node& over) {
  return over.Tag() == "!reset";
}

YAML::Node without_resets(const YAML::Node& over) {
  return over.IsMap() ? merged(YAML::Node(YAML::NodeType::Map), over) : over;
}

YAML::Node merged(const YAML::Node& base, const YAML::Node& over, const std::string& key) {
  if (over.Tag() == "!override") return over;
  const bool replaces = key == "command" || key == "entrypoint" || key == "test";
  if (base.IsSequence() && over.IsSequence() && !replaces) return appended(base, over, key);
  if (over.IsNull()) return base;
  if (!base.IsMap() || !over.IsMap()) return over;
  MapMaker made;
  std::map<std::string, YAML::Node> others;
  for (const auto& one : over) others.emplace(one.first.Scalar(), one.second);
  for (const auto& one : base) {
    const auto other = others.find(one.first.Scalar());
    if (other == others.end())
      made.set(one.first.Scalar(), one.second);
    else if (!is_reset(other->second))
      made.set(other->first, merged(one.second, other->second, other->first));
    others.erase(other, other == others.end() ? other : std::next(other));
  }
  for (const auto& one : over) {
    if (others.contains(one.first.Scalar()) && !is_reset(one.second))
      made.set(one.first.Scalar(), without_resets(one.second));
  }
  return made.made();
}

}  // namespace dream::init
