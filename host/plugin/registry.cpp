#include "plugin/registry.hpp"

#include <dream/abi.h>

#include <map>
#include <utility>

#include "base/text.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/library.hpp"
#include "plugin/loaded_executor.hpp"
#include "plugin/validate_options.hpp"

namespace dream::plugin {

namespace {

struct LoadedPlugin {
  LoadedPlugin(const std::string& id, Services& services) : calls(id, services) {}

  PluginInfo info;
  Calls calls;
  dream_plugin table{};
};

struct OwnedExecutor {
  std::string plugin;
  std::string project;
  std::unique_ptr<LoadedExecutor> executor;
};

const std::string& object_or_empty(const std::string& options) {
  static const std::string empty = "{}";
  return options.empty() ? empty : options;
}

}  // namespace

struct Registry::State {
  SearchPath search_path;
  Services& services;
  std::map<std::string, std::unique_ptr<LoadedPlugin>> plugins;
  std::vector<OwnedExecutor> executors;  ///< in order of their creation

  Result<LoadedPlugin*> load(const std::string& id) {
    if (const auto found = plugins.find(id); found != plugins.end()) return found->second.get();
    auto file = search_path.resolve(id);
    if (!file) return file.error();
    services.log().debug([&] { return "executor " + id + ": " + file->path.string() + ", " + file->why; });
    auto loaded = std::make_unique<LoadedPlugin>(id, services);
    const auto table = load_plugin(file->path, loaded->calls);
    if (!table) return table.error();
    loaded->table = *table;
    loaded->info = PluginInfo{.id = printable(text_of(table->id)),
                              .version = printable(text_of(table->version)),
                              .summary = printable(text_of(table->summary)),
                              .homepage = printable(text_of(table->homepage)),
                              .options_schema = std::string(text_of(table->options_schema)),
                              .path = file->path,
                              .why = file->why};
    return plugins.emplace(id, std::move(loaded)).first->second.get();
  }

  LoadedExecutor* find(const ExecutorRequest& request) {
    for (const OwnedExecutor& owned : executors) {
      if (owned.plugin == request.executor && owned.project == request.project) return owned.executor.get();
    }
    return nullptr;
  }
};

Registry::Registry(SearchPath search_path, Services& services)
    : state_(std::make_unique<State>(State{std::move(search_path), services, {}, {}})) {}

Registry::~Registry() {
  while (!state_->executors.empty()) state_->executors.pop_back();
}

Result<Executor*> Registry::executor_for(const ExecutorRequest& request) {
  const auto plugin = state_->load(request.executor);
  if (!plugin) return plugin.error();
  LoadedPlugin& loaded = **plugin;
  if (auto valid = validate_options(loaded.info.options_schema, object_or_empty(request.task_options));
      !valid) {
    return valid.error();
  }
  if (LoadedExecutor* existing = state_->find(request)) return static_cast<Executor*>(existing);
  auto created =
      LoadedExecutor::create(loaded.table, loaded.calls, state_->services,
                             ProjectSpec{.root = state_->search_path.root.string(),
                                         .path = request.project,
                                         .directory = request.directory,
                                         .options_json = object_or_empty(request.project_options)});
  if (!created) return created.error();
  state_->executors.push_back({request.executor, request.project, std::move(*created)});
  return static_cast<Executor*>(state_->executors.back().executor.get());
}

Result<const PluginInfo*> Registry::plugin(const std::string& id) {
  const auto loaded = state_->load(id);
  if (!loaded) return loaded.error();
  return static_cast<const PluginInfo*>(&(*loaded)->info);
}

const SearchPath& Registry::search_path() const {
  return state_->search_path;
}

}  // namespace dream::plugin
