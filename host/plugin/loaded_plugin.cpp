#include "plugin/loaded_plugin.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "plugin/c_values.hpp"
#include "plugin/error_sink.hpp"
#include "plugin/host_side.hpp"
#include "plugin/library.hpp"

namespace dream::plugin {

namespace {

/// What a plugin's discovery tells, and what it does wrong in telling.
struct Findings {
  std::vector<FoundTask> tasks;
  bool nameless = false;

  static void add(void* context, const dream_found_task* task) noexcept {
    auto& findings = *static_cast<Findings*>(context);
    if (task == nullptr) return;
    const dream_found_task seen = copy_of(task);
    if (text_of(seen.name).empty()) {
      findings.nameless = true;
      return;
    }
    findings.tasks.push_back(
        {std::string(text_of(seen.name)), printable(text_of(seen.summary)), printable(text_of(seen.source))});
  }
};

}  // namespace

const void* find_extension(const dream_plugin& table, Calls& calls, const char* id) {
  if (table.extension == nullptr) return nullptr;
  const void* found = nullptr;
  calls.run({"extension", id}, [&] { found = may_throw(table.extension)(id); });
  return found;
}

Result<std::unique_ptr<LoadedPlugin>> LoadedPlugin::load(const std::string& id, const FoundPlugin& file,
                                                         Services& services) {
  std::unique_ptr<LoadedPlugin> plugin(new LoadedPlugin(id, services));
  const auto table = load_plugin(file, plugin->calls_);
  if (!table) return table.error();
  plugin->table_ = *table;
  plugin->info_ = PluginInfo{.id = printable(text_of(table->id)),
                             .version = printable(text_of(table->version)),
                             .summary = printable(text_of(table->summary)),
                             .homepage = printable(text_of(table->homepage)),
                             .options_schema = std::string(text_of(table->options_schema)),
                             .path = file.path,
                             .file = file.file,
                             .why = file.why,
                             .of_workspace = file.of_workspace};
  return plugin;
}

LoadedPlugin::~LoadedPlugin() {
  if (host_ != nullptr) host_->close();
}

const dream_host* LoadedPlugin::host() {
  if (host_ == nullptr) host_ = &HostSide::open(calls_, services_);
  return host_->table();
}

template <class Extension>
std::optional<Extension> LoadedPlugin::extension(const char* id) {
  const void* found = find_extension(table_, calls_, id);
  if (found == nullptr) return std::nullopt;
  return copy_of(static_cast<const Extension*>(found));
}

Result<std::vector<FoundTask>> LoadedPlugin::discover(const ProjectSpec& project) {
  const auto discovery = extension<dream_discover>(DREAM_DISCOVER_ID);
  if (!discovery || discovery->tasks == nullptr) return std::vector<FoundTask>{};
  const dream_project wire = wire_of(project);
  Findings findings;
  ErrorSink errors;
  const CallName call{"discover.tasks", project.path};
  const dream_status status = calls_.status(call, [&] {
    return may_throw(discovery->tasks)(host(), &wire, &Findings::add, &findings, errors.table());
  });
  if (auto error = errors.finish(status, call, calls_)) return *std::move(error);
  if (findings.nameless) calls_.fault(call, "found a task without a name");
  std::ranges::sort(findings.tasks, {}, &FoundTask::name);
  return std::move(findings.tasks);
}

Result<void> LoadedPlugin::check_tool(const ProjectSpec& project) {
  const auto discovery = extension<dream_discover>(DREAM_DISCOVER_ID);
  if (!discovery || discovery->tool == nullptr) return {};
  const dream_project wire = wire_of(project);
  ErrorSink errors;
  const CallName call{"discover.tool", project.path};
  const dream_status status =
      calls_.status(call, [&] { return may_throw(discovery->tool)(host(), &wire, errors.table()); });
  if (auto error = errors.finish(status, call, calls_)) return *std::move(error);
  return {};
}

bool LoadedPlugin::can_reap() {
  const auto reaping = extension<dream_reap>(DREAM_REAP_ID);
  return reaping && reaping->reap != nullptr;
}

Result<void> LoadedPlugin::reap(const DeadRunSpec& run) {
  const auto reaping = extension<dream_reap>(DREAM_REAP_ID);
  if (!reaping || reaping->reap == nullptr) {
    return Error{ErrorCode::unsupported, "it can't remove what a run leaves behind any more",
                 info_.path.string(), ""};
  }
  const std::vector<dream_str> options = views_of(run.options);
  const dream_dead_run wire{sizeof(dream_dead_run), static_cast<std::uint32_t>(run.limit.count()),
                            view_of(run.session), view_of(run.root), span_of(options)};
  ErrorSink errors;
  const CallName call{"reap", run.session};
  const dream_status status = calls_.status(
      call, [&] { return may_throw(reaping->reap)(host(), &wire, errors.table()); }, Calls::Hurry::no);
  if (auto error = errors.finish(status, call, calls_)) return *std::move(error);
  return {};
}

}  // namespace dream::plugin
