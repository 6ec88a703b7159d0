#include "program_start.hpp"

#include <utility>

namespace dream::docker {

void ProgramStart::expect(std::string program) {
  program_ = std::move(program);
  words_ = InitWords(program_);
}

void ProgramStart::listen(const Piece& piece) {
  if (confirmed_) return;
  said_ = words_.take(piece);
  if (said_ == InitWords::Said::words_of_the_program) confirm();
}

void ProgramStart::confirm() {
  if (!std::exchange(confirmed_, true)) observer_->on_started();
}

std::optional<Failure> ProgramStart::failure() const {
  if (confirmed_) return std::nullopt;
  if (said_ == InitWords::Said::no_such_program) {
    return Failure{DREAM_E_NOT_FOUND, "its command " + program_ + " doesn't exist in the container",
                   "correct it, or of a script its first line, or take an image that has it"};
  }
  if (said_ == InitWords::Said::not_executable) {
    return Failure{DREAM_E_NOT_EXECUTABLE, "its command " + program_ + " can't be executed in the container",
                   "it has to be a program or script, with the right to execute it"};
  }
  return std::nullopt;
}

}  // namespace dream::docker
