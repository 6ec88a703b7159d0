#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/process.hpp"
#include "base/read_all.hpp"
#include "base/text.hpp"
#include "output/log.hpp"
#include "plugin/idle_services.hpp"
#include "plugin/loaded_plugin.hpp"
#include "plugin/search_path.hpp"
#include "process/signals.hpp"
#include "process/wait_for_end.hpp"
#include "record/record_text.hpp"
#include "record/run_record.hpp"

namespace dream::record {

namespace {

namespace fs = std::filesystem;

constexpr int exit_failed = 1;

/// Options are short.
constexpr std::size_t most_bytes_of_a_record = std::size_t{64} << 20U;

/// The file that the run had, if it may be loaded. A record proves nothing: what came with a workspace has to
/// be confirmed, or is what --trust was said about in that run.
Result<plugin::FoundPlugin> find_plugin(const RecordedPlugin& recorded, const plugin::SearchPath& search) {
  auto found = search.find_again(recorded.file, "named by the record of a run");
  if (!found || !found->of_workspace) return found;
  if (auto trusted = search.trust.check(*found->file, found->path); !trusted) return trusted.error();
  if (!search.trust.everything) return found;
  const auto now = plugin::fingerprint_of(*found->file);
  if (!now) return now.error();
  if (now->sha256 == recorded.sha256) return found;
  return Error{ErrorCode::plugin, "is not loaded: it has changed since that run", recorded.file, {}};
}

/// How plugins are found, and how long each may take.
struct ReapWith {
  const plugin::SearchPath& search;
  std::chrono::milliseconds limit;
};

/// In a process of its own: loads the plugin and lets it clean up.
int reap_with(const RecordedPlugin& recorded, const RunRecord& record, const ReapWith& how, Log& log) {
  plugin::IdleServices services(log, plugin::make_place(record.session, record.root, plugin::own_lookup()));
  const auto reap = [&]() -> Result<void> {
    const auto found = find_plugin(recorded, how.search);
    if (!found) return found.error();
    const auto loaded = plugin::LoadedPlugin::load(recorded.id, *found, services);
    if (!loaded) return loaded.error();
    return (*loaded)->reap({record.session, record.root, recorded.options, how.limit});
  };
  const Result<void> reaped = reap();
  if (reaped) return 0;
  log.write(LogLevel::warning,
            fmt::format("executor {} can't remove what a run that died has left behind: {}", recorded.id,
                        to_string(reaped.error())));
  return exit_failed;
}

/// The signal of the timer kills a plugin that hangs.
void die_after(std::chrono::milliseconds limit) {
  std::signal(SIGALRM, SIG_DFL);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  itimerval timer{};
  timer.it_value.tv_sec = seconds.count();
  timer.it_value.tv_usec = std::chrono::microseconds(limit - seconds).count();
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

pid_t start(const RecordedPlugin& recorded, const RunRecord& record, const ReapWith& how, Log& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  die_after(how.limit);
  ::_exit(reap_with(recorded, record, how, log));
}

/// Whether it has succeeded; tells of an end that the child could not tell of itself.
bool await(pid_t child, const RecordedPlugin& recorded, std::chrono::milliseconds limit, Log& log) {
  const int status = child > 0 ? process::reap(child) : -1;
  const bool started = status != -1;
  if (started && WIFEXITED(status)) return WEXITSTATUS(status) == 0;
  const bool late = started && WTERMSIG(status) == SIGALRM;
  log.write(LogLevel::warning,
            fmt::format("executor {} was to remove what a run that died has left behind, but {}", recorded.id,
                        late      ? "was not done after " + human_duration(limit)
                        : started ? "crashed with " + signal_name(WTERMSIG(status))
                                  : "could not be started"));
  return false;
}

bool reap_all(const RunRecord& record, const ReapWith& how, Log& log) {
  std::vector<pid_t> children;
  children.reserve(record.plugins.size());
  for (const RecordedPlugin& plugin : record.plugins) children.push_back(start(plugin, record, how, log));
  bool all = true;
  for (std::size_t at = 0; at < children.size(); ++at) {
    all = await(children[at], record.plugins[at], how.limit, log) && all;
  }
  return all;
}

}  // namespace

int reap_run(const fs::path& path, const plugin::SearchPath& search, std::chrono::milliseconds limit) {
  process::disarm_signals(process::set_of(SIGPIPE));  // a warning that nobody reads any more ends nothing
  const auto log = output::make_stderr_log(LogLevel::warning);
  const Result<Descriptor> file = take_record(path);
  if (file && !file->is_open()) return 0;
  const auto reap = [&]() -> Result<bool> {
    if (!file) return file.error();
    Result<std::string> text = read_all(file->get(), most_bytes_of_a_record);
    if (!text) return Error{ErrorCode::io, text.error().message, path.string(), {}};
    const std::optional<RunRecord> record = read_record(*text);
    if (record) return reap_all(*record, {search, limit}, *log);
    return Error{ErrorCode::io, "is no record of a run that this dream understands", path.string(), {}};
  };
  const Result<bool> reaped = reap();
  if (reaped && *reaped) {
    ::unlink(path.c_str());
    return 0;
  }
  if (!reaped) {
    log->write(LogLevel::warning,
               "what a run that died has left behind can't be removed: " + to_string(reaped.error()));
  }
  if (file) ::futimens(file->get(), nullptr);  // those that weren't tried come first the next time
  log->write(LogLevel::warning,
             fmt::format("it is tried again when dream is started the next time; delete {} "
                         "to give it up",
                         printable(path.string())));
  return exit_failed;
}

}  // namespace dream::record
