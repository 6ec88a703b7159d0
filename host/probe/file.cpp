#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <utility>

#include "base/descriptor.hpp"
#include "base/file_stamp.hpp"
#include "base/text.hpp"
#include "probe/file_watch.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

/// How long it must not change until it counts as written. A read lease is granted only where nobody has it
/// open for writing; on some file systems, and for files of others, nobody can tell.
Duration rest_of(const std::string& path) {
  constexpr std::chrono::milliseconds closed(5);  // a linker makes its file executable after that
  constexpr std::chrono::milliseconds unknown(100);
  constexpr std::chrono::seconds open(1);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return unknown;
  ::fcntl(file.get(), F_SETSIG, SIGURG);  // who opens it meanwhile waits for the end of the lease: no harm
  if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) == 0) return closed;
  return errno == EAGAIN ? open : unknown;
}

class File : public Kind {
 public:
  File(const FileProbe& probe, const Subject& subject)
      : context_(subject.context),
        clock_(subject.clock),
        directory_(subject.directory),
        name_(probe.path),
        path_(probe.path.front() == '/' ? probe.path : subject.directory + "/" + probe.path),
        before_(stamp_of(path_)) {}

  void look(Found found) override {
    // While it is written, there is a try every 5 ms, and news with every write.
    if (!watch_)
      watch_ = FileWatch::open(context_, directory_, name_, [this] {
        if (!first_change_) wake();
      });
    if (watch_ && !watch_->holds()) watch_.reset();
    const std::optional<FileStamp> now = stamp_of(path_);
    if (!now || now == before_) {
      first_change_.reset();
      last_.reset();
      return found(not_yet(now ? fmt::format("the file {} is as it was before", in_quotes(name_))
                               : fmt::format("there is no file {}", in_quotes(name_))));
    }
    if (!is_written(*now))
      return found(not_yet(fmt::format("the file {} is still being written", in_quotes(name_))));
    // The kernel takes its time to close a watch (a hundredth of a second): what waits for the file comes
    // first.
    const std::shared_ptr<FileWatch> watch = std::move(watch_);
    found({});
    if (watch) boost::asio::post(context_, [watch] {});
  }

  [[nodiscard]] Pace pace() const override {
    if (first_change_) return steady;
    return watch_ ? when_woken : quick;
  }

 private:
  /// No more of it is to come, or it is one that never ends, as a log.
  bool is_written(const FileStamp& stamp) {
    constexpr std::chrono::seconds longest(3);
    const Instant now = clock_.now();
    if (!first_change_) first_change_ = now;
    if (last_ != stamp) {
      last_ = stamp;
      last_change_ = now;
    }
    return !S_ISREG(stamp.mode) || now - *first_change_ >= longest || now - last_change_ >= rest_of(path_);
  }

  boost::asio::io_context& context_;
  Clock& clock_;
  std::string directory_;
  std::string name_;
  std::string path_;
  std::optional<FileStamp> before_;
  std::optional<FileStamp> last_;
  std::optional<Instant> first_change_;  ///< it is another than before, and may be written still
  Instant last_change_;
  std::unique_ptr<FileWatch> watch_;  ///< none: it has to be looked at again and again
};

}  // namespace

std::unique_ptr<Kind> make(const FileProbe& probe, const Subject& subject) {
  return std::make_unique<File>(probe, subject);
}

}  // namespace dream::probe
