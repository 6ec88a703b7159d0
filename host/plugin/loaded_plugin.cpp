#include "plugin/loaded_plugin.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "plan/workspace.hpp"
#include "plugin/c_values.hpp"
#include "plugin/error_sink.hpp"
#include "plugin/host_side.hpp"
#include "plugin/library.hpp"

namespace dream::plugin {

namespace {

namespace fs = std::filesystem;

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
    findings.tasks.push_back({std::string(text_of(seen.name)), printable(text_of(seen.summary)),
                              printable(text_of(seen.source)), seen.unusable != 0});
  }
};

/// What a plugin says that a project needs, and what it does wrong in saying it.
class Needs {
 public:
  explicit Needs(const ProjectSpec& project)
      : root_(fs::path(project.root).lexically_normal()), own_(name_of(project.directory)) {}

  static void add(void* context, const dream_needed_project* needed) noexcept {
    if (needed != nullptr) static_cast<Needs*>(context)->add(copy_of(needed));
  }

  std::vector<NeededProject> projects;
  std::string fault;  ///< the last one

 private:
  void add(const dream_needed_project& needed) {
    const std::string folder(text_of(needed.folder));
    if (!folder.starts_with('/') || folder.find('\0') != std::string::npos) {
      fault = "needs \"" + printable(folder) + "\", which is no absolute path";
      return;
    }
    if (needed.kind > DREAM_NEED_OPTIONAL) fault = "needs a project in a way that doesn't exist";
    // What is needed in an unknown way is needed.
    const std::uint32_t kind = needed.kind > DREAM_NEED_OPTIONAL ? DREAM_NEED_RUNTIME : needed.kind;
    NeededProject one{name_of(folder), static_cast<NeededProject::Kind>(kind)};
    if (one.project.empty() || one.project == own_ || !told_.emplace(one.project, kind).second) return;
    projects.push_back(std::move(one));
  }

  /// Empty: it isn't in the workspace.
  [[nodiscard]] std::string name_of(const std::string& folder) const {
    const fs::path inner = fs::path(folder).lexically_normal().lexically_relative(root_);
    return inner.empty() ? std::string() : normalise_project(inner.string());
  }

  fs::path root_;
  std::string own_;
  std::set<std::pair<std::string, std::uint32_t>> told_;
};
static_assert(static_cast<std::uint32_t>(NeededProject::Kind::peer) == DREAM_NEED_PEER);
static_assert(static_cast<std::uint32_t>(NeededProject::Kind::development) == DREAM_NEED_DEVELOPMENT);
static_assert(static_cast<std::uint32_t>(NeededProject::Kind::optional) == DREAM_NEED_OPTIONAL);

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

bool LoadedPlugin::tells_needs() {
  const auto depends = extension<dream_depends>(DREAM_DEPENDS_ID);
  return depends && depends->projects != nullptr;
}

Result<std::vector<NeededProject>> LoadedPlugin::needed_projects(const ProjectSpec& project) {
  const auto depends = extension<dream_depends>(DREAM_DEPENDS_ID);
  if (!depends || depends->projects == nullptr) return std::vector<NeededProject>{};
  const dream_project wire = wire_of(project);
  Needs needs(project);
  ErrorSink errors;
  const CallName call{"depends.projects", project.path};
  // It may read the manifests of thousands of projects, and nothing runs that would wait for it.
  const dream_status status = calls_.status(
      call, [&] { return may_throw(depends->projects)(host(), &wire, &Needs::add, &needs, errors.table()); },
      Calls::Hurry::no);
  if (auto error = errors.finish(status, call, calls_)) return *std::move(error);
  if (!needs.fault.empty()) calls_.fault(call, needs.fault);
  return std::move(needs.projects);
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
