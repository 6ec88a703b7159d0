#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "probe/file_watch.hpp"
#include "probe/kind.hpp"

namespace dream::probe {

namespace {

/// What changes when a file is made anew or written to.
using State = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

std::optional<State> state_of(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  return State{file.st_dev,          file.st_ino,         file.st_size,        file.st_mtim.tv_sec,
               file.st_mtim.tv_nsec, file.st_ctim.tv_sec, file.st_ctim.tv_nsec};
}

class File : public Kind {
 public:
  File(const FileProbe& probe, const Subject& subject)
      : context_(subject.context),
        directory_(subject.directory),
        name_(probe.path),
        path_(probe.path.front() == '/' ? probe.path : subject.directory + "/" + probe.path),
        before_(state_of(path_)) {}

  void look(Found found) override {
    if (!watch_) watch_ = FileWatch::open(context_, directory_, name_, [this] { wake(); });
    if (watch_ && !watch_->holds()) watch_.reset();
    const std::optional<State> now = state_of(path_);
    if (!now) return found(not_yet(fmt::format("there is no file {}", in_quotes(name_))));
    if (now == before_)
      return found(not_yet(fmt::format("the file {} is as it was before", in_quotes(name_))));
    // The kernel takes its time to close a watch (a hundredth of a second): what waits for the file comes
    // first.
    const std::shared_ptr<FileWatch> watch = std::move(watch_);
    found({});
    if (watch) boost::asio::post(context_, [watch] {});
  }

  [[nodiscard]] Pace pace() const override { return watch_ ? when_woken : quick; }

 private:
  boost::asio::io_context& context_;
  std::string directory_;
  std::string name_;
  std::string path_;
  std::optional<State> before_;
  std::unique_ptr<FileWatch> watch_;  ///< none: it has to be looked at again and again
};

}  // namespace

std::unique_ptr<Kind> make(const FileProbe& probe, const Subject& subject) {
  return std::make_unique<File>(probe, subject);
}

}  // namespace dream::probe
