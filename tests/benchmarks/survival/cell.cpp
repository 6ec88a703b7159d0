#include "benchmarks/survival/cell.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <thread>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::survival {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// dream's own grace of 5 s, and the 10 s within which everybody should be gone.
constexpr auto hangs_after = std::chrono::seconds(15);
/// A runner that doesn't wait for the cleanup of 1.5 s does not thereby leave it behind for good.
constexpr int lives_on_after_ms = 3000;
constexpr const char* cleanup_ms = "1500";

/// A runner on a terminal that it has for itself.
class OnTerminal {
 public:
  OnTerminal(const Peer& peer, const fs::path& folder) {
    std::vector<char*> words;
    for (const std::string& word : peer.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_ = ::forkpty(&window_, nullptr, nullptr, nullptr);
    if (pid_ == 0) {
      for (int descriptor = 3; descriptor < 64; ++descriptor) ::close(descriptor);
      e2e::hear_all_signals();
      if (::chdir(folder.c_str()) == 0) ::execvp(words[0], words.data());
      ::_exit(127);
    }
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    reader_ = std::thread([this] { read_screen(); });
  }
  ~OnTerminal() {
    close_window();
    ::close(descriptor_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void type(char key) const {
    if (::write(window_, &key, 1) != 1) throw std::runtime_error("can't type");
  }
  [[nodiscard]] bool ends_within(std::chrono::milliseconds time) const {
    pollfd end{descriptor_, POLLIN, 0};
    return ::poll(&end, 1, static_cast<int>(time.count())) == 1;
  }
  /// All that was on the screen; nothing comes to it any more.
  const std::string& close_window() {
    stop_.store(true);
    if (reader_.joinable()) reader_.join();
    if (window_ >= 0) ::close(window_);
    window_ = -1;
    return screen_;
  }

 private:
  void read_screen() {
    std::array<char, 65536> buffer{};
    while (true) {
      pollfd more{window_, POLLIN, 0};
      const bool last = stop_.load();
      if (::poll(&more, 1, last ? 0 : 20) > 0) {
        const ssize_t size = ::read(window_, buffer.data(), buffer.size());
        if (size <= 0) return;
        screen_.append(buffer.data(), static_cast<std::size_t>(size));
      } else if (last) {
        return;
      }
    }
  }

  int window_ = -1;
  pid_t pid_ = 0;
  int descriptor_ = -1;
  std::atomic<bool> stop_{false};
  std::string screen_;
  std::thread reader_;
};

void bring_about(End end, OnTerminal& runner, int main_gate) {
  switch (end) {
    case End::a_task_fails:
      if (::write(main_gate, "\n", 1) != 1) throw std::runtime_error("the gate is stuck");
      break;
    case End::ctrl_c:
      runner.type('\x03');
      break;
    case End::term:
      ::kill(runner.pid(), SIGTERM);
      break;
    case End::hup:
      ::kill(runner.pid(), SIGHUP);
      break;
    case End::terminal_closes:
      runner.close_window();
      break;
    case End::killed:
      ::kill(runner.pid(), SIGKILL);
      break;
  }
}

bool got_a_signal_again(LifeLine& life) {
  for (const char* signal : {"TERM", "INT", "HUP"}) {
    std::map<pid_t, int> times;
    for (const pid_t pid : life.who(signal)) {
      if (++times[pid] > 1) return true;
    }
  }
  return false;
}

}  // namespace

Findings run_cell(const Peer& peer, const fs::path& modules, const RowOfCells& row, End end) {
  Findings findings;
  std::string name = (fs::temp_directory_path() / "survival-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  const fs::path folder = name;
  fs::create_directory_symlink(modules, folder / "node_modules");
  const std::string task = "exec " DREAM_SURVIVOR " " + name + " ";
  peer.configure(folder, {task + row.shape, task + "tidies " + cleanup_ms,
                          "echo main $$ > " + name + "/life; read go < " + name + "/ended; exit 3"});
  for (const char* gate : {"exit", "ended"}) ::mkfifo((folder / gate).c_str(), 0600);
  const int exit_gate = ::open((folder / "exit").c_str(), O_RDWR | O_CLOEXEC);
  const int main_gate = ::open((folder / "ended").c_str(), O_RDWR | O_CLOEXEC);
  LifeLine life(folder);
  {
    OnTerminal runner(peer, folder);
    life.await("main", 1);
    life.await("tidy", 1);
    life.await("up", static_cast<std::size_t>(row.processes));
    findings.ran = true;
    findings.asked = end != End::killed;
    bring_about(end, runner, main_gate);
    findings.hung = !runner.ends_within(hangs_after);
    findings.survived = !life.ends_within(findings.hung ? 0 : lives_on_after_ms);
    const bool shown =
        end == End::terminal_closes || runner.close_window().find("tidied up") != std::string::npos;
    findings.graceful = findings.asked && shown && !life.who("tidied").empty();
    findings.repeated = got_a_signal_again(life);
  }
  e2e::kill_everything_below();
  ::close(exit_gate);
  ::close(main_gate);
  fs::remove_all(folder);
  return findings;
}

}  // namespace dream::survival
