#include "life_line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace dream::ssh {

namespace {

void shut(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

}  // namespace

sdk::Result<void> LifeLine::open(std::string_view first) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return sdk::Failure{DREAM_E_FAILED, std::string("no pipe to ssh: ") + std::strerror(errno)};
  }
  reading_ = ends[0];
  writing_ = ends[1];
  // What comes later must fit, too: a connection that is stuck takes nothing.
  constexpr std::size_t for_signals = 4096;
  const auto needed = static_cast<int>(first.size() + for_signals);
  const bool has_room =
      ::fcntl(writing_, F_GETPIPE_SZ) >= needed || ::fcntl(writing_, F_SETPIPE_SZ, needed) >= needed;
  if (has_room && ::write(writing_, first.data(), first.size()) == static_cast<ssize_t>(first.size()))
    return {};
  close();
  return sdk::Failure{DREAM_E_FAILED, "the command and its environment are too long to be sent over ssh",
                      "put them into a file that is copied (option \"sync\"); or too much stands in this "
                      "user's pipes: see /proc/sys/fs/pipe-user-pages-soft"};
}

std::vector<std::string> LifeLine::as_stdin_of(const std::vector<std::string>& words) const {
  std::vector<std::string> all{
      "/bin/sh", "-c",
      "exec \"$@\" < /proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(reading_), "sh"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

bool LifeLine::send(std::string_view line) const {
  const std::string whole = std::string(line) + "\n";
  // A reader that has gone is told by the end of the child: SIGPIPE ends nothing here.
  return ::write(writing_, whole.data(), whole.size()) >= 0 || errno != EAGAIN;
}

void LifeLine::keep_only_the_writing_end() {
  shut(reading_);
}

void LifeLine::close() {
  shut(reading_);
  shut(writing_);
}

}  // namespace dream::ssh
