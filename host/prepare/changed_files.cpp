#include "prepare/changed_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "config/read_file.hpp"

namespace dream::prepare {

namespace fs = std::filesystem;

ChangedFiles::ChangedFiles(const LoadedWorkspace& loaded)
    : loaded_(loaded), seen_(loaded.document->source().all().size()) {}

std::vector<std::string> ChangedFiles::look(std::chrono::system_clock::time_point now) {
  std::vector<std::string> changed;
  const fs::path& root = loaded_.workspace.root;
  fs::path local = root / "dream.local.json";
  bool has_local = false;
  for (std::size_t at = 0; at < seen_.size(); ++at) {
    const fs::path file(loaded_.document->source().all()[at]->name());
    has_local = has_local || file == local;
    const std::string name = file.lexically_relative(root).string();
    if (has_changed(at, now) && std::ranges::find(changed, name) == changed.end()) changed.push_back(name);
  }
  std::error_code ignored;
  if (!has_local && fs::exists(local, ignored)) changed.emplace_back("dream.local.json");
  return changed;
}

/// The stamp is taken first: what is written while it is read has another.
bool ChangedFiles::has_changed(std::size_t at, std::chrono::system_clock::time_point now) {
  const config::SourceText& source = *loaded_.document->source().all()[at];
  std::optional<Seen>& seen = seen_[at];
  const std::optional<FileStamp> stamp = stamp_of(source.name());
  if (seen && stamp == seen->stamp) return seen->has_changed;
  const Result<std::string> text = config::read_file(source.name(), config::Document::max_size);
  const bool differs = !text || *text != source.text();
  seen = stamp && stamp->is_settled(now) ? std::optional(Seen{*stamp, differs}) : std::nullopt;
  return differs;
}

}  // namespace dream::prepare
