#pragma once

#include <dream/abi.h>
#include <dream/host/output.h>

#include <dream/detail/judge.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "plugin/executor.hpp"

/// The values of the C interface and dream's own, translated into each other.
namespace dream::plugin {

[[nodiscard]] inline dream_str view_of(std::string_view text) {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view text_of(dream_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
/// A line for people as it is shown: without what would disturb the terminal, and cut where it is longer than
/// any line.
[[nodiscard]] std::string line_of(dream_str text);
inline constexpr std::size_t longest_line = 4096;
[[nodiscard]] std::vector<dream_str> views_of(const std::vector<std::string>& texts);
[[nodiscard]] inline dream_strs span_of(const std::vector<dream_str>& views) {
  return {views.data(), views.size()};
}
[[nodiscard]] std::vector<std::string> texts_of(dream_strs texts);

/// What a struct of the other side says: copied as far as both know it, the rest is zero.
template <class Struct>
[[nodiscard]] Struct copy_of(const Struct* other) {
  return dream::detail::known_part(other);
}

[[nodiscard]] ErrorCode error_code(dream_status status);
[[nodiscard]] dream_status status_of(ErrorCode code);
/// "DREAM_E_OPTIONS".
[[nodiscard]] std::string status_name(dream_status status);

[[nodiscard]] inline std::uint32_t urgency_of(Urgency urgency) {
  return urgency == Urgency::force ? DREAM_FORCE : DREAM_GRACEFUL;
}
[[nodiscard]] inline std::uint32_t stream_of(Stream stream) {
  return stream == Stream::out ? DREAM_STDOUT : DREAM_STDERR;
}

/// A dream_exit as dream sees it.
struct ReportedExit {
  ExitStatus status;
  std::string text;   ///< one line for people; may be empty
  bool sound = true;  ///< false: the report made no sense, and `status` is Lost
};
[[nodiscard]] ReportedExit read_exit(const dream_exit* exit);
/// Borrows the reason of a Lost from `status`.
[[nodiscard]] dream_exit exit_of(const ExitStatus& status);

/// The dream_task of a TaskSpec, which it borrows from.
class TaskTable {
 public:
  TaskTable(const TaskSpec& task, dream_run_id run);
  TaskTable(const TaskTable&) = delete;
  TaskTable& operator=(const TaskTable&) = delete;
  [[nodiscard]] const dream_task* get() const { return &table_; }

 private:
  std::vector<dream_str> argv_, arguments_, environment_, own_environment_;
  dream_task table_{};
};

}  // namespace dream::plugin
