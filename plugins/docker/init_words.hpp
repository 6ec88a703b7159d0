#pragma once

#include <optional>
#include <string>
#include <utility>

#include "demultiplexer.hpp"

namespace dream::docker {

/// Reads what a container writes first. With an init as process 1 the engine succeeds in starting it though
/// there is no such program: it is the init, docker's or podman's, that says so, in place of the program.
class InitWords {
 public:
  enum class Said : std::uint8_t {
    nothing_yet,
    words_of_the_program,
    no_such_program,
    not_executable,
  };

  /// `program` is what the init is to execute.
  explicit InitWords(std::string program) : program_(std::move(program)) {}

  /// What is clear once this has come, too. What it was once, it stays.
  Said take(const Piece& piece);

 private:
  [[nodiscard]] Said judge() const;

  std::string program_;
  std::string line_;  ///< the first one of stderr, as far as it has come
  Said said_ = Said::nothing_yet;
};

}  // namespace dream::docker
