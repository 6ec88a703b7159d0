#pragma once

#include <dream/abi.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/crash_note.hpp"
#include "base/time.hpp"
#include "plugin/services.hpp"

namespace dream::plugin {

/// Which function of a plugin, and for what: "start", "./web:dev".
struct CallName {
  std::string_view function;
  std::string_view subject = {};
};

/// The same function as a type that may throw. A call through the noexcept type lets the compiler leave out
/// the handler, and a plugin that breaks that promise would end dream.
template <class Answer, class... Parameters>
auto may_throw(Answer (*function)(Parameters...)) -> Answer (*)(Parameters...) {
  return function;
}

/// The one way into a plugin's code: every call is logged at debug, timed, and an exception that escapes it
/// is caught; what runs is noted, should it crash. That is a second net: it holds only where plugin and dream
/// share one C++ runtime, since an unwinder that is linked into either of them can't unwind the other, and
/// aborts. The first net is in the SDK, within the plugin. Used on the loop thread.
class Calls {
 public:
  /// What a plugin's function may take before it is reported: everything else waits for it.
  static constexpr Duration budget = std::chrono::milliseconds(50);

  /// `plugin` names it in messages. `services` must outlive this.
  Calls(std::string plugin, Services& services) : plugin_(std::move(plugin)), services_(services) {}

  /// Whether it matters how long a call takes: not where nothing else waits for it.
  enum class Hurry : std::uint8_t { yes, no };

  /// Calls `body`. False: an exception came out of it, which was reported.
  template <class Body>
  bool run(CallName name, Body&& body, Hurry hurry = Hurry::yes) {
    const Instant begin = enter(name);
    bool survived = true;
    try {
      const CrashNote note(plugin_, name.function, name.subject, begin);
      body();
    } catch (...) {
      survived = false;
    }
    leave(name, begin, survived, hurry);
    return survived;
  }

  /// What status() answers for a call that an exception came out of.
  static constexpr dream_status threw = INT32_MIN;

  /// Calls a `body` that answers with a status. A status that means nothing is reported, and DREAM_OK or
  /// DREAM_E_INTERNAL by its sign.
  template <class Body>
  dream_status status(CallName name, Body&& body, Hurry hurry = Hurry::yes) {
    dream_status answer = DREAM_E_INTERNAL;
    if (!run(
            name, [&] { answer = body(); }, hurry))
      return threw;
    return checked(name, answer);
  }

  /// So much of the running call was spent in the host's own code, which is not the plugin's fault.
  void pardon(Duration time) { pardoned_ += time; }

  /// Whether a function of the plugin is running: no other may be called now.
  [[nodiscard]] bool active() const { return depth_ > 0; }

  /// Tells the user that the plugin broke a rule of its contract.
  void fault(CallName name, std::string_view what);

  [[nodiscard]] const std::string& plugin() const { return plugin_; }

 private:
  Instant enter(CallName name);
  void leave(CallName name, Instant begin, bool survived, Hurry hurry);
  dream_status checked(CallName name, dream_status answer);

  std::string plugin_;
  Services& services_;
  int depth_ = 0;
  Duration pardoned_{};  ///< of the outermost call that runs
};

}  // namespace dream::plugin
