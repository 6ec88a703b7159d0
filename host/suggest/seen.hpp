#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace dream::suggest {

/// What was seen of one step while it ran. Each `after` counts from its start.
struct Seen {
  /// It listens on this TCP port.
  struct Port {
    std::uint16_t number = 0;
    Duration after{};
    bool is_chance = false;  ///< the kernel may have picked it: another one the next time
    bool open = true;        ///< when it was looked at last
  };
  /// It has written this line.
  struct Line {
    std::string text;
    Duration after{};
    bool is_masked = false;  ///< not all of it is shown
  };
  /// It, or somebody else, has made or changed this file in its folder.
  struct File {
    std::string name;
    Duration after{};
    bool is_socket = false;
  };
  enum class Course : std::uint8_t {
    not_started,
    stopped,          ///< it ran until it was asked to end
    ended_by_itself,  ///< with success
    failed,
  };

  Course course = Course::not_started;
  Duration ran{};
  bool is_here = false;           ///< its processes could be looked into
  std::vector<Port> ports;        ///< the first ones
  std::vector<Line> lines;        ///< the first ones
  std::vector<File> files;        ///< the first ones; of a step that has its folder for itself
  std::optional<Duration> ready;  ///< it was, by its own `ready`
};

/// So many are remembered of a step.
inline constexpr std::size_t most_ports = 8;
inline constexpr std::size_t most_lines = 200;
inline constexpr std::size_t most_files = 8;
inline constexpr std::size_t longest_line = 400;  ///< bytes

}  // namespace dream::suggest
