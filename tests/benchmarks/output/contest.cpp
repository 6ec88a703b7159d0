#include "contest.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>

#include "benchmarks/support/dream_processes.hpp"
#include "line_check.hpp"

namespace dream::benchmarks {

namespace {

using Clock = std::chrono::steady_clock;

pid_t spawn(std::vector<std::string> words, int out) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("can't start " + words.front());
  return pid;
}

/// The number after `label` in a file of /proc; 0 when the process has gone.
std::size_t number_in(const std::string& file, const std::string& label) {
  std::size_t sum = 0;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(label)) sum += std::stoul(line.substr(line.find(':') + 1));
  }
  return sum;
}

/// Looks at the memory of dream's processes again and again until it is stopped.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t dream) : thread_([this, dream] { watch(dream); }) {}
  ~MemoryWatch() { stop(); }
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::size_t peak_kib() const { return peak_; }
  [[nodiscard]] std::size_t growth_kib() const {
    if (private_.size() < 4) return 0;
    const auto middle = private_.begin() + static_cast<std::ptrdiff_t>(private_.size() / 2);
    const std::size_t first = *std::max_element(private_.begin(), middle);
    const std::size_t second = *std::max_element(middle, private_.end());
    return second > first ? second - first : 0;
  }

 private:
  void watch(pid_t dream) {
    while (!stopped_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      std::size_t peak = 0;
      std::size_t own = 0;
      for (const pid_t pid : processes_of_dream(dream, DREAM_BINARY)) {
        const std::string folder = "/proc/" + std::to_string(pid);
        peak += number_in(folder + "/status", "VmHWM");
        own += number_in(folder + "/smaps_rollup", "Private_");
      }
      peak_ = std::max(peak_, peak);
      if (own > 0) private_.push_back(own);
    }
  }

  std::atomic<bool> stopped_ = false;
  std::size_t peak_ = 0;
  std::vector<std::size_t> private_;
  std::thread thread_;  ///< the last member: it uses the others
};

/// Reads to the end, and hands on what it reads.
void read_all(int descriptor, const std::function<void(std::string_view)>& take) {
  std::vector<char> buffer(std::size_t{128} * 1024);
  for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;) {
    take({buffer.data(), static_cast<std::size_t>(count)});
  }
}

/// The reader of a pipe, or of the file when all is there.
class Reader {
 public:
  explicit Reader(const Task& task) : task_(task) {}

  void read(int descriptor) {
    std::size_t until_pause = pause_every;
    read_all(descriptor, [&](std::string_view bytes) {
      bytes_ += bytes.size();
      if (task_.place == Place::pipe) return;
      check_.take(bytes);
      if (task_.place != Place::slow_pipe || bytes.size() < until_pause) {
        until_pause -= std::min(until_pause, bytes.size());
        return;
      }
      until_pause = pause_every;
      std::this_thread::sleep_for(std::chrono::milliseconds(8));
    });
  }

  [[nodiscard]] std::optional<std::string> fault() const {
    if (bytes_ != task_.bytes_out) return std::to_string(bytes_) + " bytes came out";
    return task_.place == Place::pipe ? std::nullopt : check_.fault(task_.lines_of_a_task);
  }

 private:
  static constexpr std::size_t pause_every = std::size_t{1} << 20;

  const Task& task_;
  LineCheck check_;
  std::size_t bytes_ = 0;
};

int checked(int descriptor) {
  if (descriptor < 0) throw std::runtime_error("a place for the output can't be opened");
  return descriptor;
}

}  // namespace

Measured run(const std::vector<std::string>& argv, const Task& task) {
  const bool piped = task.place == Place::pipe || task.place == Place::slow_pipe;
  const std::filesystem::path file = task.folder / "out";
  std::array<int, 2> ends{-1, -1};
  if (piped) {
    checked(::pipe2(ends.data(), O_CLOEXEC));
  } else if (task.place == Place::file) {
    ends[1] = checked(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  } else {
    ends[1] = checked(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  }
  Measured measured;
  Reader reader(task);
  const auto begin = Clock::now();
  const pid_t pid = spawn(argv, ends[1]);
  ::close(ends[1]);
  std::optional<MemoryWatch> memory;
  if (task.is_dream) memory.emplace(pid);
  if (piped) reader.read(ends[0]);
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  measured.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  measured.processor_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  if (memory) {
    memory->stop();
    measured.peak_kib = memory->peak_kib();
    measured.growth_kib = memory->growth_kib();
  }
  if (task.place == Place::file) {
    ends[0] = checked(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    reader.read(ends[0]);
    std::filesystem::remove(file);
  }
  if (ends[0] >= 0) ::close(ends[0]);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    measured.fault = "it did not exit with 0";
  } else if (task.place != Place::null) {
    measured.fault = reader.fault();
  }
  return measured;
}

}  // namespace dream::benchmarks
