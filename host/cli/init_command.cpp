#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace_loader.hpp"
#include "init/init.hpp"

namespace dream::cli {

int init_command(const Options& options) {
  const Result<std::filesystem::path> folder = starting_folder(options);
  if (!folder) {
    complain(folder.error());
    return exit_nothing_run;
  }
  const std::filesystem::path file = *folder / "dream.json";
  const Result<std::string> text = init::make_configuration(*folder, options.from);
  const Result<void> written = text ? init::write_new_file(file, *text) : Result<void>(text.error());
  if (!written) {
    complain(written.error());
    return exit_nothing_run;
  }
  return print("dream.json is written; `dream list` shows what it says\n");
}

}  // namespace dream::cli
