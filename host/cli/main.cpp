#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <variant>

#include "base/descriptor.hpp"
#include "base/open_file.hpp"
#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "conformance/check.hpp"
#include "prepare/workspace.hpp"
#include "process/start_cleaner.hpp"
#include "record/run_record.hpp"

namespace dream::cli {

namespace {

/// A descriptor below 3 that is closed would be taken by the next open, and a task's pipe could land on it.
void open_standard_descriptors() {
  int descriptor = ::open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::open("/dev/null", O_RDWR);
  const Descriptor one_too_many(descriptor);
}

int execute(Invocation invocation) {
  const Subcommand& command = *invocation.command;
  Options& options = invocation.options;
  const std::string name(command.name);
  if (!command.gives_way || !options.tasks.empty() || !options.words.empty() || !has_task(name, options))
    return command.run(options);
  complain(fmt::format("{} is a task here; `dream {}` is the command", name, usage_of(command)));
  options.tasks = {name};
  return run_tasks(options);
}

int run(int argument_count, const char* const* arguments) {
  open_standard_descriptors();
  if (argument_count >= 3 && std::string_view(arguments[1]) == process::cleaner_argument) {
    const bool trust =
        argument_count > 3 && std::string_view(arguments[3]) == process::cleaner_trust_argument;
    return record::reap_run(arguments[2], prepare::plugin_search_path({}, trust));
  }
  if (argument_count > 1 && std::string_view(arguments[1]) == conformance::check_argument) {
    conformance::check_one_rule({arguments + 2, arguments + argument_count});
  }
  auto parsed = parse_command_line(argument_count, arguments);
  if (!parsed) {
    complain(parsed.error());
    return exit_nothing_run;
  }
  if (const auto* answer = std::get_if<Answer>(&*parsed)) return print(answer->text);
  return execute(std::get<Invocation>(*std::move(parsed)));
}

}  // namespace

}  // namespace dream::cli

int main(int argument_count, char** arguments) {
  try {
    return dream::cli::run(argument_count, arguments);
  } catch (const boost::system::system_error& refused) {  // by the system, to a library
    dream::cli::complain({dream::ErrorCode::io,
                          "the system refused: " + dream::printable(refused.what()),
                          {},
                          dream::system_remedy(refused.code().value())});
    return dream::cli::exit_internal;
  } catch (const std::exception& exception) {  // out of memory, and bugs of libraries
    dream::cli::complain("internal error: " + dream::printable(exception.what()));
    return dream::cli::exit_internal;
  }
}
