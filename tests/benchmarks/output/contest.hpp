#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace dream::benchmarks {

/// Where the labelled lines go.
enum class Place : unsigned char {
  null,       ///< /dev/null
  file,       ///< a file, which is checked afterwards
  pipe,       ///< a pipe whose reader counts bytes
  slow_pipe,  ///< a pipe whose reader checks every line and pauses
};

/// What one run took.
struct Measured {
  double seconds = 0;            ///< until the last byte was read and the program gone
  double processor_seconds = 0;  ///< of the program and all that it started
  std::size_t peak_kib = 0;      ///< the largest resident memory, of all processes of dream; 0: not asked for
  std::size_t growth_kib = 0;    ///< by how much private memory was larger in the run's second half
  std::optional<std::string> fault;  ///< what was wrong with what came out
};

/// What both contestants are asked for.
struct Task {
  Place place;
  std::filesystem::path folder;  ///< for the file
  std::size_t bytes_out;         ///< that are to come out, labels and all
  std::size_t lines_of_a_task;
  bool is_dream;  ///< its memory is watched
};

/// Runs a program with its stdout in that place.
[[nodiscard]] Measured run(const std::vector<std::string>& argv, const Task& task);

}  // namespace dream::benchmarks
