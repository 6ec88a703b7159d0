#include "control/tails.hpp"

namespace dream::control {

void Tails::add(StepIndex step, std::string_view bytes) {
  Tail& tail = tails_[position(step)];
  if (bytes.size() > kept) {
    bytes = bytes.substr(bytes.size() - kept);
    tail.bytes.clear();
    tail.cut = true;
  }
  if (tail.bytes.size() + bytes.size() > 2 * kept) {
    tail.bytes.erase(0, tail.bytes.size() - kept);
    tail.cut = true;
  }
  tail.bytes += bytes;
}

std::string_view Tails::last(StepIndex step, std::size_t lines) const {
  const Tail& tail = tails_[position(step)];
  std::string_view all = tail.bytes;
  if (tail.cut) {
    const std::size_t whole = all.find('\n');
    if (whole != std::string_view::npos) all.remove_prefix(whole + 1);
  }
  if (lines == 0) return {};
  std::size_t at = all.size();
  if (all.ends_with('\n')) --at;
  for (; at > 0; --at)
    if (all[at - 1] == '\n' && --lines == 0) break;
  return all.substr(at);
}

}  // namespace dream::control
