#include "runtime/job_tokens.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace dream::runtime {

namespace {

constexpr std::string_view makeflags = "MAKEFLAGS=";
/// node closes at its start what it inherits, but from 16 on only up to the first gap. So from here on the
/// jobserver reaches what npm, pnpm and yarn run.
constexpr int behind_node = 200;
constexpr mode_t only_the_user = 0600;

/// Behind a word `--` stand the variables that make was called with: nothing there is a flag.
std::size_t end_of_flags(std::string_view flags) {
  return flags.starts_with("-- ") ? 0 : std::min(flags.find(" -- "), flags.size());
}

/// What stands behind the last `name` of the flags, up to the next space.
std::optional<std::string> value_of(std::string_view flags, std::string_view name) {
  const std::size_t at = flags.rfind(name);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = flags.substr(at + name.size());
  return std::string(rest.substr(0, rest.find(' ')));
}

/// The two descriptors of "R,W"; -1: it isn't that.
std::pair<int, int> numbers_of(std::string_view text) {
  int read = -1;
  int write = -1;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, read);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return {-1, -1};
  const auto second = std::from_chars(first.ptr + 1, end, write);
  if (second.ec != std::errc() || second.ptr != end) return {-1, -1};
  return {read, write};
}

bool is_pipe(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

Descriptor open_named(const std::string& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
}

/// The same pipe, opened anew: what is set there is set for nobody else.
Descriptor open_again(int descriptor, int flags) {
  if (descriptor < 0 || !is_pipe(descriptor)) return {};
  return Descriptor(::open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), flags | O_CLOEXEC));
}

/// The same pipe under a number from `behind_node` on, or as it is where there are fewer. A task gets it.
Descriptor moved_up(Descriptor end) {
  const int above = end.is_open() ? ::fcntl(end.get(), F_DUPFD, behind_node) : -1;
  return above < 0 ? std::move(end) : Descriptor(above);
}

/// A byte stays in the pages that it was written to: these are free again only when all of a page is read.
bool make_room(int pipe, std::size_t jobs) {
  constexpr std::size_t page = 4096;  // where they are larger, the kernel rounds up
  const auto least = static_cast<int>((jobs / page + 2) * page);
  return ::fcntl(pipe, F_GETPIPE_SZ) >= least || ::fcntl(pipe, F_SETPIPE_SZ, least) >= 0;
}

/// Where dream takes and gives tokens, and what tasks inherit: nothing where they open the pipe by its name.
struct Ends {
  Descriptor read;
  Descriptor write;
  Descriptor shared_read;
  Descriptor shared_write;
};

Ends open_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), 0) != 0) return {};  // what a task isn't to have is closed when it starts
  Ends opened;
  opened.shared_read = moved_up(Descriptor(ends[0]));
  opened.shared_write = moved_up(Descriptor(ends[1]));
  opened.read = open_again(opened.shared_read.get(), O_RDONLY | O_NONBLOCK);
  opened.write = open_again(opened.shared_write.get(), O_WRONLY | O_NONBLOCK);
  return opened;
}

Ends open_fifo(const std::string& path) {
  return {.read = open_named(path, O_RDONLY),
          .write = open_named(path, O_WRONLY),
          .shared_read = {},
          .shared_write = {}};
}

/// The jobserver above this program: where tokens are read, and where they go back.
std::pair<Descriptor, Descriptor> open_above(std::string_view flags) {
  flags = flags.substr(0, end_of_flags(flags));
  auto named = value_of(flags, "--jobserver-auth=");
  if (!named) named = value_of(flags, "--jobserver-fds=");
  if (!named) return {};
  if (named->starts_with("fifo:")) {
    const std::string path = named->substr(5);
    Descriptor read = open_named(path, O_RDONLY);
    Descriptor write = open_named(path, O_WRONLY);
    if (!read.is_open() || !write.is_open() || !is_pipe(read.get())) return {};
    return {std::move(read), std::move(write)};
  }
  const auto [read_number, write_number] = numbers_of(*named);
  Descriptor read = open_again(read_number, O_RDONLY | O_NONBLOCK);
  Descriptor write = open_again(write_number, O_WRONLY | O_NONBLOCK);
  if (!read.is_open() || !write.is_open()) return {};
  return {std::move(read), std::move(write)};
}

}  // namespace

JobTokens::JobTokens(boost::asio::io_context& context, Descriptor read, Descriptor write)
    : read_(context, std::move(read)), write_(std::move(write)) {}

/// What it holds belongs to the jobserver above.
JobTokens::~JobTokens() {
  for (const auto& [attempt, token] : held_)
    if (token) give_back(*token);
  if (!fifo_.empty()) ::unlink(fifo_.c_str());
}

std::unique_ptr<JobTokens> JobTokens::make(boost::asio::io_context& context, std::size_t jobs,
                                           const std::vector<std::string>& environment,
                                           const std::string& fifo) {
  const auto flags = std::ranges::find_if(
      environment, [](const std::string& variable) { return variable.starts_with(makeflags); });
  if (flags != environment.end()) {
    auto [read, write] = open_above(std::string_view(*flags).substr(makeflags.size()));
    if (read.is_open()) {
      std::unique_ptr<JobTokens> above(new JobTokens(context, std::move(read), std::move(write)));
      above->has_own_token_ = true;
      return above;
    }
  }
  const bool named = !fifo.empty() && ::mkfifo(fifo.c_str(), only_the_user) == 0;
  Ends ends = named ? open_fifo(fifo) : open_pipe();
  const std::string tokens(jobs, '+');
  const bool filled = ends.read.is_open() && ends.write.is_open() && make_room(ends.write.get(), jobs) &&
                      ::write(ends.write.get(), tokens.data(), tokens.size()) == static_cast<ssize_t>(jobs);
  if (!filled) {
    if (named) ::unlink(fifo.c_str());
    return nullptr;
  }
  std::unique_ptr<JobTokens> own(new JobTokens(context, std::move(ends.read), std::move(ends.write)));
  own->jobs_ = jobs;
  own->shared_read_ = std::move(ends.shared_read);
  own->shared_write_ = std::move(ends.shared_write);
  if (named)
    own->fifo_ = fifo;
  else
    own->descriptors_ = {own->shared_read_.get(), own->shared_write_.get()};
  std::ranges::sort(own->descriptors_);
  return own;
}

void JobTokens::acquire(Attempt attempt, std::function<void()> start) {
  waiting_.emplace_back(attempt, std::move(start));
  take_more();
}

bool JobTokens::withdraw(Attempt attempt) {
  return std::erase_if(waiting_, [&](const auto& one) { return one.first == attempt; }) > 0;
}

void JobTokens::release(Attempt attempt) {
  if (withdraw(attempt)) return;
  const auto held = std::ranges::find(held_, attempt, [](const auto& one) { return one.first; });
  if (held == held_.end()) return;
  const std::optional<char> token = held->second;
  held_.erase(held);
  if (token)
    give_back(*token);
  else
    has_own_token_ = true;
  take_more();
}

void JobTokens::replace_lost() {
  int there = 0;
  if (jobs_ == 0 || !held_.empty() || ::ioctl(read_.get(), FIONREAD, &there) != 0) return;
  for (auto count = static_cast<std::size_t>(there); count < jobs_; ++count) give_back('+');
  take_more();
}

/// A pipe that is full has more tokens than anybody can take.
void JobTokens::give_back(char token) {
  while (::write(write_.get(), &token, 1) < 0 && errno == EINTR) {
  }
}

/// For those that wait, as long as there are any.
void JobTokens::take_more() {
  while (!waiting_.empty()) {
    std::optional<char> token;
    if (!has_own_token_ && !broken_) {
      char byte = 0;
      const ssize_t got = ::read(read_.get(), &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return wait();
      if (got == 1)
        token = byte;
      else
        broken_ = true;  // whoever made it is gone
    }
    if (!token) has_own_token_ = false;
    const auto [attempt, start] = std::move(waiting_.front());
    waiting_.pop_front();
    held_.emplace_back(attempt, token);
    start();
  }
}

void JobTokens::wait() {
  if (read_.is_set()) return;
  read_.call_when_readable([this](const boost::system::error_code& failure) {
    broken_ = broken_ || failure;
    take_more();
  });
}

std::vector<std::string> JobTokens::added_to(std::vector<std::string> environment) const {
  if (jobs_ == 0) return environment;
  const std::string ends = std::to_string(shared_read_.get()) + "," + std::to_string(shared_write_.get());
  const std::string flags =
      " -j" + std::to_string(jobs_) + " --jobserver-auth=" + (fifo_.empty() ? ends : "fifo:" + fifo_);
  for (std::string& variable : environment)
    if (variable.starts_with(makeflags)) {
      const std::size_t end =
          makeflags.size() + end_of_flags(std::string_view(variable).substr(makeflags.size()));
      const bool is_joined = end < variable.size() && variable[end] != ' ';
      variable.insert(end, is_joined ? flags + " " : flags);
      return environment;
    }
  environment.push_back(std::string(makeflags) + flags);
  return environment;
}

}  // namespace dream::runtime
