#include "init/compose_layers.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <system_error>

#include "base/text.hpp"
#include "init/compose_merge.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// Of files that include or extend one another.
constexpr int most_layers = 16;

[[noreturn]] void fail(const std::string& message) {
  throw YAML::Exception(YAML::Mark::null_mark(), message);
}

/// Of a service's `environment`, `KEY:` and `- KEY` have the value that the variables of its own file have.
void give_values(const YAML::Node& environment, ComposeVariables& variables) {
  if (!environment.IsMap()) return;
  for (const auto& one : environment) {
    YAML::Node value = one.second;
    if (!value.IsNull()) continue;
    if (const auto written = variables.written_value(one.first.Scalar()))
      value = written_scalar(variables.value(one.first.Scalar()).value_or(""), *written);
  }
}

class Layers {
 public:
  /// The paths in `layers` count from `root`; those in other files from the folder of each.
  /// `of_project`: the .env that counts for all of them.
  Layers(fs::path root, std::vector<fs::path> layers, ComposeVariables& variables, IncludedFiles& files,
         fs::path of_project)
      : root_(std::move(root)),
        layers_(std::move(layers)),
        variables_(variables),
        files_(files),
        of_project_(std::move(of_project)) {}

  ComposeModel made(int level) {
    for (const fs::path& file : layers_) {
      if (!files_.enter(file))
        fail("the files include one another without an end, or they are too many: " + name_of(file));
      add(file, level);
      files_.leave();
    }
    for (const auto& [file, document] : documents_) model_.files.push_back(file);
    return std::move(model_);
  }

 private:
  /// Of several documents in a file, each goes over those before it.
  void add(const fs::path& file, int level) {
    for (const YAML::Node& document : read(file, level)) add(document, file, level);
  }

  void add(const YAML::Node& document, const fs::path& file, int level) {
    if (const std::string name = text_at(document, "name"); !name.empty()) model_.name = name;
    if (const YAML::Node list = member_at(document, "include"); list.IsSequence()) {
      for (const YAML::Node& one : list) include(one, file, level);
    }
    const YAML::Node services = member_at(document, "services");
    if (services.IsMap()) {
      for (const auto& one : services) {
        const std::string& name = one.first.Scalar();
        if (is_reset(one.second) || one.second.Tag() == "!override") take_out(name);
        if (!is_reset(one.second)) put(name, extended(services, name, file, level));
      }
    }
    add_resources(document, "volumes", file, model_.volumes);
    add_resources(document, "networks", file, model_.networks);
    add_resources(document, "secrets", file, model_.secrets);
    add_resources(document, "configs", file, model_.configs);
  }

  const std::vector<YAML::Node>& read(const fs::path& file, int level) {
    if (level > most_layers) fail("the files include one another without an end: " + name_of(file));
    if (const auto known = documents_.find(file); known != documents_.end()) return known->second;
    const auto text = read_text(file);
    if (!text) fail(to_string(text.error()));
    if (!*text) fail("there is no file " + name_of(file));
    return documents_.emplace(file, read_documents(**text, &variables_)).first->second;
  }

  [[nodiscard]] std::string name_of(const fs::path& file) const {
    return printable(file.lexically_relative(root_).string());
  }

  void put(const std::string& name, const YAML::Node& service) {
    const auto known = model_.services.find(name);
    if (known == model_.services.end()) {
      model_.order.push_back(name);
      model_.services.emplace(name, without_resets(service));
    } else {
      known->second.reset(merged(known->second, service));
    }
  }

  void take_out(const std::string& name) {
    model_.services.erase(name);
    std::erase(model_.order, name);
  }

  /// The folder that a file's paths count from, as seen from the root; empty: the root itself.
  [[nodiscard]] std::string folder_of(const fs::path& file) const {
    const std::string folder = file.parent_path().lexically_relative(root_).string();
    return folder == "." ? std::string() : folder;
  }

  YAML::Node extended(const YAML::Node& services, const std::string& name, const fs::path& file, int level) {
    if (level > most_layers) fail("the services extend one another without an end: " + name);
    const YAML::Node found = services[name];
    if (!found.IsDefined()) fail("a service is extended that isn't there: " + name);
    // What is made of a node keeps all alive that lie in memory with it: here, the whole file.
    const YAML::Node written = YAML::Clone(found);
    const YAML::Node own = long_form(written, is_layer(file) ? std::string() : folder_of(file));
    const YAML::Node extends = member_at(written, "extends");
    if (extends.IsNull()) return own;
    const std::string base = extends.IsScalar() ? extends.Scalar() : text_at(extends, "service");
    const std::string other = extends.IsScalar() ? std::string() : text_at(extends, "file");
    if (base.empty()) fail("`extends` of " + name + " names no service");
    if (other.empty()) {
      const auto earlier = model_.services.find(base);
      const bool is_here = services[base].IsDefined();
      if (!is_here && earlier != model_.services.end()) return merged(earlier->second, own);
      return merged(extended(services, base, file, level + 1), own);
    }
    const fs::path other_file = (file.parent_path() / other).lexically_normal();
    YAML::Node found_there;
    for (const YAML::Node& document : read(other_file, level + 1)) {
      const YAML::Node others = member_at(document, "services");
      if (member_at(others, base.c_str()).IsNull()) continue;
      found_there.reset(merged(found_there, extended(others, base, other_file, level + 1)));
    }
    if (found_there.IsNull()) fail("a service is extended that isn't there: " + base);
    return merged(found_there, own);
  }

  void include(const YAML::Node& one, const fs::path& file, int level) {
    const std::vector<std::string> paths = texts_of(one.IsMap() ? member_at(one, "path") : one);
    if (paths.empty()) fail("`include` names no file");
    fs::path folder = (file.parent_path() / paths.front()).lexically_normal().parent_path();
    if (const std::string named = text_at(one, "project_directory"); !named.empty())
      folder = (file.parent_path() / named).lexically_normal();
    std::vector<fs::path> variable_files;
    for (const std::string& name : texts_of(member_at(one, "env_file")))
      variable_files.push_back((file.parent_path() / name).lexically_normal());
    if (variable_files.empty()) variable_files.push_back(folder / ".env");
    std::erase(variable_files, of_project_);
    ComposeVariables variables = variables_;
    add_defaults(variable_files, variables);
    std::vector<fs::path> layers;
    layers.reserve(paths.size());
    for (const std::string& path : paths) layers.push_back((file.parent_path() / path).lexically_normal());
    ComposeModel made = Layers(folder, std::move(layers), variables, files_, of_project_).made(level + 1);
    const std::string prefix = folder.lexically_relative(root_).string();
    for (const std::string& name : made.order) {
      const YAML::Node service = long_form(made.services[name], prefix == "." ? "" : prefix);
      give_values(member_at(service, "environment"), variables);
      put(name, service);
    }
    variables_.join(variables);
    model_.files.insert(model_.files.end(), made.files.begin(), made.files.end());
    for (auto& [name, volume] : made.volumes) model_.volumes.emplace(name, volume);
    for (auto& [name, network] : made.networks) model_.networks.emplace(name, network);
    for (auto& [name, secret] : made.secrets) model_.secrets.emplace(name, rebased_file(secret, prefix));
    for (auto& [name, config] : made.configs) model_.configs.emplace(name, rebased_file(config, prefix));
  }

  void add_resources(const YAML::Node& document, const char* key, const fs::path& file,
                     std::map<std::string, YAML::Node>& all) {
    const YAML::Node resources = member_at(document, key);
    if (!resources.IsMap()) return;
    for (const auto& one : resources) {
      const YAML::Node own = rebased_file(one.second, is_layer(file) ? std::string() : folder_of(file));
      const auto known = all.find(one.first.Scalar());
      if (is_reset(one.second))
        all.erase(one.first.Scalar());
      else if (known == all.end())
        all.emplace(one.first.Scalar(), own);
      else
        known->second.reset(merged(known->second, own));
    }
  }

  [[nodiscard]] bool is_layer(const fs::path& file) const {
    return std::ranges::find(layers_, file) != layers_.end();
  }

  fs::path root_;
  std::vector<fs::path> layers_;
  ComposeVariables& variables_;
  IncludedFiles& files_;  ///< of all layers
  fs::path of_project_;
  std::map<fs::path, std::vector<YAML::Node>> documents_;
  ComposeModel model_;
};

}  // namespace

config::Variables read_variables(const fs::path& file, config::Variables before,
                                 std::vector<std::string>* left_out, const config::Lookup& others) {
  const auto text = read_text(file);
  if (!text) fail(to_string(text.error()));
  if (!*text) return before;
  auto read = config::parse_env_file(
      file.filename().string(), **text, others, std::move(before),
      left_out != nullptr ? config::BrokenLines::left_out : config::BrokenLines::refused);
  if (!read) fail(to_string(read.error()));
  if (left_out != nullptr)
    std::ranges::copy_if(read->warnings, std::back_inserter(*left_out),
                         [](const std::string& one) { return one.ends_with(" left out"); });
  return std::move(read->variables);
}

void add_defaults(const std::vector<fs::path>& files, ComposeVariables& variables,
                  std::vector<std::string>* left_out) {
  config::Variables values, written;
  std::deque<std::string> found;  // a lookup's result has to stay
  const auto keep = [&](std::optional<std::string> value) {
    return value ? std::optional<std::string_view>(found.emplace_back(*std::move(value))) : std::nullopt;
  };
  std::vector<std::string> told_already;
  for (const fs::path& file : files) {
    values = read_variables(file, std::move(values), left_out,
                            [&](const std::string& name) { return keep(variables.value(name)); });
    written = read_variables(file, std::move(written), left_out != nullptr ? &told_already : nullptr,
                             [&](const std::string& name) { return keep(variables.marked(name)); });
  }
  variables.add_defaults(files, values, written);
}

ComposeModel read_compose(const fs::path& root, const std::vector<fs::path>& files,
                          ComposeVariables& variables) {
  IncludedFiles all;
  return Layers(root, files, variables, all, root / ".env").made(0);
}

}  // namespace dream::init
