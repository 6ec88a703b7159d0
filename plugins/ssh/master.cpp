#include "master.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "client.hpp"
#include "failures.hpp"
#include "shared/programs.hpp"
#include "shared/start_thread.hpp"

namespace dream::ssh {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_said = 4096;
constexpr int most_sessions = 8;
/// Of one machine, at once. A server drops connections if more than ten haven't logged in yet (MaxStartups).
constexpr unsigned most_logins = 8;

/// Between fork and exec: a session of its own, so that neither Ctrl-C nor a question on the terminal reaches
/// it; none of the signals that dream blocks; and an end with the thread that started it.
[[noreturn]] void become_ssh(const char* file, char* const* argv, int out, int err, pid_t parent) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = ::open("/dev/null", O_RDONLY);
  if (::getppid() == parent && ::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2) {
    ::close_range(3, ~0U, 0);
    ::execv(file, argv);
  }
  ::_exit(127);
}

void signal_process(int process, int signal) {
  ::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0);
}

/// Adds what there is to read; false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 1024> buffer;  // NOLINT(*-member-init): read() fills it
  const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
  if (got <= 0) return got < 0 && errno == EINTR;
  text.append(buffer.data(), static_cast<std::size_t>(got));
  if (text.size() > most_said) text.erase(0, text.size() - most_said);
  return true;
}

/// The connections to a machine.
struct Masters {
  std::vector<std::weak_ptr<Master>> known;
  int turns = ::eventfd(most_logins, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
};

/// Of the whole process, by how they are reached. [loop]
std::map<std::vector<std::string>, Masters>& masters() {
  static std::map<std::vector<std::string>, Masters> all;
  return all;
}

sdk::Result<std::string> make_socket_folder(const std::string& session) {
  std::string folder = socket_folder(session);
  struct stat found {};
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) return folder;
  const int problem = errno;
  const bool ours = problem == EEXIST && ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
                    found.st_uid == ::geteuid() && (found.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (ours) return folder;
  return sdk::Failure{DREAM_E_FAILED,
                      "no folder " + folder + " for the sockets of ssh: " + std::strerror(problem),
                      "remove what is there, or make room in /tmp"};
}

}  // namespace

std::string socket_folder(const std::string& session) {
  constexpr std::size_t enough = 13;
  return "/tmp/dream-ssh-" + std::to_string(::geteuid()) + "-" + session.substr(0, enough);
}

Master::Master(const Options& options, std::string socket, int turns)
    : host_(options.host), socket_(std::move(socket)), turns_(turns), stop_(::eventfd(0, EFD_CLOEXEC)) {
  if (stop_ < 0) {  // nobody could end it
    said_ = std::string("it can't be watched: ") + std::strerror(errno);
    state_ = State::over;
    return;
  }
  const std::error_code failure =
      plugins::start_thread(thread_, [this, words = master_words(options, socket_)] {
        if (wait_for_turn()) connect(words);
        end_turn();
        become(State::over);
      });
  if (!failure) return;
  said_ = "no thread can be started: " + failure.message();
  state_ = State::over;
}

Master::~Master() {
  ::eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  ::close(stop_);
  ::unlink(socket_.c_str());                         // a killed ssh leaves it
  ::rmdir(fs::path(socket_).parent_path().c_str());  // once nobody else has a socket there
}

bool Master::usable() const {
  const std::scoped_lock lock(mutex_);
  return state_ != State::over;
}

void Master::when_ready(const void* who, sdk::LoopQueue& loop, OnReady on_ready) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back({who, &loop, std::move(on_ready)});
  if (state_ != State::connecting) tell();
}

void Master::forget(const void* who) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.who == who; });
}

void Master::become(State state) {
  const std::scoped_lock lock(mutex_);
  state_ = state;
  tell();
}

/// All who wait. [with the lock]
void Master::tell() {
  const sdk::Result<void> result =
      state_ == State::over ? sdk::Result<void>(connection_failure(host_, said_)) : sdk::Result<void>();
  for (Waiting& one : std::exchange(waiting_, {})) {
    static_cast<void>(one.loop->post([on_ready = std::move(one.on_ready), result] { on_ready(result); }));
  }
}

/// False: it is to end before.
bool Master::wait_for_turn() {
  std::array<pollfd, 2> waited{{{turns_, POLLIN, 0}, {stop_, POLLIN, 0}}};
  eventfd_t one = 0;
  while (turns_ >= 0 && !has_turn_) {
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;
    if (waited[1].revents != 0) return false;
    has_turn_ = ::eventfd_read(turns_, &one) == 0;  // unless another one was faster
  }
  return true;
}

void Master::end_turn() {
  if (std::exchange(has_turn_, false)) ::eventfd_write(turns_, 1);
}

void Master::connect(const std::vector<std::string>& words) {
  const std::string file = plugins::find_program(words.front(), plugins::own_search_path()).string();
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> out{-1, -1};
  std::array<int, 2> err{-1, -1};
  const pid_t parent = ::getpid();
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0 ||
      ::fcntl(err[0], F_SETFL, O_NONBLOCK) != 0)
    said_ = std::strerror(errno);
  const pid_t child = said_.empty() ? ::fork() : -1;
  if (child == 0) become_ssh(file.c_str(), argv.data(), out[1], err[1], parent);
  ::close(out[1]);
  ::close(err[1]);
  if (child > 0) {
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    if (process >= 0) {
      watch(process, out[0], err[0]);
    } else {  // nobody could see its end
      const std::scoped_lock lock(mutex_);
      said_ = std::strerror(errno);
      ::kill(child, SIGKILL);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (process >= 0) ::close(process);
  }
  ::close(out[0]);
  ::close(err[0]);
}

/// Until the process has ended.
void Master::watch(int process, int out, int err) {
  std::array<pollfd, 4> waited{
      {{process, POLLIN, 0}, {stop_, POLLIN, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}}};
  std::string told;
  std::string said;
  while (true) {
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;
    if (waited[3].revents != 0 && !read_some(err, said)) waited[3].fd = -1;
    if (waited[0].revents != 0) break;
    if (waited[1].revents != 0) {
      signal_process(process, SIGKILL);
      waited[1].fd = -1;
    }
    if (waited[2].revents != 0 && !read_some(out, told)) waited[2].fd = -1;
    if (told.find("ready\n") != std::string::npos) {
      told.clear();
      end_turn();
      become(State::ready);
    }
  }
  while (read_some(err, said)) {
  }
  const std::scoped_lock lock(mutex_);
  said_ = said;
}

sdk::Result<Seat> Seat::take(const sdk::Host& host, const Options& options) {
  std::vector<std::string> key = ssh_words(options);
  key.push_back(options.host);
  auto& [known, turns] = masters()[key];
  std::erase_if(known, [](const std::weak_ptr<Master>& one) {
    const auto master = one.lock();
    return !master || !master->usable();
  });
  for (const auto& one : known) {
    auto master = one.lock();
    if (master->sessions < most_sessions) return Seat(std::move(master));
  }
  const auto folder = make_socket_folder(host.session());
  if (!folder) return folder.failure();
  static int number = 0;
  auto master = std::make_shared<Master>(options, *folder + "/" + std::to_string(++number), turns);
  known.push_back(master);
  return Seat(std::move(master));
}

}  // namespace dream::ssh
