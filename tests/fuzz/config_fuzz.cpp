#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "config/load.hpp"

using namespace dream;

namespace {

void exercise_options(const config::Document& document, const std::optional<OptionsPointer>& options) {
  if (!options) return;
  const std::vector<OptionsPointer> layers{*options, *options};
  DREAM_ASSERT(document.options(layers).front() == '{');
  DREAM_ASSERT(document.locate_option(layers, "/a/0/b").known());
}

}  // namespace

/// Any bytes are a configuration or a list of problems, each with a place in the file.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> executors{"shell", "npm"};
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto loaded = config::interpret(config::Document::parse("dream.json", text), executors);
  DREAM_ASSERT(loaded.document->source().text() == text);
  for (const config::Problem& problem : loaded.problems) {
    DREAM_ASSERT(problem.severity == config::Severity::note || problem.offset.value <= size);
    DREAM_ASSERT(!config::render_text(loaded.document->source(), problem).empty());
  }
  DREAM_ASSERT(config::render_json(loaded.document->source(), loaded.problems).back() == ']');
  for (const auto& [name, project] : loaded.workspace.projects) {
    DREAM_ASSERT(normalise_project(name) == name);
    exercise_options(*loaded.document, project.options);
  }
  for (const auto& [name, task] : loaded.workspace.tasks) exercise_options(*loaded.document, task.options);
  for (const auto& [name, tasks] : loaded.workspace.dependencies) {
    for (const auto& [task, dependencies] : tasks) {
      for (const Dependency& entry : dependencies.entries) {
        DREAM_ASSERT(normalise_project(entry.project) == entry.project);
        DREAM_ASSERT(entry.where.value < size);
      }
    }
  }
  return 0;
}
