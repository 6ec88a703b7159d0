#pragma once

#include <dream/host/output.h>

#include <cstdint>
#include <string>

namespace dream::life {

/// Bytes of one stream, DREAM_STDOUT or DREAM_STDERR.
struct Piece {
  std::uint32_t stream = DREAM_STDOUT;
  std::string bytes;
  bool operator==(const Piece&) const = default;
};

}  // namespace dream::life
