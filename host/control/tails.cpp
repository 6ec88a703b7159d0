#include "control/tails.hpp"

#include <algorithm>

namespace dream::control {

Tails::Tails(std::size_t steps)
    : kept_(std::clamp<std::size_t>(all_kept / std::max<std::size_t>(steps, 1), std::size_t{4} << 10U,
                                    most_kept)),
      tails_(steps) {}

void Tails::add(StepIndex step, std::string_view bytes) {
  Tail& tail = tails_[position(step)];
  if (bytes.size() > kept_) {
    bytes = bytes.substr(bytes.size() - kept_);
    tail.bytes.clear();
    tail.cut = true;
  }
  if (tail.bytes.size() + bytes.size() > 2 * kept_) {
    tail.bytes.erase(0, tail.bytes.size() - kept_);
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
