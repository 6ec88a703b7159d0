#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

namespace {

// The work is done by a program of its own, host/init/main.cpp.
int init(const Options& options) {
  const Result<std::filesystem::path> folder = prepare::starting_folder(options.directory);
  if (!folder) {
    complain(folder.error());
    return exit_nothing_run;
  }
  const std::string program = prepare::from_binary(DREAM_INIT_PROGRAM).string();
  const char* from = options.from ? options.from->c_str() : nullptr;
  ::execl(program.c_str(), "dream-init", folder->c_str(), from, nullptr);
  const std::string why = std::generic_category().message(errno);
  complain(Error{ErrorCode::usage, "dream init can't be started: " + why, printable(program),
                 "it belongs to dream: install dream again as a whole"});
  return exit_nothing_run;
}

}  // namespace

const Subcommand init_command{

    .name = "init",
    .takes = "",
    .help = "writes a first dream.json from what it finds; overwrites nothing",
    .examples = {"dream init", "dream init --from compose.yaml"},
    .define =
        [](Definition& definition, Options& options) {
          define_directory(definition, options);
          definition.text("--from", "FILE", options.from,
                          "take over this file alone: compose.yaml, Procfile, package.json, …");
        },
    .run = init,
};

}  // namespace dream::cli
