#pragma once

#include <memory>
#include <optional>
#include <string>

#include "init_words.hpp"
#include "transport.hpp"

namespace dream::docker {

/// Whether the program of a container has come to run. With an init, the container's start says nothing about
/// it: what the container writes first does, or its list of processes.
class ProgramStart {
 public:
  explicit ProgramStart(std::shared_ptr<LifeObserver> observer) : observer_(std::move(observer)) {}

  /// What the init is to execute.
  void expect(std::string program);
  /// What the container writes.
  void listen(const Piece& piece);
  /// It runs, or has run; the observer is told once.
  void confirm();
  [[nodiscard]] bool confirmed() const { return confirmed_; }
  /// What the init said in place of the program.
  [[nodiscard]] std::optional<Failure> failure() const;

 private:
  std::shared_ptr<LifeObserver> observer_;
  std::string program_;
  InitWords words_{""};
  InitWords::Said said_ = InitWords::Said::nothing_yet;
  bool confirmed_ = false;
};

}  // namespace dream::docker
