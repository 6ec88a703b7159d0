#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// What a client asks, one line of JSON each (docs/control.md).
namespace dream::control {

/// A longer line is no request.
inline constexpr std::size_t longest_request = std::size_t{64} << 10U;
/// Of the lines that are asked for.
inline constexpr std::size_t most_lines = 1'000'000;

/// One request.
struct Request {
  enum class What : std::uint8_t {
    ps,
    logs,
    events,
    wait,
    why,
    down,
    stop,
    start,
    restart,
    leave,
    attach,
    type,
    resize
  };
  enum class Until : std::uint8_t { as_it_should, started, ready, ended };

  std::int64_t id = 0;
  What what = What::ps;
  std::vector<std::string> steps = {};    ///< ids; none: all
  std::optional<std::size_t> lines = {};  ///< of logs; none: as many as usual
  std::int64_t within_ms = 0;             ///< of logs: written no longer ago; 0: whenever
  bool follow = false;                    ///< of logs and events
  Until until = Until::as_it_should;      ///< of wait
  bool now = false;                       ///< of down
  bool with_dependents = false;           ///< of restart: those that need them, too
  bool reload = false;                    ///< of start and restart: as dream.json has them now
  bool look = false;                      ///< of attach: without typing
  std::string bytes = {};                 ///< of type
  std::uint16_t rows = 0;                 ///< of attach and resize: of the window; 0: it has none
  std::uint16_t columns = 0;
};

/// What `"do"` may be.
[[nodiscard]] std::span<const std::string_view> words_of_requests();

/// A line that a client has sent.
struct ReadRequest {
  std::int64_t id = 0;      ///< of the answer; 0: the line has none
  Result<Request> request;  ///< the Error is for the client
};

/// Keys that are not known are passed over: a newer client may send them.
[[nodiscard]] ReadRequest parse_request(std::string_view line);

/// The request as a line, with its newline.
[[nodiscard]] std::string to_line(const Request& request);

}  // namespace dream::control
