#include <filesystem>
#include <string>
#include <system_error>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

namespace {

namespace fs = std::filesystem;

int refuse(const Error& error) {
  complain(error);
  return exit_nothing_run;
}

/// The folders, one a line.
int list_folders(const plugin::Trust& trust) {
  const auto confirmed = trust.confirmed();
  if (!confirmed) return refuse(confirmed.error());
  std::string text;
  for (const std::string& folder : confirmed->folders) text += printable(folder) + "\n";
  return print(text.empty() ? "you have accepted no folder of another user\n" : text);
}

int forget(const fs::path& folder, const plugin::Trust& trust) {
  bool was_there = false;
  const Result<void> changed = trust.change(
      [&](plugin::Confirmations& confirmed) { was_there = confirmed.folders.erase(folder.string()) > 0; });
  if (!changed) return refuse(changed.error());
  if (was_there) return print("no longer trusted: " + printable(folder.string()) + "\n");
  return refuse({ErrorCode::usage, "is not among the folders that are trusted", printable(folder.string()),
                 "`dream trust` lists them"});
}

int remember(const fs::path& folder, const plugin::Trust& trust) {
  std::error_code failure;
  if (!fs::exists(fs::symlink_status(folder / "dream.json", failure))) {
    return refuse({ErrorCode::usage, "there is no dream.json in it", printable(folder.string()),
                   "name the folder that holds one"});
  }
  const Result<void> changed =
      trust.change([&](plugin::Confirmations& confirmed) { confirmed.folders.insert(folder.string()); });
  if (!changed) return refuse(changed.error());
  return print("trusted: the dream.json of " + printable(folder.string()) +
               " is obeyed from now on, whoever changes it (`dream trust --forget " +
               shell_quoted(folder.string()) + "` ends that)\n");
}

int trust(const Options& options) {
  const plugin::Trust trust = prepare::plugin_search_path({}).trust;
  if (options.words.empty()) return list_folders(trust);
  std::error_code failure;
  const fs::path named = fs::absolute(options.directory.value_or("") / options.words[0], failure);
  const fs::path folder = failure ? fs::path() : fs::weakly_canonical(named, failure);
  if (failure) {
    return refuse({ErrorCode::usage,
                   "the folder can't be used: " + failure.message(),
                   printable(options.words[0]),
                   {}});
  }
  return options.forget ? forget(folder, trust) : remember(folder, trust);
}

}  // namespace

const Subcommand trust_command{

    .name = "trust",
    .takes = "[DIR]",
    .help = "accepts another user's dream.json in DIR; without DIR, lists the accepted folders",
    .examples = {"dream trust ../theirs", "dream trust --forget ../theirs"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 0, 1);
          define_directory(definition, options);
          definition.flag("--forget", options.forget, "no longer accept the dream.json in DIR");
        },
    .run = trust,
    .check = [](const Options& options) -> Result<void> {
      if (!options.forget || !options.words.empty()) return {};
      return Error{ErrorCode::usage, "--forget goes with a folder", {}, "`dream trust` lists them"};
    },
    .gives_way = true,
};

}  // namespace dream::cli
