// An executor whose tasks are jobs of a server: no process of this machine, a thread for each connection.
// What it shows: a start that takes its time (DREAM_STARTING), output in the plugin's own hands with a reader
// that may be slow, and everything that a thread learns coming to the loop by dream.post/1.
//
// The server, a line each: `run NAME` is answered by `out TEXT`, any number of times, and `exit CODE`; `stop`
// asks the job to end. When the connection goes, so does the job.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <dream/sdk.hpp>
#include <dream/sdk/loop_queue.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace dream::sdk;

class JobRun;

/// A job, for the loop and for its thread.
struct Job {
  Job(const Host& its_host, LoopQueue& its_loop, dream_run_id its_id, std::string its_name,
      std::string its_socket)
      : host(its_host),
        loop(its_loop),
        id(its_id),
        name(std::move(its_name)),
        socket(std::move(its_socket)) {}

  Host host;
  LoopQueue& loop;
  dream_run_id id;
  std::string name;
  std::string socket;
  JobRun* run = nullptr;  ///< the loop's alone; null once it is released

  std::mutex mutex;  ///< of what follows
  std::condition_variable changed;
  int connection = -1;
  bool forced = false;
  bool held = false;  ///< who reads the output is slow
};

void send_line(int connection, std::string line) {
  line += '\n';
  // A server that is gone is seen by whoever reads from it.
  static_cast<void>(::send(connection, line.data(), line.size(), MSG_NOSIGNAL));
}

class JobRun : public Run {
 public:
  explicit JobRun(std::shared_ptr<Job> job) : job_(std::move(job)) {
    job_->run = this;
    thread_ = std::thread([job = job_] { talk(job); });
  }
  /// The thread has nothing left to do but to end.
  ~JobRun() override {
    job_->run = nullptr;
    let_go();
    thread_.join();
    if (job_->connection >= 0) ::close(job_->connection);
  }

  Result<void> terminate(Urgency urgency) override {
    if (phase_ == Phase::exited) return {};
    stopping_ = true;
    if (urgency == Urgency::force) {
      let_go();
      return {};
    }
    const std::scoped_lock lock(job_->mutex);
    if (job_->connection >= 0) send_line(job_->connection, "stop");
    return {};
  }

  [[nodiscard]] RunState state() const override {
    const bool stopping = stopping_ && phase_ == Phase::running;
    return {.phase = stopping ? Phase::stopping : phase_,
            .detail = "job " + job_->name + " of " + job_->socket};
  }

  void begin() {
    phase_ = Phase::running;
    job_->host.started(job_->id);
    if (!stopping_) return;
    const std::scoped_lock lock(job_->mutex);
    send_line(job_->connection, "stop");
  }

  void write(const std::string& text) {
    const dream_str bytes{text.data(), text.size()};
    if (job_->host.output()->write(job_->host.raw(), job_->id, DREAM_STDOUT, bytes) != DREAM_AGAIN) return;
    hold(true);
    job_->host.output()->when_writable(job_->host.raw(), job_->id, &JobRun::go_on, this);
  }

  void end(Exit exit) {
    phase_ = Phase::exited;
    report_exit(std::move(exit));
  }

 private:
  static void go_on(void* run) noexcept { static_cast<JobRun*>(run)->hold(false); }

  void hold(bool held) {
    const std::scoped_lock lock(job_->mutex);
    job_->held = held;
    job_->changed.notify_all();
  }

  /// Ends the conversation, whoever is talking.
  void let_go() {
    const std::scoped_lock lock(job_->mutex);
    job_->forced = true;
    job_->held = false;
    job_->changed.notify_all();
    if (job_->connection >= 0) ::shutdown(job_->connection, SHUT_RDWR);
  }

  /// On the loop, as long as there is a run to tell.
  template <class Function>
  static void tell(const std::shared_ptr<Job>& job, Function function) {
    static_cast<void>(job->loop.post([job, function = std::move(function)] {
      if (job->run != nullptr) function(*job->run);
    }));
  }

  /// False: there is no server. Says why in errno.
  static bool connect(Job& job) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (job.socket.size() >= sizeof(address.sun_path)) return errno = ENAMETOOLONG, false;
    std::memcpy(address.sun_path, job.socket.data(), job.socket.size());
    const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return false;
    if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      const int problem = errno;
      ::close(connection);
      return errno = problem, false;
    }
    const std::scoped_lock lock(job.mutex);
    job.connection = connection;
    if (job.forced) ::shutdown(connection, SHUT_RDWR);
    return true;
  }

  /// The thread of a job.
  static void talk(const std::shared_ptr<Job>& job) {
    if (!connect(*job)) {
      Exit exit = Exit::code(127);
      exit.text = "no job server at " + job->socket + ": " + std::strerror(errno);
      return tell(job, [exit](JobRun& run) { run.end(exit); });
    }
    send_line(job->connection, "run " + job->name);
    tell(job, [](JobRun& run) { run.begin(); });
    Exit exit = listen(job);
    tell(job, [exit](JobRun& run) { run.end(exit); });
  }

  static Exit listen(const std::shared_ptr<Job>& job) {
    std::string heard;
    char block[4096];
    ssize_t size = 0;
    while ((size = ::recv(job->connection, block, sizeof(block), 0)) > 0) {
      heard.append(block, static_cast<std::size_t>(size));
      for (auto end = heard.find('\n'); end != std::string::npos; end = heard.find('\n')) {
        const std::string line = heard.substr(0, end);
        heard.erase(0, end + 1);
        if (line.starts_with("exit ")) return Exit::code(std::atoi(line.c_str() + 5) & 0xff);
        if (line.starts_with("out "))
          tell(job, [text = line.substr(4) + "\n"](JobRun& run) { run.write(text); });
      }
      std::unique_lock lock(job->mutex);
      job->changed.wait(lock, [&] { return !job->held; });
    }
    const std::scoped_lock lock(job->mutex);
    return job->forced ? Exit::signal(9) : Exit::lost("the job server has gone away");
  }

  std::shared_ptr<Job> job_;
  std::thread thread_;
  Phase phase_ = Phase::starting;
  bool stopping_ = false;
};

class Jobs : public Executor {
 public:
  static constexpr PluginInfo info{
      .id = "jobs", .version = "1.0.0", .summary = "runs tasks as jobs of a server"};

  static Result<std::unique_ptr<Jobs>> create(const Host& host, Project project) {
    if (host.post() == nullptr || host.output() == nullptr) {
      return Failure{DREAM_E_UNSUPPORTED, "this host has no dream.post/1 or no dream.output/1"};
    }
    return std::make_unique<Jobs>(host, std::move(project));
  }
  Jobs(const Host& host, Project project) : host_(host), project_(std::move(project)), loop_(host) {}

  Result<std::unique_ptr<Run>> start(const Task& task) override {
    if (task.has_command_line() || task.has_command_argv()) {
      return Failure{DREAM_E_UNSUPPORTED, "a job has a name, and no command",
                     "remove the command from dream.json"};
    }
    auto job = std::make_shared<Job>(host_, loop_, task.raw().run, std::string(task.name()), socket_of(task));
    return std::unique_ptr<Run>(std::make_unique<JobRun>(std::move(job)));
  }

  Result<std::string> describe(const Task& task) {
    return "job " + std::string(task.name()) + " of " + socket_of(task);
  }

 private:
  std::string socket_of(const Task& task) const {
    const std::string socket = Options(task.options()).text("socket").value_or("jobs.socket");
    return (std::filesystem::path(project_.directory) / socket).string();
  }

  Host host_;
  Project project_;
  LoopQueue loop_;
};

}  // namespace

DREAM_PLUGIN(Jobs)
