#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace dream {

/// What stands in memory that outlives a crash: whose code runs just now, so that the guardian can name it.
using NoteText = std::array<char, 256>;

/// From now on the notes of this process and of those it forks are the same. To be called once, before the
/// guardian is split off; without it, and where the system refuses the memory, they are only this process's
/// own.
void share_crash_notes();

/// Stands while foreign code runs, on the loop thread; an inner one gives way to the outer again. Costs two
/// copies of the text, and no call into the system.
class CrashNote {
 public:
  /// "plugin shell: start of ./web:dev", cut off where it gets too long. `since`: when that code began.
  CrashNote(std::string_view plugin, std::string_view function, std::string_view subject, Instant since);
  ~CrashNote();
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;

 private:
  NoteText outer_;
  std::int64_t outer_since_;
};

/// The note that stands, or "". Of another process: only once that has ended.
[[nodiscard]] std::string_view crash_note();

/// When the code of the note that stands began; none: no foreign code runs. May be asked while the other
/// process runs.
[[nodiscard]] std::optional<Instant> foreign_code_since();

}  // namespace dream
