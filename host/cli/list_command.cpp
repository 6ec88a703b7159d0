#include <sys/stat.h>

#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/list_view.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace_loader.hpp"

namespace dream::cli {

int list_command(const Options& options) {
  const Result<LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const std::string root = loaded->workspace.root.string() + "/";
  const FolderExists folder_exists = [&root](const std::string& project) {
    struct stat status {};
    return ::stat((root + project).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  };
  AskedPlugins plugins(*loaded, options);
  const Offers offers = find_offers(*loaded, plugins.registry());
  if (options.json) print_and_leave(list_json(loaded->workspace, locator(*loaded), folder_exists, offers));
  print_and_leave(
      list_text(loaded->workspace, locator(*loaded), folder_exists, offers, style_of_stdout(options)));
}

}  // namespace dream::cli
