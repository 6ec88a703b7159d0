#pragma once

#include <dream/sdk.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dream::plugins {

/// A supervised child of the host (dream.process/1) whose bytes and end come to functions. A run may have
/// several of them, which it owns: it lets go of none that lives.
class Child {
 public:
  /// Borrowed until spawn() returns; all of it the task's where it is empty.
  struct Start {
    std::vector<std::string> argv;
    std::string directory;                 ///< absolute
    std::vector<std::string> environment;  ///< NAME=VALUE, the whole of it
  };
  using OnOutput = std::function<void(std::uint32_t stream, std::string_view bytes)>;
  /// The child has ended, after its last byte. The last thing that is called: it may delete the Child.
  using OnExit = std::function<void(const sdk::Exit& exit)>;

  Child(const sdk::Host& host, dream_run_id run) : host_(host), run_(run) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// [loop] Once, or again after its end. On failure neither function is ever called.
  [[nodiscard]] sdk::Result<void> spawn(const Start& start, OnOutput on_output, OnExit on_exit) {
    if (host_.process() == nullptr)
      return sdk::Failure{DREAM_E_UNSUPPORTED, "this host can't start processes"};
    on_output_ = std::move(on_output);
    on_exit_ = std::move(on_exit);
    const std::vector<dream_str> argv = views(start.argv);
    const std::vector<dream_str> environment = views(start.environment);
    dream_child child{};
    child.size = sizeof(child);
    child.run = run_;
    child.argv = {argv.data(), argv.size()};
    child.directory = sdk::view(start.directory);
    child.environment = {environment.data(), environment.size()};
    child.on_exit = &Child::exited;
    child.on_output = &Child::wrote;
    child.context = this;
    sdk::FailureSink errors;
    const dream_status status = host_.process()->spawn(host_.raw(), &child, &id_, errors.table());
    if (status < 0) return errors.take(status, "spawn");
    alive_ = true;
    return {};
  }

  [[nodiscard]] bool alive() const { return alive_; }

  /// [loop] Ends its tree by force, or asks it to end. Does nothing after its end.
  void kill() { terminate(DREAM_FORCE); }
  void terminate(std::uint32_t urgency) {
    if (alive_) host_.process()->terminate(host_.raw(), id_, urgency, nullptr);
  }

 private:
  static std::vector<dream_str> views(const std::vector<std::string>& texts) {
    std::vector<dream_str> result;
    result.reserve(texts.size());
    for (const std::string& one : texts) result.push_back(sdk::view(one));
    return result;
  }

  static void wrote(void* context, std::uint32_t stream, dream_str bytes) noexcept {
    static_cast<Child*>(context)->on_output_(stream, sdk::text(bytes));
  }
  static void exited(void* context, const dream_exit* exit) noexcept {
    auto& child = *static_cast<Child*>(context);
    child.alive_ = false;
    const OnExit on_exit = std::move(child.on_exit_);
    on_exit(sdk::Exit{exit->kind, exit->value, std::string(sdk::text(exit->text))});
  }

  sdk::Host host_;
  dream_run_id run_;
  dream_child_id id_ = 0;
  bool alive_ = false;
  OnOutput on_output_;
  OnExit on_exit_;
};

}  // namespace dream::plugins
