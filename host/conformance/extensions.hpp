#pragma once

#include <dream/dream.h>

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/call_trail.hpp"
#include "conformance/stage.hpp"

/// The calls into a plugin's extensions.
namespace dream::conformance {

/// The ids that this host asks for.
inline constexpr std::array extension_ids{DREAM_DISCOVER_ID, DREAM_DEPENDS_ID, DREAM_DESCRIBE_ID,
                                          DREAM_INSIDE_ID,   DREAM_HEALTH_ID,  DREAM_REAP_ID};

/// nullptr: the plugin doesn't have it.
template <class Extension>
[[nodiscard]] const Extension* known_extension(const dream_plugin& table, const char* id) {
  const Calling here("extension");
  return table.extension == nullptr ? nullptr : static_cast<const Extension*>(table.extension(id));
}

/// Why a rule about an extension or ability doesn't concern a plugin without it.
[[nodiscard]] std::string lacks(std::string_view what);

void ask_discovery(Stage& stage, const dream_discover& discover, const Subject& subject);
void ask_description(Stage& stage, const dream_describe& describe);

/// What was answered to one question about a run, on any thread.
struct Answers {
  std::atomic<int> told = 0;
  std::atomic<bool> odd = false;

  /// The dream_on_inside and the dream_on_health.
  static void add_end(void* context, const dream_exit* exit, dream_str output) noexcept;
  static void add_health(void* context, std::uint32_t healthy, dream_str why) noexcept;
};

/// Begins a command inside a run, or asks whether it is healthy. Nothing: it doesn't run. `heard` has to
/// outlive the run.
[[nodiscard]] std::optional<dream_status> begin_inside(Stage& stage, const dream_inside& inside,
                                                       const StagedRun& run, Answers& heard);
[[nodiscard]] std::optional<dream_status> ask_health(Stage& stage, const dream_health& health,
                                                     const StagedRun& run, Answers& heard);

}  // namespace dream::conformance
