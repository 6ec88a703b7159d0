#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"
#include "config/diagnostics.hpp"

namespace dream::cli {

int validate_command(const Options& options) {
  const Result<prepare::LoadedWorkspace> read = prepare::read_workspace(options.directory, options.trust);
  if (!read) {
    complain(read.error());
    return exit_nothing_run;
  }
  const int exit_code = config::has_errors(read->problems) ? exit_nothing_run : 0;
  const config::SourceText& source = read->document->source();
  std::vector<config::Problem> all = read->problems;
  const std::vector<config::Problem>& remarks = read->document->remarks();
  all.insert(all.end(), remarks.begin(), remarks.end());
  if (options.json) return print(config::render_json(source, all) + "\n", exit_code);
  std::string text;
  for (const config::Problem& problem : all) text += config::render_text(source, problem);
  if (all.empty()) text = printable(source.name()) + ": no problems\n";
  return print(text, exit_code);
}

}  // namespace dream::cli
