#include "init/compose_merge.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "init/compose_text.hpp"
#include "init/compose_values.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The same value under every name of a list.
YAML::Node names_as_map(const YAML::Node& node, const char* key, const char* value) {
  if (!node.IsSequence()) return node;
  YAML::Node map(YAML::NodeType::Map);
  for (const YAML::Node& one : node) {
    YAML::Node member(YAML::NodeType::Map);
    member[key] = value;
    map[one.Scalar()] = member;
  }
  return map;
}

std::string rebased(const std::string& path, const std::string& prefix) {
  if (path.empty() || path.starts_with('/') || path.starts_with('~') || path.starts_with("${") ||
      path.find("://") != std::string::npos || path.starts_with("git@"))
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

YAML::Node build_form(const YAML::Node& build, const std::string& prefix) {
  YAML::Node made(YAML::NodeType::Map);
  if (build.IsScalar()) made["context"] = rebased_node(build, prefix);
  if (!build.IsMap()) return made;
  for (const auto& one : build) {
    const std::string& key = one.first.Scalar();
    made[key] = key == "args" || key == "labels" ? as_map(one.second)
                : key == "context"               ? rebased_node(one.second, prefix)
                                                 : one.second;
  }
  return made;
}

YAML::Node env_files_form(const YAML::Node& files, const std::string& prefix) {
  YAML::Node list(YAML::NodeType::Sequence);
  const auto add = [&](const YAML::Node& one) {
    YAML::Node file(YAML::NodeType::Map);
    if (one.IsMap()) {
      for (const auto& member : one) file[member.first.Scalar()] = member.second;
      file["path"] = rebased_node(member_at(one, "path"), prefix);
    } else {
      file["path"] = rebased_node(one, prefix);
    }
    list.push_back(file);
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
    YAML::Node volume(YAML::NodeType::Map);
    if (one.IsMap()) {
      for (const auto& member : one) volume[member.first.Scalar()] = member.second;
    }
    if (text_at(volume, "type") == "bind") volume["source"] = rebased_node(member_at(one, "source"), prefix);
    list.push_back(volume);
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
  YAML::Node map(YAML::NodeType::Map);
  const auto add = [&](const YAML::Node& one) {
    const std::string text = one.IsScalar() ? one.Scalar() : std::string();
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      map[text] = YAML::Node();
      return;
    }
    const std::string written = written_text(one);
    map[text.substr(0, equals)] = written_scalar(
        text.substr(equals + 1), written.substr(std::min(written.find('='), written.size() - 1) + 1));
  };
  if (node.IsSequence()) {
    for (const YAML::Node& one : node) add(one);
    return map;
  }
  for (const auto& one : node) {
    if (one.second.IsNull() && one.first.Scalar().find('=') != std::string::npos)
      add(one.first);  // of a set: `? A=b`
    else
      map[one.first.Scalar()] = one.second;
  }
  return map;
}

YAML::Node long_form(const YAML::Node& service, const std::string& prefix) {
  YAML::Node made(YAML::NodeType::Map);
  if (!service.IsMap()) return made;
  for (const auto& one : service) {
    const std::string& key = one.first.Scalar();
    if (key == "extends") continue;
    YAML::Node form = form_of(key, one.second, prefix);
    if (one.second.Tag() == "!reset" || one.second.Tag() == "!override") form.SetTag(one.second.Tag());
    made[key] = form;
  }
  return made;
}

YAML::Node rebased_file(const YAML::Node& resource, const std::string& prefix) {
  YAML::Node made(YAML::NodeType::Map);
  if (!resource.IsMap()) return made;
  for (const auto& one : resource) made[one.first.Scalar()] = one.second;
  if (member_at(made, "file").IsScalar()) made["file"] = rebased_node(member_at(made, "file"), prefix);
  return made;
}

YAML::Node merged(const YAML::Node& base, const YAML::Node& over, const std::string& key) {
  if (over.Tag() == "!override") return over;
  const bool replaces = key == "command" || key == "entrypoint" || key == "test";
  if (base.IsSequence() && over.IsSequence() && !replaces) return appended(base, over, key);
  if (over.IsNull()) return base;
  if (!base.IsMap() || !over.IsMap()) return over;
  YAML::Node made(YAML::NodeType::Map);
  for (const auto& one : base) {
    const std::string& name = one.first.Scalar();
    const YAML::Node other = over[name];
    if (!other.IsDefined())
      made[name] = one.second;
    else if (other.Tag() != "!reset")
      made[name] = merged(one.second, other, name);
  }
  for (const auto& one : over) {
    const std::string& name = one.first.Scalar();
    if (!base[name].IsDefined() && one.second.Tag() != "!reset") made[name] = one.second;
  }
  return made;
}

}  // namespace dream::init
