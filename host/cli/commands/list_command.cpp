#include <sys/stat.h>

#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/views/list_view.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

namespace {

int list(const Options& options) {
  const Result<prepare::LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const std::string root = loaded->workspace.root.string() + "/";
  const FolderExists folder_exists = [&root](const std::string& project) {
    struct stat status {};
    return ::stat((root + project).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  };
  AskedPlugins plugins(*loaded, options);
  const prepare::Offers offers = prepare::find_offers(*loaded, plugins.registry());
  if (options.json) print_and_leave(list_json(loaded->workspace, locator(*loaded), folder_exists, offers));
  print_and_leave(list_text(loaded->workspace, locator_from_here(*loaded), folder_exists, offers,
                            style_of_stdout(options)));
}

}  // namespace

const Subcommand list_command{
    .name = "list",
    .takes = "",
    .help = "shows projects, their tasks and executors",
    .examples = {"dream list", "dream list --json | jq '.projects[].project'"},
    .define =
        [](Definition& definition, Options& options) {
          define_place(definition, options);
          define_look(definition, options);
        },
    .run = list,
};

}  // namespace dream::cli
