#include "cli/recording.hpp"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "base/open_file.hpp"
#include "config/history.hpp"
#include "control/run_info.hpp"
#include "plugin/registry.hpp"

namespace dream::cli {

namespace {

/// dream.json and what was merged with it, as they are now.
std::vector<history::SourceFile> source_files(const prepare::LoadedWorkspace& loaded) {
  std::vector<std::filesystem::path> paths{loaded.workspace.file, loaded.workspace.root / "dream.local.json"};
  for (const std::string& extended : loaded.document->extended())
    paths.push_back(loaded.workspace.root / extended);
  std::vector<history::SourceFile> files;
  for (const std::filesystem::path& path : paths) {
    const auto found = find_file(path);
    if (!found || !*found) continue;
    if (auto now = plugin::fingerprint_of(**found)) files.push_back({path.string(), std::move(now->sha256)});
  }
  return files;
}

std::vector<std::string> own_command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

}  // namespace

std::unique_ptr<history::Recorder> make_recorder(const Options& options, const Plan& plan,
                                                 const prepare::LoadedWorkspace& loaded,
                                                 const config::Secrets& secrets, const plugin::Place& place,
                                                 bool hides) {
  const bool is_detached = options.notice >= 0;
  if (!options.record && !is_detached && !hides && !config::wants_history(*loaded.document)) return nullptr;
  history::Header header{control::info_of(plan, place.session, place.root), own_command_line(),
                         source_files(loaded)};
  auto recorder = std::make_unique<history::Recorder>(plan, place, std::move(header));
  recorder->mask_words([&secrets](std::string word) { return secrets.masked(std::move(word)); });
  return recorder;
}

}  // namespace dream::cli
