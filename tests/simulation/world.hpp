#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dream::simulation {

struct Verdict {
  std::string complaint;  ///< the first promise that was broken; empty: none was
  std::string trace;      ///< the plan, then a line for each event with the actions it led to
  std::size_t events = 0;
};

/// A seed with this bit is of a world whose steps can tell when they are ready.
inline constexpr std::uint64_t with_readiness = std::uint64_t{1} << 40U;

/// With this one, whose steps may be looked at whether they are healthy. All bits may be set together.
inline constexpr std::uint64_t with_health = std::uint64_t{1} << 42U;

/// With this one, of which some run at the end.
inline constexpr std::uint64_t with_end = std::uint64_t{1} << 43U;

/// With this one, which may be restarted with others.
inline constexpr std::uint64_t with_renewal = std::uint64_t{1} << 44U;

/// With this one, whose steps are no list.
inline constexpr std::uint64_t with_groups = std::uint64_t{1} << 45U;

/// With this one, whose steps need one another.
inline constexpr std::uint64_t with_needs = std::uint64_t{1} << 46U;

/// With this one, whose steps somebody holds, starts and restarts.
inline constexpr std::uint64_t with_requests = std::uint64_t{1} << 47U;

/// With this one and the two before it, whose steps are restarted with those that need them.
inline constexpr std::uint64_t with_dependents = std::uint64_t{1} << 48U;

/// With this one, whose steps may be restarted.
inline constexpr std::uint64_t with_restarts = std::uint64_t{1} << 41U;

/// Runs a random plan against random processes, signals and a driver that is sometimes late, on a clock that
/// jumps from one event to the next. The same seed is the same run.
[[nodiscard]] Verdict simulate(std::uint64_t seed);

}  // namespace dream::simulation
