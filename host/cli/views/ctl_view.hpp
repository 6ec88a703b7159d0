#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/views/view_text.hpp"
#include "control/client.hpp"

namespace dream::cli {

/// The answer of one run to `ps`.
struct RunSeen {
  control::RunInfo info;
  std::string answer;  ///< the line
};

/// `now_ms`: since 1970.
[[nodiscard]] std::string runs_text(const std::vector<RunSeen>& runs, std::int64_t now_ms,
                                    const TextStyle& style);
[[nodiscard]] std::string runs_json(const std::vector<RunSeen>& runs);

/// The steps in an answer to `ps`.
struct StepSeen {
  std::string id;
  std::string state;
  int pid = 0;  ///< 0: no process of it runs
};
[[nodiscard]] std::vector<StepSeen> steps_in(std::string_view answer);
/// Whether an answer to `ps` says that the run is being stopped.
[[nodiscard]] bool tells_of_stop(std::string_view answer);

/// The error in an answer; none: it is no error. Its hint is part of the text.
struct Refused {
  int code = 0;
  std::string text;
};
[[nodiscard]] std::optional<Refused> refusal_in(std::string_view answer);

/// The sentences of an answer to `why`.
[[nodiscard]] std::vector<std::string> sentences_in(std::string_view answer);
/// The steps in an answer to `restart` that were being restarted already.
[[nodiscard]] std::vector<std::string> steps_under_way_in(std::string_view answer);

[[nodiscard]] std::string why_json(const control::RunInfo& run, std::string_view answer);

/// What an answer to `start` or `restart` says of dream.json.
[[nodiscard]] std::string changes_text(std::string_view answer, const TextStyle& style);

/// The exit code in an answer to `down`.
[[nodiscard]] std::optional<int> exit_code_in(std::string_view answer);

/// What a step has written.
struct Written {
  std::string step;
  std::string bytes;
  std::string stream = {};  ///< "stdout", "stderr"; empty: whole lines, of both
};
/// In an answer to `logs`.
[[nodiscard]] std::vector<Written> written_in(std::string_view answer);

/// Whether the end of what is followed will be told: runs of the first versions only close the connection.
[[nodiscard]] bool tells_end(std::string_view answer);
/// One line of what is followed.
struct Followed {
  std::optional<Written> written;
  std::int64_t left_out = 0;  ///< bytes of output, before this line
  bool is_end = false;
};
[[nodiscard]] Followed followed_in(std::string_view line);

/// The answer to `events` as the first of them.
[[nodiscard]] std::string snapshot_of(std::string_view answer);

}  // namespace dream::cli
