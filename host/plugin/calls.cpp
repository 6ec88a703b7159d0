#include "plugin/calls.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace dream::plugin {

namespace {

std::string words(CallName name) {
  return name.subject.empty() ? std::string(name.function)
                              : fmt::format("{} of {}", name.function, name.subject);
}

}  // namespace

Instant Calls::enter(CallName name) {
  services_.log().debug([&] { return fmt::format("plugin {}: {}", plugin_, words(name)); });
  if (depth_++ == 0) pardoned_ = {};
  return services_.now();
}

void Calls::leave(CallName name, Instant begin, bool survived, Hurry hurry) {
  --depth_;
  const Duration taken = services_.now() - begin - pardoned_;
  services_.log().debug([&] {
    return fmt::format("plugin {}: {} returned after {}", plugin_, words(name), human_duration(taken));
  });
  if (!survived) fault(name, "let an exception out, which no plugin may");
  if (hurry == Hurry::yes && taken > budget) {
    fault(name, fmt::format("took {}; everything else waits for a plugin's function, which may take {}",
                            human_duration(taken), human_duration(budget)));
  }
}

dream_status Calls::checked(CallName name, dream_status answer) {
  if (answer >= DREAM_E_INTERNAL && answer <= DREAM_AGAIN) return answer;
  const bool failed = answer < 0;
  fault(name, fmt::format("returned the status {}, which means nothing; taken for {}", answer,
                          failed ? "a failure" : "a success"));
  return failed ? DREAM_E_INTERNAL : DREAM_OK;
}

void Calls::fault(CallName name, std::string_view what) {
  services_.log().write(LogLevel::warning, fmt::format("plugin {}: {} {}", plugin_, words(name), what));
}

}  // namespace dream::plugin
