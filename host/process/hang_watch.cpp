#include "process/hang_watch.hpp"

#include <algorithm>
#include <chrono>

namespace dream::process {

namespace {

/// Whoever looks so much later than he wanted to was stopped himself (Ctrl-Z stops host and guardian), and
/// the time that passed says nothing.
constexpr Duration longest_delay = std::chrono::seconds(1);

}  // namespace

void HangWatch::asked(Instant now) {
  if (counts_from_) return;
  counts_from_ = now;
  next_look_ = now + limit_;
}

bool HangWatch::hangs(Instant now, std::optional<Instant> foreign_since, bool stopped) {
  if (!counts_from_ || now < *next_look_) return false;
  if (stopped || now > *next_look_ + longest_delay) counts_from_ = now;
  const Instant begin = foreign_since ? std::max(*foreign_since, *counts_from_) : now;
  next_look_ = begin + limit_;
  return now >= *next_look_;
}

}  // namespace dream::process
