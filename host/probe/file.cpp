#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "probe/file_watch.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

/// What changes when a file is made anew or written to.
using State = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

State state_of(const struct stat& file) {
  return {file.st_dev,          file.st_ino,         file.st_size,        file.st_mtim.tv_sec,
          file.st_mtim.tv_nsec, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  return file;
}

/// A read lease is granted only where nobody has the file open for writing. None on some file systems, and
/// for files of others.
bool nobody_writes(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return false;
  ::fcntl(file.get(), F_SETSIG, SIGURG);  // who opens it meanwhile waits for the end of the lease: no harm
  return ::fcntl(file.get(), F_SETLEASE, F_RDLCK) == 0;
}

/// Whether no more of it is to come. A linker makes its file executable after it has closed it; a log stays
/// open.
bool is_whole(const std::string& path, const struct stat& file) {
  constexpr std::chrono::milliseconds after_the_last_close(10);
  constexpr std::chrono::seconds while_open(1);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  // The time of a change can't be set, but the clock of another machine may have told it.
  const auto age = std::chrono::seconds(now.tv_sec - file.st_ctim.tv_sec) +
                   std::chrono::nanoseconds(now.tv_nsec - file.st_ctim.tv_nsec);
  return !S_ISREG(file.st_mode) || age < std::chrono::seconds(-1) || age >= while_open ||
         (age >= after_the_last_close && nobody_writes(path));
}

class File : public Kind {
 public:
  File(const FileProbe& probe, const Subject& subject)
      : context_(subject.context),
        directory_(subject.directory),
        name_(probe.path),
        path_(probe.path.front() == '/' ? probe.path : subject.directory + "/" + probe.path),
        before_(state()) {}

  void look(Found found) override {
    if (!watch_) watch_ = FileWatch::open(context_, directory_, name_, [this] { wake(); });
    if (watch_ && !watch_->holds()) watch_.reset();
    const std::optional<struct stat> now = status_of(path_);
    is_written_ = false;
    if (!now) return found(not_yet(fmt::format("there is no file {}", in_quotes(name_))));
    if (before_ == state_of(*now))
      return found(not_yet(fmt::format("the file {} is as it was before", in_quotes(name_))));
    is_written_ = !is_whole(path_, *now);
    if (is_written_)
      return found(not_yet(fmt::format("the file {} is still being written", in_quotes(name_))));
    // The kernel takes its time to close a watch (a hundredth of a second): what waits for the file comes
    // first.
    const std::shared_ptr<FileWatch> watch = std::move(watch_);
    found({});
    if (watch) boost::asio::post(context_, [watch] {});
  }

  [[nodiscard]] Pace pace() const override {
    if (is_written_) return steady;
    return watch_ ? when_woken : quick;
  }

 private:
  [[nodiscard]] std::optional<State> state() const {
    const std::optional<struct stat> file = status_of(path_);
    if (!file) return std::nullopt;
    return state_of(*file);
  }

  boost::asio::io_context& context_;
  std::string directory_;
  std::string name_;
  std::string path_;
  std::optional<State> before_;
  bool is_written_ = false;
  std::unique_ptr<FileWatch> watch_;  ///< none: it has to be looked at again and again
};

}  // namespace

std::unique_ptr<Kind> make(const FileProbe& probe, const Subject& subject) {
  return std::make_unique<File>(probe, subject);
}

}  // namespace dream::probe
