#include "plugin/registry.hpp"

#include <dream/abi.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/library.hpp"
#include "plugin/loaded_executor.hpp"
#include "plugin/validate_options.hpp"

namespace dream::plugin {

namespace {

/// All blocking work has this long to return when the executors end.
constexpr Duration work_patience = std::chrono::seconds(2);

const std::string& object_or_empty(const std::string& options) {
  static const std::string empty = "{}";
  return options.empty() ? empty : options;
}

}  // namespace

struct Registry::State {
  SearchPath search_path;
  Services& services;
  std::map<std::string, std::unique_ptr<LoadedPlugin>> plugins;
  std::vector<std::unique_ptr<LoadedExecutor>> executors;  ///< in order of their creation
  /// By plugin, project and the project's options, which may change while a run goes on.
  std::map<std::tuple<std::string, std::string, std::string>, Executor*> by_project;
  std::set<std::pair<std::string, std::string>> valid_options;  ///< of a plugin, as its schema says

  Result<LoadedPlugin*> load(const std::string& id) {
    if (const auto found = plugins.find(id); found != plugins.end()) return found->second.get();
    auto file = search_path.resolve(id);
    if (!file) return file.error();
    if (file->of_workspace) {
      if (auto trusted = search_path.trust.check(*file->file, file->path); !trusted) return trusted.error();
    }
    services.log().debug([&] {
      return "executor " + id + ": " + file->path.string() + ", " + describe_origin(*file, search_path.trust);
    });
    auto loaded = LoadedPlugin::load(id, *file, services);
    if (!loaded) return loaded.error();
    return plugins.emplace(id, std::move(*loaded)).first->second.get();
  }

  [[nodiscard]] ProjectSpec project_of(const ExecutorRequest& request) const {
    return {.root = search_path.root.string(),
            .path = request.project,
            .directory = request.directory,
            .options_json = object_or_empty(request.project_options)};
  }

  Result<void> check_options(const std::string& schema, const ExecutorRequest& request) {
    const std::string& options = object_or_empty(request.task_options);
    if (valid_options.contains({request.executor, options})) return {};
    Result<void> valid = validate_options(schema, options);
    if (valid) valid_options.emplace(request.executor, options);
    return valid;
  }
};

Registry::Registry(SearchPath search_path, Services& services)
    : state_(std::make_unique<State>(State{std::move(search_path), services, {}, {}, {}, {}})) {
  for (const std::string& folder : state_->search_path.ignored) {
    services.log().write(LogLevel::warning,
                         "DREAM_PLUGIN_PATH: " + in_quotes(folder) +
                             " is ignored: it isn't absolute (write the whole path, from /)");
  }
}

Registry::~Registry() {
  const Instant deadline = read_clock() + work_patience;
  for (const auto& executor : state_->executors) executor->finish_work(deadline);
  while (!state_->executors.empty()) state_->executors.pop_back();
}

Result<Executor*> Registry::executor_for(const ExecutorRequest& request) {
  const auto plugin = state_->load(request.executor);
  if (!plugin) return plugin.error();
  LoadedPlugin& loaded = **plugin;
  if (auto valid = state_->check_options(loaded.info().options_schema, request); !valid) return valid.error();
  Executor*& executor =
      state_->by_project[{request.executor, request.project, object_or_empty(request.project_options)}];
  if (executor != nullptr) return executor;
  auto created =
      LoadedExecutor::create(loaded.table(), loaded.calls(), state_->services, state_->project_of(request));
  if (!created) return created.error();
  state_->executors.push_back(std::move(*created));
  executor = state_->executors.back().get();
  return executor;
}

Result<LoadedPlugin*> Registry::load(const std::string& id) {
  return state_->load(id);
}

Result<const PluginInfo*> Registry::plugin(const std::string& id) {
  const auto loaded = state_->load(id);
  if (!loaded) return loaded.error();
  return &(*loaded)->info();
}

std::optional<Registry::Suggestion> Registry::who_knows(const std::string& task,
                                                        const ExecutorRequest& request, Ask whom) {
  const auto source_in = [&](const std::string& id,
                             const ExecutorRequest& asked) -> std::optional<std::string> {
    const auto plugin = state_->load(id);
    if (!plugin) return std::nullopt;
    const auto found = (*plugin)->discover(state_->project_of(asked));
    if (!found) return std::nullopt;
    const auto known = std::ranges::find(*found, task, &FoundTask::name);
    return known == found->end() || known->unusable ? std::nullopt : std::optional(known->source);
  };
  if (source_in(request.executor, request)) return std::nullopt;
  ExecutorRequest other = request;
  other.project_options = {};  // those are options of another executor
  for (const std::string& id : state_->search_path.available()) {
    if (id == request.executor || (whom == Ask::loaded && !state_->plugins.contains(id))) continue;
    if (const auto source = source_in(id, other)) return Suggestion{id, *source};
  }
  return std::nullopt;
}

const SearchPath& Registry::search_path() const {
  return state_->search_path;
}

}  // namespace dream::plugin
