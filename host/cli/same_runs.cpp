#include "cli/same_runs.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/place.hpp"
#include "plugin/search_path.hpp"

namespace dream::cli {

std::vector<control::Connection> find_same_runs(const Selection& selection, const std::filesystem::path& root,
                                                Duration patience) {
  std::vector<std::string> ids;
  for (const SelectedStep& step : selection.steps) ids.push_back(to_string(step.id));
  return control::open_runs(
      control::sockets_of_runs(plugin::own_environment()),
      [&, real = control::real_root(root)](const control::RunInfo& run) {
        return run.root == real && run.requested == ids;
      },
      patience);
}

std::string sentence_on(const control::RunInfo& run, const std::string& what) {
  return fmt::format("{} {} (run {}, pid {})", join_words(run.requested), what, run.short_id(), run.pid);
}

}  // namespace dream::cli
