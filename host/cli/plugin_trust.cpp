#include "cli/plugin_trust.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <string>

#include "base/text.hpp"
#include "cli/terminal.hpp"
#include "plugin/elf_check.hpp"

namespace dream::cli {

namespace {

/// A line of stdin, without its end. (<iostream> would be set up at every start.)
std::string read_line() {
  std::string line;
  char next = 0;
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, &next, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || next == '\n') return line;
    line += next;
  }
}

/// The user's answer to one question; anything but a yes is a no.
bool is_wanted(const std::string& id, const plugin::FoundPlugin& found, const plugin::Fingerprint& file) {
  const std::string question =
      "dream: a plugin of this workspace is new to you, or has changed. It would run with "
      "all your rights.\n"
      "  executor  " +
      printable(id) + ", " + printable(found.why) +
      "\n"
      "  file      " +
      printable(file.path) +
      "\n"
      "  sha256    " +
      file.sha256 +
      "\n"
      "Load it, now and in future? [y/N] ";
  // What was typed before the question is no answer to it.
  ::tcflush(STDIN_FILENO, TCIFLUSH);
  std::fwrite(question.data(), 1, question.size(), stderr);
  const std::string answer = read_line();
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

void confirm_plugins(const Plan& plan, const prepare::LoadedWorkspace& loaded, const Options& options) {
  if (options.trust || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return;
  std::set<std::string> ids;
  for (const Step& step : plan.steps)
    if (!step.gathers) ids.insert(step.executor);
  const plugin::SearchPath search = prepare::plugin_search_path(loaded.workspace);
  for (const std::string& id : ids) {
    const Result<plugin::FoundPlugin> found = search.resolve(id);
    if (!found || !found->of_workspace) continue;
    if (!plugin::check_shared_library(*found->file, found->path)) continue;
    const Result<void> trusted = search.trust.check(*found->file, found->path);
    if (trusted || trusted.error().code != ErrorCode::plugin) continue;
    const Result<plugin::Fingerprint> file = plugin::fingerprint_of(*found->file);
    if (!file || !is_wanted(id, *found, *file)) continue;
    if (const Result<void> kept = search.trust.remember(*file); !kept) complain(kept.error());
  }
}

int trust_plugin(const std::filesystem::path& file) {
  const auto confirm = [&]() -> Result<plugin::Fingerprint> {
    const Result<plugin::FoundPlugin> found = plugin::find_plugin_file(file, {});
    if (!found) return found.error();
    if (auto fit = plugin::check_shared_library(*found->file, file); !fit) return fit.error();
    Result<plugin::Fingerprint> fingerprint = plugin::fingerprint_of(*found->file);
    if (!fingerprint) return fingerprint;
    const Result<void> kept = prepare::plugin_search_path({}).trust.remember(*fingerprint);
    if (!kept) return kept.error();
    return fingerprint;
  };
  const Result<plugin::Fingerprint> confirmed = confirm();
  if (confirmed) {
    return print("confirmed " + printable(confirmed->path) + " as it is now, sha256 " + confirmed->sha256 +
                 "\n");
  }
  complain(confirmed.error());
  return exit_nothing_run;
}

}  // namespace dream::cli
