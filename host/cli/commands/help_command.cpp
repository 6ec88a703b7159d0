#include <string>

#include "base/text.hpp"
#include "cli/command_line/help.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"

namespace dream::cli {

namespace {

int help(const Options& options) {
  if (options.words.empty()) return print(general_help());
  std::string name = options.words[0];
  if (options.words.size() > 1) name += " " + options.words[1];
  if (const Subcommand* command = find_command(name)) return print(help_of(*command));
  const bool is_of_family = options.words.size() > 1 && !family_of(options.words[0]).empty();
  if (is_of_family) {
    complain(no_such_member(options.words[0], options.words[1], "dream help " + options.words[0]));
    return exit_nothing_run;
  }
  const std::string meant = nearest_command(name);
  complain(Error{ErrorCode::usage,
                 "there is no command " + in_quotes(name),
                 {},
                 meant.empty() ? "dream help lists them" : "did you mean dream help " + meant + "?"});
  return exit_nothing_run;
}

}  // namespace

const Subcommand help_command{
    .name = "help",
    .takes = "[COMMAND]",
    .help = "lists the commands, or shows one with its options and examples",
    .examples = {"dream help plan", "dream help ctl logs"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 0, 2);
          define_directory(definition, options);
        },
    .run = help,
    .gives_way = true,
};

}  // namespace dream::cli
