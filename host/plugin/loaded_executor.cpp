#include "plugin/loaded_executor.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/text.hpp"
#include "plugin/c_values.hpp"
#include "plugin/error_sink.hpp"
#include "plugin/loaded_plugin.hpp"

namespace dream::plugin {

namespace {

Error gave_nothing(const Calls& calls, const char* what) {
  return {ErrorCode::internal, fmt::format("the plugin {} succeeded, but gave no {}", calls.plugin(), what),
          "", "tell the author of the plugin"};
}

}  // namespace

class LoadedExecutor::LoadedRun final : public Run {
 public:
  /// `run` is null when its start failed and left children: then there is nothing but these.
  LoadedRun(LoadedExecutor& executor, Ticket& ticket, dream_run* run)
      : executor_(executor), ticket_(ticket), run_(run) {
    if (run_ == nullptr) return;
    ++executor_.runs_;
    ticket_.look = [this] {
      const Result<RunState> now = status();
      return now ? now->detail : std::string();
    };
  }

  // A run that hasn't ended must not be released: dream is going down, and the plugin's objects go with it.
  ~LoadedRun() override {
    const bool over = ticket_.state == Ticket::State::ended || ticket_.state == Ticket::State::failed;
    if (over && run_ != nullptr) {
      executor_.calls_.run(name("release"), [&] { may_throw(executor_.table_.release)(run_); });
      --executor_.runs_;
    }
    executor_.host_.release(ticket_);
  }
  LoadedRun(const LoadedRun&) = delete;
  LoadedRun& operator=(const LoadedRun&) = delete;

  Result<void> terminate(Urgency urgency) override {
    ticket_.asked_to_end = true;
    if (run_ == nullptr) return {};  // its children are being killed
    ErrorSink errors;
    const CallName call = name("terminate");
    const dream_status status = executor_.calls_.status(call, [&] {
      return may_throw(executor_.table_.terminate)(run_, urgency_of(urgency), errors.table());
    });
    if (auto error = errors.finish(status, call, executor_.calls_)) return *std::move(error);
    return {};
  }

  [[nodiscard]] Result<RunState> status() const override {
    if (run_ == nullptr) return RunState{Phase::stopping, 0, ""};
    dream_state state{};
    state.size = sizeof(state);
    const CallName call = name("status");
    const dream_status status =
        executor_.calls_.status(call, [&] { return may_throw(executor_.table_.status)(run_, &state); });
    if (status < 0) {
      return Error{error_code(status),
                   fmt::format("the plugin {} can't tell how {} is doing ({})", executor_.calls_.plugin(),
                               ticket_.subject, status_name(status)),
                   "", ""};
    }
    if (state.phase > DREAM_PHASE_EXITED) {
      executor_.calls_.fault(call, fmt::format("told the phase {}, which means nothing", state.phase));
      state.phase = DREAM_PHASE_RUNNING;
    }
    return RunState{static_cast<Phase>(state.phase), static_cast<int>(state.pid), line_of(state.detail)};
  }

  Result<void> run_inside(const std::vector<std::string>& argv, Duration limit, OnInside on_inside) override {
    const std::optional<dream_inside> inside = executor_.inside();
    if (run_ == nullptr || ticket_.over() || !inside)
      return Error{ErrorCode::unsupported, "no command can be run there", {}, {}};
    const std::vector<dream_str> words = views_of(argv);
    const dream_inside_command wire{sizeof(dream_inside_command), wire_of(limit), span_of(words)};
    return ask("inside.run", {.on_inside = std::move(on_inside)}, [&](void* context, dream_errors* errors) {
      return may_throw(inside->run)(run_, &wire, &HostSide::report_inside, context, errors);
    });
  }

  Result<void> ask_health(Duration limit, OnHealth on_health) override {
    const std::optional<dream_health> health = executor_.health();
    if (run_ == nullptr || ticket_.over() || !health)
      return Error{ErrorCode::unsupported, "nobody can tell its health", {}, {}};
    return ask("health.ask", {.on_health = std::move(on_health)}, [&](void* context, dream_errors* errors) {
      return may_throw(health->ask)(run_, wire_of(limit), &HostSide::report_health, context, errors);
    });
  }

  /// Arms the report of the end.
  void wait() {
    const CallName call = name("wait");
    const dream_status status = executor_.calls_.status(call, [&] {
      return may_throw(executor_.table_.wait)(run_, &HostSide::report_exit, HostSide::exit_context(ticket_));
    });
    if (status >= 0) return;
    executor_.calls_.fault(
        call, fmt::format("failed ({}): the end of the run will never be known", status_name(status)));
    ErrorSink errors;
    executor_.calls_.status(name("terminate"), [&] {
      return may_throw(executor_.table_.terminate)(run_, DREAM_FORCE, errors.table());
    });
    executor_.host_.lose(ticket_, fmt::format("the plugin {} can't wait for it", executor_.calls_.plugin()));
  }

 private:
  static std::uint32_t wire_of(Duration limit) {
    return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::milliseconds>(limit).count());
  }

  /// `call` asks the plugin for what `question` waits for.
  template <class Call>
  Result<void> ask(std::string_view function, HostSide::Question question, Call call) {
    question.run = ticket_.id;
    void* context = executor_.host_.expect(std::move(question));
    ErrorSink errors;
    const CallName named = name(function);
    const dream_status status = executor_.calls_.status(named, [&] { return call(context, errors.table()); });
    auto error = errors.finish(status, named, executor_.calls_);
    if (!error) return {};
    executor_.host_.forget(context);
    return *std::move(error);
  }

  [[nodiscard]] CallName name(std::string_view function) const { return {function, ticket_.subject}; }

  LoadedExecutor& executor_;
  Ticket& ticket_;
  dream_run* run_;
};

dream_project wire_of(const ProjectSpec& project) {
  return {sizeof(dream_project), view_of(project.root), view_of(project.path), view_of(project.directory),
          view_of(project.options_json)};
}

Result<std::unique_ptr<LoadedExecutor>> LoadedExecutor::create(const dream_plugin& table, Calls& calls,
                                                               Services& services,
                                                               const ProjectSpec& project) {
  HostSide& host = HostSide::open(calls, services);
  std::unique_ptr<LoadedExecutor> executor(new LoadedExecutor(table, calls, host, project.path));
  const dream_project wire = wire_of(project);
  ErrorSink errors;
  const CallName call{"create", project.path};
  const dream_status status = calls.status(call, [&] {
    return may_throw(table.create)(host.table(), &wire, &executor->executor_, errors.table());
  });
  if (auto error = errors.finish(status, call, calls)) {
    executor->executor_ = nullptr;
    return *std::move(error);
  }
  if (executor->executor_ == nullptr) {
    calls.fault(call, "succeeded, but gave no executor");
    return gave_nothing(calls, "executor");
  }
  return executor;
}

LoadedExecutor::~LoadedExecutor() {
  if (executor_ != nullptr && runs_ == 0 && !work_left_) {
    calls_.run({"destroy", project_}, [&] { may_throw(table_.destroy)(executor_); });
  }
  host_.close();
}

Result<std::unique_ptr<Run>> LoadedExecutor::start(const TaskSpec& task, RunObserver& observer) {
  Ticket& ticket = host_.issue(task.step, project_ + ":" + task.name, observer);
  const TaskTable wire(task, ticket.id);
  dream_run* run = nullptr;
  ErrorSink errors;
  const CallName call{"start", ticket.subject};
  ticket.tells_ready = task.tell_ready;
  ticket.environment = task.environment;
  ticket.own_environment = task.own_environment;
  ticket.given_environment = &wire.get()->environment;
  const dream_status status = calls_.status(
      call, [&] { return may_throw(table_.start)(executor_, wire.get(), &run, errors.table()); });
  ticket.given_environment = nullptr;
  std::optional<Error> error = errors.finish(status, call, calls_);
  if (!error && run == nullptr) {
    calls_.fault(call, "succeeded, but gave no run");
    error = gave_nothing(calls_, "run");
  }
  if (error) {
    if (host_.fail_start(ticket, *error)) return *std::move(error);
    return std::unique_ptr<Run>(std::make_unique<LoadedRun>(*this, ticket, nullptr));
  }
  auto loaded = std::make_unique<LoadedRun>(*this, ticket, run);
  if (status == DREAM_STARTING) {
    host_.watch_start(ticket);
  } else {
    host_.mark_running(ticket);
  }
  loaded->wait();
  return std::unique_ptr<Run>(std::move(loaded));
}

std::optional<dream_inside> LoadedExecutor::inside() const {
  const void* found = find_extension(table_, calls_, DREAM_INSIDE_ID);
  if (found == nullptr) return std::nullopt;
  const dream_inside inside = copy_of(static_cast<const dream_inside*>(found));
  return inside.run == nullptr ? std::nullopt : std::optional(inside);
}

std::optional<dream_health> LoadedExecutor::health() const {
  const void* found = find_extension(table_, calls_, DREAM_HEALTH_ID);
  if (found == nullptr) return std::nullopt;
  const dream_health health = copy_of(static_cast<const dream_health*>(found));
  return health.ask == nullptr ? std::nullopt : std::optional(health);
}

Result<std::optional<std::string>> LoadedExecutor::describe(const TaskSpec& task) {
  const void* found = find_extension(table_, calls_, DREAM_DESCRIBE_ID);
  if (found == nullptr) return std::optional<std::string>();
  const dream_describe description = copy_of(static_cast<const dream_describe*>(found));
  if (description.describe == nullptr) return std::optional<std::string>();
  const std::string subject = project_ + ":" + task.name;
  const CallName call{"describe", subject};
  const TaskTable wire(task, 0);
  std::optional<std::string> line;
  constexpr dream_on_line take = [](void* context, dream_str text) noexcept {
    static_cast<std::optional<std::string>*>(context)->emplace(text_of(text));
  };
  ErrorSink errors;
  const dream_status status = calls_.status(call, [&] {
    return may_throw(description.describe)(executor_, wire.get(), take, &line, errors.table());
  });
  if (auto error = errors.finish(status, call, calls_)) return *std::move(error);
  if (!line) calls_.fault(call, "succeeded, but described nothing");
  return line;
}

}  // namespace dream::plugin
