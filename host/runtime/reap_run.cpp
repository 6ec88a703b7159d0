#include <fcntl.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <utility>

#include "base/process.hpp"
#include "base/text.hpp"
#include "output/log.hpp"
#include "plugin/file_owner.hpp"
#include "plugin/idle_services.hpp"
#include "plugin/loaded_plugin.hpp"
#include "plugin/search_path.hpp"
#include "process/wait_for_end.hpp"
#include "runtime/run_record.hpp"

namespace dream::runtime {

namespace {

namespace fs = std::filesystem;

constexpr int exit_failed = 1;

std::string string_of(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

std::optional<RunRecord> parse(const std::string& text) {
  rapidjson::Document parsed;
  parsed.Parse(text.data(), text.size());
  if (parsed.HasParseError() || !parsed.IsObject()) return std::nullopt;
  const rapidjson::Value& document = parsed;
  RunRecord record{string_of(document, "session"), string_of(document, "root"), {}};
  const auto plugins = document.FindMember("plugins");
  if (record.session.empty() || plugins == document.MemberEnd() || !plugins->value.IsArray()) {
    return std::nullopt;
  }
  for (const rapidjson::Value& entry : plugins->value.GetArray()) {
    if (!entry.IsObject()) return std::nullopt;
    RecordedPlugin& plugin = record.plugins.emplace_back();
    plugin.id = string_of(entry, "id");
    plugin.file = string_of(entry, "file");
    plugin.sha256 = string_of(entry, "sha256");
    const auto options = entry.FindMember("options");
    if (options == entry.MemberEnd() || !options->value.IsArray()) continue;
    for (const rapidjson::Value& object : options->value.GetArray()) {
      if (object.IsString()) plugin.options.emplace_back(object.GetString(), object.GetStringLength());
    }
  }
  return record;
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t size = 0;
  while ((size = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

/// What came with a workspace was confirmed as it was then.
Result<void> check_content(const RecordedPlugin& recorded) {
  if (recorded.sha256.empty()) return {};
  const auto now = plugin::fingerprint_of(recorded.file);
  if (!now) return now.error();
  if (now->sha256 == recorded.sha256) return {};
  return Error{ErrorCode::plugin, "is not loaded: it has changed since that run", recorded.file, {}};
}

/// In a process of its own: loads the plugin and lets it clean up.
int reap_with(const RecordedPlugin& recorded, const RunRecord& record, std::chrono::milliseconds limit,
              Log& log) {
  plugin::IdleServices services(log,
                                plugin::make_place(record.session, record.root, plugin::own_environment()));
  const auto reap = [&]() -> Result<void> {
    if (auto safe = plugin::check_owner(recorded.file); !safe) return safe;
    if (auto same = check_content(recorded); !same) return same;
    const auto loaded =
        plugin::LoadedPlugin::load(recorded.id, {recorded.file, "named by the record of a run"}, services);
    if (!loaded) return loaded.error();
    return (*loaded)->reap({record.session, record.root, recorded.options, limit});
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

pid_t start(const RecordedPlugin& recorded, const RunRecord& record, std::chrono::milliseconds limit,
            Log& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  die_after(limit);
  ::_exit(reap_with(recorded, record, limit, log));
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

bool reap_all(const RunRecord& record, std::chrono::milliseconds limit, Log& log) {
  std::vector<pid_t> children;
  children.reserve(record.plugins.size());
  for (const RecordedPlugin& plugin : record.plugins) children.push_back(start(plugin, record, limit, log));
  bool all = true;
  for (std::size_t at = 0; at < children.size(); ++at) {
    all = await(children[at], record.plugins[at], limit, log) && all;
  }
  return all;
}

}  // namespace

int reap_run(const fs::path& path, std::chrono::milliseconds limit) {
  const auto log = output::make_stderr_log(LogLevel::warning);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;  // somebody else was faster
  // Only one at a time; where the file system has no locks, two do no harm.
  ::flock(descriptor, LOCK_EX);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || status.st_nlink == 0) return 0;
  const std::optional<RunRecord> record = parse(read_all(descriptor));
  if (record && !reap_all(*record, limit, *log)) {
    log->write(LogLevel::warning,
               fmt::format("it is tried again when dream is started the next time; delete {} "
                           "to give it up",
                           path.string()));
    return exit_failed;
  }
  ::unlink(path.c_str());
  return 0;
}

}  // namespace dream::runtime
