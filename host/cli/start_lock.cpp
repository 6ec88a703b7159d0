#include "cli/start_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/locked_file.hpp"
#include "control/run_info.hpp"
#include "history/archive.hpp"
#include "plugin/search_path.hpp"
#include "runtime/socket_path.hpp"

namespace dream::cli {

StartLock::StartLock(const Selection& selection, const std::filesystem::path& root) {
  std::string what = control::real_root(root);
  for (const SelectedStep& step : selection.steps) what += '\n' + to_string(step.id);
  const std::string name = "start-" + history::mark_of(what);
  const auto folder = runtime::socket_folder(plugin::own_environment(), name.size());
  if (!folder) return;
  path_ = *folder / name;
  while (true) {
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    struct stat status {};
    if (!file_.is_open() || !lock_file(file_, LOCK_EX) || ::fstat(file_.get(), &status) != 0) break;
    if (status.st_nlink > 0) return;  // else the one before took it away with its lock
  }
  static_cast<void>(file_.close());
}

StartLock::~StartLock() {
  let_go();
}

void StartLock::let_go() {
  if (!file_.is_open()) return;
  ::unlink(path_.c_str());
  static_cast<void>(file_.close());
}

}  // namespace dream::cli
