#include "integration/survival/life_line.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace dream::survival {

namespace {

/// Nothing takes this long.
constexpr int hung_after_ms = 60'000;

}  // namespace

LifeLine::LifeLine(const std::filesystem::path& folder) {
  const std::string path = (folder / "life").string();
  if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("no fifo " + path);
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  own_end_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
}

LifeLine::~LifeLine() {
  if (own_end_ >= 0) ::close(own_end_);
  ::close(descriptor_);
}

bool LifeLine::read_more(int milliseconds) {
  pollfd source{descriptor_, POLLIN, 0};
  if (::poll(&source, 1, milliseconds) == 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
  if (size > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
  ended_ = size == 0;
  take_lines();
  return true;
}

void LifeLine::take_lines() {
  for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos; text_.erase(0, end + 1)) {
    std::istringstream words(text_.substr(0, end));
    std::string word;
    pid_t pid = 0;
    words >> word >> pid;
    said_[word].push_back(pid);
  }
}

void LifeLine::await(const std::string& word, std::size_t count) {
  while (said_[word].size() < count) {
    if (read_more(hung_after_ms) && !ended_) continue;
    throw std::runtime_error("waited in vain for " + std::to_string(count) + " times \"" + word + "\", got " +
                             std::to_string(said_[word].size()));
  }
}

void LifeLine::await_end() {
  if (!ends_within(hung_after_ms)) throw std::runtime_error("processes of a task live on");
}

bool LifeLine::ends_within(int milliseconds) {
  if (own_end_ >= 0) ::close(std::exchange(own_end_, -1));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (!ended_) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !read_more(static_cast<int>(left.count()))) return ended_;
  }
  return true;
}

}  // namespace dream::survival
