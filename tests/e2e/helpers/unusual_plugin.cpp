/// An executor whose runs are no plain children of the host, one kind for each task's name:
/// - copies: reads the output of its command, and writes it for the run
/// - pauses: copies, but pauses its child after each piece for a turn; 9 if something comes meanwhile
/// - holds: copies the first piece, and pauses its child for ever
/// - changes: has a child that waits for ever, and then can't start after all
/// - never: is accepted, and finds a turn later that it can't start
/// - refuses: start doesn't like the option `port`
/// - abandons: is accepted, leaves the file `abandoned` in the workspace, and ends
/// - stays: says how it is doing, and doesn't end before it is forced to
#include <unistd.h>

#include <dream/sdk.hpp>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace dream::sdk;

/// A child whose output the plugin reads; terminations are the child's.
class Copy : public Run {
 public:
  enum class Pause { never, for_a_turn, for_ever };
  Copy(const Host& host, dream_run_id id, Pause pause) : host_(host), id_(id), pause_(pause) {}

  Result<void> spawn(const Task& task, const std::string& line) {
    const std::vector<dream_str> argv{view("sh"), view("-c"), view(line)};
    dream_child child{};
    child.size = sizeof(child);
    child.run = id_;
    child.argv = {argv.data(), argv.size()};
    child.directory = task.raw().directory;
    child.environment = task.raw().environment;
    child.on_exit = &Copy::ended;
    child.on_output = &Copy::wrote;
    child.context = this;
    FailureSink errors;
    const dream_status status = host_.process()->spawn(host_.raw(), &child, &child_, errors.table());
    if (status < 0) return errors.take(status, "spawn");
    return {};
  }

  Result<void> terminate(Urgency urgency) override {
    host_.process()->terminate(host_.raw(), child_, static_cast<std::uint32_t>(urgency), nullptr);
    return {};
  }
  [[nodiscard]] RunState state() const override { return {.phase = Phase::running}; }

 private:
  static void wrote(void* context, std::uint32_t stream, dream_str bytes) noexcept {
    auto& run = *static_cast<Copy*>(context);
    run.host_.output()->write(run.host_.raw(), run.id_, stream, bytes);
    run.disturbed_ = run.disturbed_ || run.paused_;
    if (run.pause_ == Pause::never) return;
    run.paused_ = true;
    run.host_.process()->pause(run.host_.raw(), run.child_, stream);
    dream_timer_id timer = 0;
    if (run.pause_ == Pause::for_a_turn) {
      run.host_.timer()->start(run.host_.raw(), 0, &Copy::go_on, &run, &timer);
    }
  }
  static void go_on(void* context) noexcept {
    auto& run = *static_cast<Copy*>(context);
    run.paused_ = false;
    run.host_.process()->resume(run.host_.raw(), run.child_, DREAM_STDOUT);
  }
  static void ended(void* context, const dream_exit* exit) noexcept {
    auto& run = *static_cast<Copy*>(context);
    if (run.disturbed_ && run.pause_ == Pause::for_a_turn) return run.report_exit(Exit::code(9));
    run.report_exit({exit->kind, exit->value, std::string(text(exit->text))});
  }

  Host host_;
  dream_run_id id_;
  Pause pause_;
  dream_child_id child_ = 0;
  bool paused_ = false;
  bool disturbed_ = false;  ///< something came while it was paused
};

/// Does something in a later turn of the loop.
class Later : public Run {
 public:
  Later(const Host& host, dream_run_id id) : host_(host), id_(id) {
    dream_timer_id timer = 0;
    host_.timer()->start(host_.raw(), 0, &Later::turn, this, &timer);
  }
  Result<void> terminate(Urgency) override { return {}; }
  [[nodiscard]] RunState state() const override { return {.phase = Phase::starting}; }

 protected:
  virtual void turn() = 0;
  [[nodiscard]] const Host& host() const { return host_; }
  [[nodiscard]] dream_run_id id() const { return id_; }

 private:
  static void turn(void* context) noexcept { static_cast<Later*>(context)->turn(); }

  Host host_;
  dream_run_id id_;
};

class Never : public Later {
 public:
  using Later::Later;

 private:
  void turn() override {
    report_start_failure(host(), id(), {DREAM_E_NOT_FOUND, "nobody is there", "wake somebody"});
  }
};

std::string abandoned_in(const std::string& root) {
  return root + "/abandoned";
}

class Abandons : public Later {
 public:
  Abandons(const Host& host, dream_run_id id, std::string file) : Later(host, id), file_(std::move(file)) {}

 private:
  void turn() override {
    std::ofstream(file_) << "left\n";
    host().started(id());
    host().left_behind(id(), "the file abandoned");
    report_exit(Exit::code(0));
  }
  std::string file_;
};

class Stays : public Later {
 public:
  Stays(const Host& host, const Task& task) : Later(host, task.run()), wanted_ready_(task.wants_ready()) {}
  Result<void> terminate(Urgency urgency) override {
    if (urgency == Urgency::force) report_exit(Exit::signal(9));
    return {};
  }
  [[nodiscard]] RunState state() const override { return {.phase = phase_, .detail = detail_}; }

 private:
  void turn() override {
    phase_ = Phase::running;
    detail_ = "job 17, queued";
    host().started(id());
    if (wanted_ready_) host().ready(id());
  }
  bool wanted_ready_;
  Phase phase_ = Phase::starting;
  std::string detail_ = "asks for a place";
};

class Unusual : public Executor {
 public:
  static constexpr PluginInfo info{.id = "unusual",
                                   .version = "1.0.0",
                                   .summary = "runs what is no child",
                                   .abilities = DREAM_PLUGIN_TELLS_READY};

  Unusual(const Host& host, Project project) : host_(host), project_(std::move(project)) {}

  Result<std::unique_ptr<Run>> start(const Task& task) override {
    const std::string_view name = task.name();
    if (name == "never") return std::unique_ptr<Run>(std::make_unique<Never>(host_, task.run()));
    if (name == "stays") return std::unique_ptr<Run>(std::make_unique<Stays>(host_, task));
    if (name == "refuses") return Failure{DREAM_E_OPTIONS, "this port is taken", "take another", "/port"};
    if (name == "abandons") {
      return std::unique_ptr<Run>(std::make_unique<Abandons>(host_, task.run(), abandoned_in(project_.root)));
    }
    const auto pause = name == "pauses"  ? Copy::Pause::for_a_turn
                       : name == "holds" ? Copy::Pause::for_ever
                                         : Copy::Pause::never;
    auto run = std::make_unique<Copy>(host_, task.run(), pause);
    const Result<void> spawned = run->spawn(task, std::string(task.command_line()));
    if (!spawned) return spawned.failure();
    if (name == "changes") return Failure{DREAM_E_FAILED, "changed its mind", "ask again"};
    return std::unique_ptr<Run>(std::move(run));
  }

  static Result<void> reap(const Host&, const DeadRun& run) {
    ::unlink(abandoned_in(run.root).c_str());
    return {};
  }

 private:
  Host host_;
  Project project_;
};

}  // namespace

DREAM_PLUGIN(Unusual)
