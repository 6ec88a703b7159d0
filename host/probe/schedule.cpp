#include "probe/schedule.hpp"

#include <algorithm>

namespace dream::probe {

Duration pause(const Pace& pace, Duration waited, Duration last_try) {
  const Duration part = std::clamp(waited / pace.share, pace.least, pace.most);
  return pace.gentle ? std::max(part, last_try) : part;
}

}  // namespace dream::probe
