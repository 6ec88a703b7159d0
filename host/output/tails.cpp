#include "output/tails.hpp"

#include <algorithm>

namespace dream::output {

Tails::Tails(std::size_t steps)
    : kept_(std::clamp<std::size_t>(all_kept / std::max<std::size_t>(steps, 1), std::size_t{4} << 10U,
                                    most_kept)),
      tails_(steps) {}

void Tails::add(StepIndex step, std::string_view bytes) {
  Tail& tail = tails_[position(step)];
  if (bytes.size() > kept_) {
    bytes = bytes.substr(bytes.size() - kept_);
    tail.before.clear();
    tail.bytes.clear();
    tail.cut = true;
  }
  if (tail.bytes.size() + bytes.size() > kept_) {
    tail.cut = tail.cut || !tail.before.empty();
    tail.before.swap(tail.bytes);
    tail.bytes.clear();
  }
  tail.bytes += bytes;
}

std::string Tails::last(StepIndex step, std::size_t lines) const {
  const Tail& tail = tails_[position(step)];
  if (lines == 0) return {};
  std::string all = tail.before + tail.bytes;
  if (tail.cut) all.erase(0, all.find('\n') + 1);
  std::size_t at = all.size();
  if (all.ends_with('\n')) --at;
  for (; at > 0; --at)
    if (all[at - 1] == '\n' && --lines == 0) break;
  return all.substr(at);
}

std::string Tails::take_last(StepIndex step, std::size_t lines) {
  std::string taken = last(step, lines);
  tails_[position(step)] = {};
  return taken;
}

}  // namespace dream::output
