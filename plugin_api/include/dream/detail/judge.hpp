/// What a host refuses when a plugin calls it, and in which words. One piece for all hosts: dream itself, the
/// FakeHost of a plugin's unit tests, and with it that of `dream plugin check`; what passes there is taken
/// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "../dream.h"

namespace dream::detail {

/// What is wrong with a call. `dream plugin check` has a rule for each.
enum class Breach : std::uint8_t {
  none,
  thread,       ///< a [loop] function, called on another thread
  handle,       ///< a run or child that isn't there, or no longer
  argument,     ///< something that makes no sense
  unknown,      ///< a flag, stream or urgency that doesn't exist
  late_output,  ///< output of a run that is over
  second_end,   ///< the end of a run that is over
  child_left,   ///< the end of a run that a child of it outlives
};

/// What a host thinks of a call.
struct Judgement {
  Breach breach = Breach::none;
  const char* what = "";  ///< "was given a flag that isn't known": the function's name comes before it

  [[nodiscard]] constexpr bool fine() const { return breach == Breach::none; }
  /// What the call answers.
  [[nodiscard]] constexpr dream_status code() const {
    switch (breach) {
      case Breach::none:
      case Breach::child_left:
        return DREAM_OK;
      case Breach::thread:
        return DREAM_E_THREAD;
      case Breach::argument:
        return DREAM_E_INVALID;
      case Breach::unknown:
        return DREAM_E_UNSUPPORTED;
      case Breach::handle:
      case Breach::late_output:
      case Breach::second_end:
        break;
    }
    return DREAM_E_STALE;
  }
};

/// What a host knows of a run or child by its handle.
enum class Life : std::uint8_t { unknown, open, over };

// No text that makes sense is as long, no array has as many.
inline constexpr std::size_t longest_text = std::size_t{16} << 20U;
inline constexpr std::size_t most_texts = std::size_t{1} << 20U;
inline constexpr std::size_t longest_output = std::size_t{1} << 30U;
inline constexpr std::int32_t highest_signal = 64;

/// Whether there is something behind a dream_str, and not more than can be.
[[nodiscard]] constexpr bool is_sound(dream_str text, std::size_t longest = longest_text) {
  return text.data == nullptr ? text.size == 0 : text.size <= longest;
}

/// Whether it can be a word of a command line, which ends at a NUL.
[[nodiscard]] inline bool is_word(dream_str text) {
  if (!is_sound(text)) return false;
  return text.size == 0 || std::memchr(text.data, 0, text.size) == nullptr;
}

[[nodiscard]] inline bool are_words(dream_strs texts) {
  if (texts.data == nullptr) return texts.count == 0;
  if (texts.count > most_texts) return false;
  for (std::size_t index = 0; index < texts.count; ++index) {
    if (!is_word(texts.data[index])) return false;
  }
  return true;
}

/// What a struct of the other side says: copied as far as both know it, the rest is zero.
template <class Struct>
[[nodiscard]] Struct known_part(const Struct* other) {
  Struct copy{};
  if (other == nullptr) return copy;
  const std::size_t size = other->size < sizeof(Struct) ? other->size : sizeof(Struct);
  std::memcpy(&copy, other, size);
  return copy;
}

/// Of every [loop] function, before anything else.
[[nodiscard]] constexpr Judgement judge_thread(bool on_loop) {
  if (on_loop) return {};
  return {Breach::thread, "was called on another thread than the loop's, and refused"};
}

[[nodiscard]] constexpr Judgement judge_run(Life run) {
  if (run == Life::unknown) return {Breach::handle, "was called for a run that doesn't exist, or no longer"};
  if (run == Life::over) return {Breach::handle, "was called for a run that is over"};
  return {};
}

[[nodiscard]] constexpr Judgement judge_stream(std::uint32_t stream) {
  if (stream == DREAM_STDOUT || stream == DREAM_STDERR) return {};
  return {Breach::unknown, "was given a stream that isn't known"};
}

[[nodiscard]] constexpr Judgement judge_output(Life run, std::uint32_t stream, dream_str bytes) {
  if (run == Life::over) return {Breach::late_output, judge_run(run).what};
  if (run == Life::unknown) return judge_run(run);
  if (const Judgement known = judge_stream(stream); !known.fine()) return known;
  if (is_sound(bytes, longest_output)) return {};
  return {Breach::argument, "was given bytes that can't be: no data, or more than 1 GiB"};
}

[[nodiscard]] constexpr Judgement judge_when_writable(Life run, dream_on_writable on_writable) {
  if (run != Life::open) return judge_run(run);
  return on_writable == nullptr ? Judgement{Breach::argument, "was given no function"} : Judgement{};
}

/// `given` as the plugin has it, for its size; what is missing in it counts as zero.
[[nodiscard]] inline Judgement judge_spawn(const dream_child* given, Life run, const dream_child_id* id) {
  if (given == nullptr) return {Breach::argument, "was given no dream_child"};
  if (given->size < offsetof(dream_child, on_exit) + sizeof(given->on_exit)) {
    return {Breach::argument, "was given a dream_child whose size leaves out its on_exit"};
  }
  if (run != Life::open) return judge_run(run);
  const dream_child child = known_part(given);
  if ((child.flags & ~DREAM_CHILD_PTY) != 0) {
    return {Breach::unknown, "was given a flag that isn't known"};
  }
  if (id == nullptr || child.on_exit == nullptr || child.argv.count == 0 || child.argv.data == nullptr) {
    return {Breach::argument, "was given no argv, on_exit or id"};
  }
  if (child.argv.data[0].size == 0) return {Breach::argument, "was given no program: argv[0] is empty"};
  if (!are_words(child.argv) || !are_words(child.environment) || !are_words(child.relays)) {
    return {Breach::argument, "was given a text that can't be: without data, too long, or with a NUL in it"};
  }
  if (!is_word(child.directory) || child.directory.size == 0 || child.directory.data[0] != '/') {
    return {Breach::argument, "was given a directory that isn't an absolute path"};
  }
  if (child.stop_signal < 0 || child.stop_signal > highest_signal) {
    return {Breach::argument, "was given a stop_signal that doesn't exist"};
  }
  return {};
}

/// What holds a child's output back, or no longer. `taken`: the plugin takes it.
[[nodiscard]] constexpr Judgement judge_hold(Life child, std::uint32_t stream, bool taken) {
  if (const Judgement known = judge_stream(stream); !known.fine()) return known;
  if (child == Life::unknown) return {Breach::handle, "was called for a child that doesn't exist"};
  if (child == Life::over || taken) return {};
  return {Breach::argument, "was called for a child whose output the host takes"};
}

/// What a function does to a child. One that is over is no fault: its end may be on its way.
[[nodiscard]] constexpr Judgement judge_child(Life child) {
  if (child != Life::unknown) return {};
  return {Breach::handle, "was called for a child that doesn't exist"};
}

[[nodiscard]] constexpr Judgement judge_terminate(Life child, std::uint32_t urgency) {
  if (urgency != DREAM_GRACEFUL && urgency != DREAM_FORCE) {
    return {Breach::unknown, "was given an urgency that isn't known"};
  }
  return judge_child(child);
}

[[nodiscard]] constexpr Judgement judge_timer(dream_on_time on_time, const dream_timer_id* id) {
  if (on_time != nullptr && id != nullptr) return {};
  return {Breach::argument, "was given no function or id"};
}

[[nodiscard]] constexpr Judgement judge_post(dream_on_loop on_loop) {
  return on_loop == nullptr ? Judgement{Breach::argument, "was given no function"} : Judgement{};
}

[[nodiscard]] constexpr Judgement judge_work(dream_do_work do_work, dream_on_done on_done) {
  if (do_work != nullptr && on_done != nullptr) return {};
  return {Breach::argument, "was given no do_work or on_done"};
}

[[nodiscard]] constexpr Judgement judge_path(const dream_str* path) {
  return path == nullptr ? Judgement{Breach::argument, "was given no place for the path"} : Judgement{};
}

/// Of a line for people.
[[nodiscard]] constexpr Judgement judge_line(dream_str line) {
  if (is_sound(line)) return {};
  return {Breach::argument, "was given a text that can't be: without data, or too long"};
}

/// That a run is ready. `asked`: by DREAM_TASK_TELL_READY; `told`: it has said so before; `started`: it runs.
[[nodiscard]] constexpr Judgement judge_ready(Life run, bool asked, bool told, bool started) {
  if (const Judgement there = judge_run(run); !there.fine()) return there;
  if (!asked) return {Breach::argument, "was called for a run that nobody asks whether it is ready"};
  if (told) return {Breach::argument, "was called for a run that has been ready before"};
  if (!started) return {Breach::argument, "was called for a run that has not started"};
  return {};
}

/// The end of a run, which `children` of it outlive. It counts nonetheless, if it is the first.
[[nodiscard]] constexpr Judgement judge_end(Life run, std::size_t children) {
  if (run == Life::unknown) return judge_run(run);
  if (run == Life::over) {
    return {Breach::second_end, "was called for a run that is over; only its first end counts"};
  }
  if (children == 0) return {};
  return {Breach::child_left, "was called while a child of the run still lives; it is killed"};
}

}  // namespace dream::detail
