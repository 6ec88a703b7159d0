#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Which function of the plugin runs, and what happened before: in memory that outlives the process, so that
/// a crash and a call that never returns have a name.
namespace dream::conformance {

/// What stands there.
struct CallTrail {
  std::string running;  ///< "release", or empty: none of the plugin's
  std::string steps;    ///< "start 1, wait 1, …", the oldest first; what doesn't fit is left out
};

/// From now on this process writes into that file. Without it nothing is noted.
void keep_trail_in(const std::filesystem::path& file);
[[nodiscard]] CallTrail read_trail(const std::filesystem::path& file);
[[nodiscard]] CallTrail own_trail();

/// One thing that happens in a scene: "start 1".
void note_step(std::string_view step);
/// Another scene begins.
void forget_steps();
/// As testing::FakeLoop::on_call_back has it.
void note_running(const char* function);

/// Stands while a function of the plugin runs.
class Calling {
 public:
  explicit Calling(const char* function);
  ~Calling();
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;

 private:
  std::string outer_;
};

}  // namespace dream::conformance
