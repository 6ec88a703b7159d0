#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/crash_note.hpp"
#include "base/text.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/error_sink.hpp"
#include "plugin/idle_services.hpp"

using namespace dream;
using namespace dream::plugin;

namespace {

/// Hears what is said of the plugin, which has to be fit for a terminal.
class StrictLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel /*level*/) const override { return true; }
  void write(LogLevel /*level*/, std::string_view text) override { DREAM_ASSERT(is_printable(text)); }
};

void exercise_errors(std::string_view words, dream_status status) {
  static StrictLog log;
  static IdleServices services(log, {});
  Calls calls("fuzzed", services);
  ErrorSink errors;
  const std::string_view half = words.substr(0, words.size() / 2);
  errors.table()->fail(errors.table(), status, view_of(half), view_of(words), view_of(half));
  const auto error = errors.finish(status, {"start", "./:x"}, calls);
  DREAM_ASSERT(error.has_value() == (status < 0));
  if (error) DREAM_ASSERT(!error->message.empty() && is_printable(to_string(*error)));
}

void exercise_exit(std::string_view words, const std::uint8_t* numbers) {
  dream_exit exit{};
  std::memcpy(&exit, numbers, 12);
  exit.text = view_of(words);
  const ReportedExit read = read_exit(&exit);
  if (const auto* code = std::get_if<ExitedWith>(&read.status)) DREAM_ASSERT(code->code <= 255);
  DREAM_ASSERT(is_printable(read.text) && is_printable(to_string(read.status)));
  DREAM_ASSERT(read_exit(nullptr).sound == false);
}

void exercise_note(std::string_view words) {
  const std::string outer(crash_note());
  {
    const CrashNote note(words, "start", words, Instant(Duration(1)));
    DREAM_ASSERT(crash_note().size() < NoteText().size());
    DREAM_ASSERT(foreign_code_since());
  }
  DREAM_ASSERT(crash_note() == outer);
}

}  // namespace

/// Whatever a plugin says of itself, of its failures and of an end is a sound value. The first twelve bytes
/// are the numbers of a dream_exit, whose `value` is a status, too; what follows are its words.
// The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 12) return 0;
  const std::string_view words(reinterpret_cast<const char*>(data) + 12, size - 12);
  dream_status status = 0;
  std::memcpy(&status, data + 8, sizeof(status));
  exercise_errors(words, status);
  exercise_exit(words, data);
  exercise_note(words);
  return 0;
}
